"""Metrics over a data set: means by example, in prediction mode."""
import mxnet as mx
import pytest
from mxnet import autograd, gluon, np
from mxnet.gluon import nn

import d2lmx as d2l

# two of three right, then none of one: the mean of the batches' shares would be 1/3
SCORES = [(np.array([[2., 1.], [2., 1.], [1., 2.]]), np.array([0, 1, 1])),
          (np.array([[2., 1.]]), np.array([1]))]


def identity(X):
    return X


def test_accuracy_is_the_share_over_all_examples():
    assert d2l.evaluate_accuracy(identity, SCORES) == 2 / 4


def test_a_generator_of_batches_serves():
    assert d2l.evaluate_accuracy(identity, (batch for batch in SCORES)) == 2 / 4


def test_loss_is_the_mean_over_all_elements():
    data = [(np.array([[1.], [2.]]), np.array([3., 2.])),
            (np.array([[5.]]), np.zeros(1))]
    # halves of squared errors: 4/2, 0, 25/2
    assert d2l.evaluate_loss(identity, data, d2l.squared_loss) == (2 + 0 + 12.5) / 3


def test_loss_of_several_outputs_is_the_mean_over_all_of_them():
    data = [(np.array([[1., 2.], [3., 0.]]), np.array([[3., 2.], [3., 4.]])),
            (np.array([[5., 0.]]), np.zeros((1, 2)))]
    # halves of squared errors: 2, 0, 0, 8; then 12.5, 0
    assert d2l.evaluate_loss(identity, data, d2l.squared_loss) == 22.5 / 6
    # Gluon's loss gives an example the mean of its outputs, over as many examples
    assert d2l.evaluate_loss(identity, data, gluon.loss.L2Loss()) == 22.5 / 2 / 3


def test_batches_split_over_devices_give_the_same_figure():
    net = nn.Dense(2, in_units=2)
    net.initialize(ctx=[mx.cpu(0), mx.cpu(1)])
    one = d2l.evaluate_accuracy(net, SCORES[:1])
    assert d2l.evaluate_accuracy(net, SCORES[:1], [mx.cpu(0), mx.cpu(1)]) == one


def test_batches_may_be_split_in_a_way_of_ones_own():
    net = nn.Dense(2, in_units=2)
    net.initialize(ctx=[mx.cpu(0), mx.cpu(1)])
    seen = []

    def first_to_all(X, y, devices):
        seen.append(devices)
        return ([X[:1].as_in_ctx(d) for d in devices],
                [y[:1].as_in_ctx(d) for d in devices])

    share = d2l.evaluate_accuracy_gpus(net, SCORES[:1], first_to_all)
    assert seen == [[mx.cpu(0), mx.cpu(1)]]
    assert share == d2l.evaluate_accuracy(net, [(SCORES[0][0][:1], SCORES[0][1][:1])])


def test_the_network_runs_in_prediction_mode():
    modes = []

    def net(X):
        modes.append((autograd.is_recording(), autograd.is_training()))
        return X

    d2l.evaluate_accuracy(net, SCORES)
    assert modes == [(False, False)] * 2


@pytest.mark.parametrize('evaluate', [
    d2l.evaluate_accuracy, lambda net, data: d2l.evaluate_loss(net, data, None)])
def test_nothing_to_evaluate_on_is_an_error(evaluate):
    with pytest.raises(ValueError, match='nothing to evaluate on'):
        evaluate(identity, [])
