import numpy as onp
import pytest
from mxnet import gluon, np

import d2lmx as d2l
from d2lmx.context import running


@pytest.fixture
def page(section):
    return section('3.3')


def test_net_is_one_linear_unit_of_three_parameters(page):
    net = page.build_net()
    net.initialize()
    X, = page.example_inputs(batch_size=5)
    y_hat = net(X)
    weight, bias = net[0].weight.data().asnumpy(), net[0].bias.data().asnumpy()
    assert weight.size + bias.size == 3
    onp.testing.assert_allclose(y_hat.asnumpy(), X.asnumpy() @ weight.T + bias,
                                rtol=1e-5, atol=1e-7)


def test_gluons_loss_is_the_squared_loss_of_3_2():
    y_hat, y = np.array([[3.0], [-1.0]]), np.array([[1.0], [0.0]])
    assert gluon.loss.L2Loss()(y_hat, y).tolist() == [2, 0.5]
    assert d2l.squared_loss(y_hat, y).tolist() == [[2], [0.5]]


def test_three_epochs_reach_the_printed_loss_and_find_the_parameters(page):
    result = page.run()
    losses = result['loss after each epoch']
    assert len(losses) == 3
    # 5.1e-5 in every build of the book; the noise's sample variance spreads 4.5 %
    assert losses[-1] == pytest.approx(5.1e-5, rel=0.1)
    # standard error of a parameter 3.2e-4, and as much from the last steps' noise
    assert result['error of w'] + result['error of b'] == pytest.approx(
        [0, 0, 0], abs=2e-3)


def test_a_batch_has_ten_examples_of_two_features(page):
    batch = page.run(num_epochs=1, num_examples=20)['a batch']
    assert onp.shape(batch['X']) == (10, 2) and onp.shape(batch['y']) == (10, 1)


def test_hybridized_training_equals_imperative_training(page):
    losses = []
    for hybridize in (False, True):
        d2l.set_seed(3)
        with running(compiles=hybridize):
            result = page.run(num_examples=105, num_epochs=2)
        losses.append(result['loss after each epoch'])
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)
