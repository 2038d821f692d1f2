import numpy as onp
import pytest
from matplotlib import pyplot as plt
from mxnet import np


@pytest.fixture
def page(section):
    return section('3.2')


def test_data_iter_gives_each_example_once_with_its_label(page):
    features, labels = np.arange(14).reshape(7, 2), np.arange(7).reshape(7, 1)
    batches = list(page.data_iter(3, features, labels))
    assert [(X.shape, y.shape) for X, y in batches] == [
        ((3, 2), (3, 1)), ((3, 2), (3, 1)), ((1, 2), (1, 1))]
    rows = onp.concatenate([onp.hstack([X.asnumpy(), y.asnumpy()]) for X, y in batches])
    rows = rows[rows[:, 2].argsort()]
    assert rows.tolist() == [[2 * i, 2 * i + 1, i] for i in range(7)]


def test_data_iter_shuffles_each_pass_anew(page):
    features = np.arange(100).reshape(100, 1)
    first, second = (next(page.data_iter(100, features, features))[0].tolist()
                     for _ in range(2))
    assert first != second != features.tolist()


def test_initial_weights_are_small_and_the_bias_is_zero(page):
    w, b = page.init_params(1000)
    assert w.shape == (1000, 1) and b.tolist() == [0]
    # the deviation of 1000 draws spreads by 2 %
    assert w.asnumpy().std() == pytest.approx(0.01, rel=0.1)


@pytest.mark.parametrize('batch_size', [3, 8])
def test_one_batch_is_one_step_down_the_mean_gradient(page, batch_size):
    rng = onp.random.RandomState(1)
    X, y = rng.randn(3, 2).astype('float32'), rng.randn(3, 1).astype('float32')
    w, b = page.init_params(2)
    error = X @ w.asnumpy() - y
    expected_w = w.asnumpy() - 0.5 * X.T @ error / 3
    expected_b = -0.5 * error.mean()
    losses = page.train(np.array(X), np.array(y), w, b, 1, 0.5, batch_size)
    onp.testing.assert_allclose(w.asnumpy(), expected_w, rtol=1e-5)
    onp.testing.assert_allclose(b.asnumpy(), [expected_b], rtol=1e-5)
    after = X @ expected_w + expected_b - y
    assert losses == pytest.approx([(after ** 2).mean() / 2], rel=1e-5)


def test_three_epochs_reach_the_printed_loss_and_find_the_parameters(page):
    result = page.run()
    losses = result['loss after each epoch']
    assert len(losses) == 3
    # 5.1e-5 in every build of the book; the noise's sample variance spreads 4.5 %
    assert losses[-1] == pytest.approx(5.1e-5, rel=0.1)
    # standard error of a parameter 3.2e-4, and as much from the last steps' noise
    assert result['error of w'] + result['error of b'] == pytest.approx(
        [0, 0, 0], abs=2e-3)


def test_run_shows_an_example_a_batch_and_the_scatter(page):
    result = page.run(num_epochs=1, num_examples=50, batch_size=20)
    (x1, x2), (label,) = result['first example'].values()
    assert label == pytest.approx(2 * x1 - 3.4 * x2 + 4.2, abs=0.05)  # 5 deviations
    assert onp.shape(result['a batch']['X']) == (20, 2)
    assert onp.shape(result['a batch']['y']) == (20, 1)
    points = plt.gcf().axes[0].collections[0].get_offsets()
    assert points.shape == (50, 2)
    assert points[0].tolist() == pytest.approx([x2, label])
