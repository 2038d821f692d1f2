import numpy as onp
import pytest
from mxnet import np

LAMBD = 0.3
x = onp.array([0.5, -1.0, 2.0, 0.1])
W1 = onp.array([[0.1, -0.2, 0.3, 0.4], [0.5, 0.6, -0.1, 0.2], [-0.3, 0.1, 0.2, -0.6]])
W2 = onp.array([[0.7, -0.5, 0.2], [-0.4, 0.3, 0.9]])
y = 1


def objective(W1, W2):
    """J in double precision, written without the section."""
    o = W2 @ onp.tanh(W1 @ x)
    loss = onp.log(onp.exp(o).sum()) - o[y]
    return loss + LAMBD / 2 * (onp.square(W1).sum() + onp.square(W2).sum())


def arguments():
    return np.array(x), y, np.array(W1), np.array(W2), LAMBD


def differences(f, W, eps=1e-6):
    """Gradient of f at W by central differences."""
    gradient = onp.zeros_like(W)
    for index in onp.ndindex(W.shape):
        step = onp.zeros_like(W)
        step[index] = eps
        gradient[index] = (f(W + step) - f(W - step)) / (2 * eps)
    return gradient


def test_the_forward_pass_gives_the_objective(section):
    values = section('4.7').forward(*arguments())
    assert float(values['J']) == pytest.approx(objective(W1, W2), rel=1e-6)
    assert float(values['L'] + values['s']) == float(values['J'])


@pytest.mark.parametrize('by', ['hand', 'autograd'])
def test_gradients_equal_central_differences(section, by):
    module = section('4.7')
    gradients = (module.gradients_by_autograd(*arguments()) if by == 'autograd' else
                 module.backward(*arguments(), module.forward(*arguments())))
    # float32 against differences in float64, which are good to 1e-9
    onp.testing.assert_allclose(gradients['W1'].asnumpy(),
                                differences(lambda W: objective(W, W2), W1), atol=1e-6)
    onp.testing.assert_allclose(gradients['W2'].asnumpy(),
                                differences(lambda W: objective(W1, W), W2), atol=1e-6)


def test_without_the_penalty_the_gradient_of_w2_is_an_outer_product(section):
    module = section('4.7')
    values = module.forward(np.array(x), y, np.array(W1), np.array(W2), 0)
    gradients = module.backward(np.array(x), y, np.array(W1), np.array(W2), 0, values)
    assert onp.linalg.matrix_rank(gradients['W2'].asnumpy(), tol=1e-6) == 1
    # the gradient of the scores is softmax minus one-hot: it sums to 0
    assert float(gradients['o'].sum()) == pytest.approx(0, abs=1e-6)
    assert float(gradients['o'][y]) < 0


def test_the_graph_has_every_variable_operator_and_arrow_of_the_book(section):
    ax = section('4.7').draw_graph()
    labels = [text.get_text() for text in ax.texts if text.get_text()]
    arrows = [text for text in ax.texts if not text.get_text()]
    assert len(labels) == 16 and len(arrows) == 17


def test_a_run_finds_hand_and_autograd_equal(section):
    result = section('4.7').run(num_inputs=7, num_hiddens=5, num_outputs=3)
    assert max(result['largest difference from autograd'].values()) < 1e-6
