import numpy as onp
import pytest
from mxnet import autograd, gluon, np
from mxnet.gluon import nn

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('5.4')


def test_run_prints_the_books_numbers(page):
    result = page.run()
    assert result['centred 1 to 5'] == [-2, -1, 0, 1, 2]
    assert abs(result['mean of a centred output']) < 1e-8  # the book: 4e-10, rounding
    # seven printed digits
    onp.testing.assert_allclose(
        result['dense(X)'], [[0, 0.01633355, 0], [0, 0.01581812, 0]], rtol=1e-5)
    onp.testing.assert_allclose(
        result['net(X)'], [[0.06508517], [0.0615553]], rtol=1e-5)


def test_parameters_of_my_dense_have_the_books_names_and_shapes(page):
    page.MyDense(units=1, in_units=1)  # a layer made before must not shift the names
    assert page.run()['params'] == {'mydense0_weight': (5, 3), 'mydense0_bias': (3,)}


def test_centred_layer_has_the_gradient_of_x_less_its_mean(page):
    X = np.array([[1.0, 2.0, 6.0], [0.0, 5.0, 4.0]])
    X.attach_grad()
    with autograd.record():
        y = page.CenteredLayer()(X)
    y.backward(np.array([[6.0, 0.0, 0.0], [0.0, 0.0, 0.0]]))
    # d(x0 - mean) = 1 - 1/6 for x0 itself and -1/6 for the others, times 6
    onp.testing.assert_allclose(X.grad.asnumpy(), [[5, -1, -1], [-1, -1, -1]],
                                rtol=1e-6)


def test_my_dense_is_relu_of_xw_plus_b(page):
    dense = page.MyDense(units=2, in_units=3)
    dense.initialize()
    dense.weight.set_data(np.array([[1.0, -1.0], [0.0, 2.0], [3.0, 0.0]]))
    dense.bias.set_data(np.array([0.5, -4.0]))
    assert dense(np.array([[1.0, 1.0, 2.0]])).tolist() == [[7.5, 0]]


def test_my_dense_alone_keeps_the_contract(page):
    d2l.check_hybrid_block(lambda: page.MyDense(3, in_units=4),
                           (np.random.normal(size=(2, 4)),))


def test_centred_layer_in_a_network_keeps_the_contract(page):
    def build():
        net = nn.HybridSequential()
        net.add(nn.Dense(3), page.CenteredLayer())
        return net

    # the mean is the batch's: an example's output depends on the others
    d2l.check_hybrid_block(build, (np.random.normal(size=(2, 5)),),
                           other_inputs=(np.random.normal(size=(3, 5)),))


def test_my_dense_learns(page):
    X = np.random.normal(size=(64, 5))
    true = page.MyDense(3, in_units=5)
    net = page.MyDense(3, in_units=5)
    for block in (true, net):
        block.initialize('xavier')
    y = true(X)
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': 0.03})
    step = d2l.regression_step(net, gluon.loss.L2Loss(), trainer)
    history = d2l.fit(step, [(X, y)], 200)
    losses = [loss for _, loss in history.series['train loss']]
    assert losses[-1] < losses[0] / 100
