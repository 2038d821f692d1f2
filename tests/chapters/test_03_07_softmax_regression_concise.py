import math

import numpy as onp
import pytest
from mxnet import gluon, np

import d2lmx as d2l
from d2lmx.context import running


@pytest.fixture
def page(section):
    return section('3.7')


def test_net_is_one_linear_layer_of_7850_parameters(page):
    net = page.build_net()
    net.initialize()
    assert net(*page.example_inputs(batch_size=3)).shape == (3, 10)
    assert sum(p.data().size for p in net.collect_params().values()) == 784 * 10 + 10


def test_loss_equals_that_of_the_softmax_from_scratch(section, page):
    scratch = section('3.6')
    net = page.build_net()
    net.initialize()
    X, = page.example_inputs(batch_size=4)
    y = np.array([3, 0, 9, 3], dtype='int32')
    concise = gluon.loss.SoftmaxCrossEntropyLoss()(net(X), y)
    y_hat = scratch.make_net(net[0].weight.data().T, net[0].bias.data())(X)
    onp.testing.assert_allclose(concise.asnumpy(),
                                scratch.cross_entropy(y_hat, y).asnumpy(), rtol=1e-5)


def test_loss_survives_scores_that_overflow_the_softmax_from_scratch(section):
    scratch = section('3.6')
    scores, y = np.array([[1000.0, 0.0, 900.0]]), np.array([1], dtype='int32')
    assert gluon.loss.SoftmaxCrossEntropyLoss()(scores, y).tolist() == [1000]
    assert math.isnan(scratch.cross_entropy(scratch.softmax(scores),
                                            np.array([0], dtype='int32')).item())


def test_toy_training_learns(page, fewer_garments):
    with fewer_garments(4000):
        result = page.run(num_epochs=3, batch_size=64)
    losses = [l for _, l in result['series']['train loss']]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < math.log(10) / 4  # a quarter of the loss of guessing
    assert result['final']['test acc'] > 0.8


def test_hybridized_training_equals_imperative_training(page, fewer_garments):
    finals = []
    for hybridize in (False, True):
        d2l.set_seed(3)
        with running(compiles=hybridize), fewer_garments(2560):
            finals.append(page.run(num_epochs=1)['final'])
    assert finals[0] == pytest.approx(finals[1], rel=1e-4)


@pytest.mark.data
def test_real_data_follow_the_books_curve(page, real_data):
    series = page.run(num_epochs=2)['series']
    losses = [l for _, l in series['train loss']]
    # medians of the book's builds (3.6) after epochs 1 and 2, within its band of 0.01
    assert losses == pytest.approx([0.789, 0.574], abs=0.01)
