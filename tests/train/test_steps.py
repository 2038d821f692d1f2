"""One batch: what a step reports, and what it does to the parameters."""
import mxnet as mx
import numpy as onp
import pytest
from mxnet import autograd, gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

X = np.array([[1., 0.], [0., 1.], [1., 1.]])
LABELS = np.array([0, 1, 0], dtype='int32')
TARGETS = np.array([[1.], [2.], [3.]])


def test_regression_step_reports_the_loss_and_moves_by_the_mean_gradient():
    w, b = np.zeros((2, 1)), np.zeros(1)
    for param in (w, b):
        param.attach_grad()
    step = d2l.regression_step(lambda X: d2l.linreg(X, w, b), d2l.squared_loss,
                               lambda batch_size: d2l.sgd([w, b], .3, batch_size))
    total, count = step(X, TARGETS)['train loss']
    # losses 1/2, 4/2, 9/2; gradients of their sum: w (-1 - 3, -2 - 3), b -6
    assert (float(total), count) == (7, 3)
    assert w.reshape(-1).tolist() == pytest.approx([.4, .5], rel=1e-6)
    assert b.tolist() == pytest.approx([.6], rel=1e-6)


@pytest.mark.parametrize('loss, total, count', [
    (d2l.squared_loss, 14 / 2, 6),                      # a value a target
    (gluon.loss.L2Loss(), 14 / 2 / 2, 3),               # a value an example
    (lambda y_hat, y: d2l.squared_loss(y_hat, y).mean(), 14 / 2 / 6, 1)])
def test_the_loss_is_counted_by_its_own_values(loss, total, count):
    step = d2l.regression_step(lambda X: d2l.linreg(X, w, 0), loss, lambda n: None)
    w = np.zeros((2, 2))
    w.attach_grad()
    found = step(X, np.array([[1., 0.], [2., 0.], [0., 3.]]))['train loss']
    assert (float(found[0]), found[1]) == (pytest.approx(total), count)


def classifier():
    net = nn.HybridSequential()
    net.add(nn.Dense(3, in_units=2))
    net.initialize()
    net[0].weight.set_data(np.array([[1., 0.], [0., 2.], [0., 0.]]))
    return net


@pytest.mark.parametrize('hybridize', [False, True])
def test_classification_step_equals_pytorch(torch, hybridize):
    net = classifier()
    net.hybridize(hybridize)
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': .5})
    step = d2l.classification_step(net, gluon.loss.SoftmaxCrossEntropyLoss(), trainer)
    stats = step(X, LABELS)

    twin = torch.nn.Linear(2, 3)
    with torch.no_grad():
        twin.weight.copy_(torch.tensor([[1., 0.], [0., 2.], [0., 0.]]))
        twin.bias.zero_()
    y = torch.tensor([0, 1, 0])
    l = torch.nn.functional.cross_entropy(twin(torch.tensor(X.asnumpy())), y)
    l.backward()
    torch.optim.SGD(twin.parameters(), lr=.5).step()

    total, count = stats['train loss']
    assert float(total) / count == pytest.approx(l.item(), rel=1e-5)
    for ours, theirs in ((net[0].weight, twin.weight), (net[0].bias, twin.bias)):
        onp.testing.assert_allclose(ours.data().asnumpy(), theirs.detach().numpy(),
                                    rtol=1e-5, atol=1e-6)


def test_accuracy_is_of_the_scores_before_the_update():
    # the scores are (1, 0, 0), (0, 2, 0), (1, 2, 0): the last is wrong
    net = classifier()

    def updater(batch_size):
        net[0].weight.set_data(np.zeros((3, 2)))

    step = d2l.classification_step(net, gluon.loss.SoftmaxCrossEntropyLoss(), updater)
    correct, count = step(X, LABELS)['train acc']
    assert (float(correct), count) == (2, 3)


def test_a_step_trains_in_training_mode():
    modes = []

    def net(X):
        modes.append((autograd.is_recording(), autograd.is_training()))
        return np.dot(X, w)

    w = np.ones((2, 1))
    w.attach_grad()
    d2l.regression_step(net, d2l.squared_loss, lambda n: None)(X, TARGETS)
    assert modes == [(True, True)] and not autograd.is_recording()


def test_the_updater_gets_the_number_of_examples():
    sizes = []
    net = classifier()
    step = d2l.classification_step(net, gluon.loss.SoftmaxCrossEntropyLoss(),
                                   sizes.append)
    step(X, LABELS)
    step(X[:2], LABELS[:2])
    assert sizes == [3, 2]


# ---- a loss of one's own


def measured(net):
    def measure(X, Y):
        l = ((net(X) - Y) ** 2).sum(axis=1)
        return l, {'loss': (l.sum(), len(X)), 'rows': (X[:, 0].sum(), 1)}
    return measure


def one_unit():
    net = nn.Dense(1, in_units=2, use_bias=False)
    net.initialize(init=init.Zero())
    return net


@pytest.mark.parametrize('num_devices', [1, 2, 5])
def test_a_measured_step_adds_up_what_each_device_measured(num_devices):
    net, devices = one_unit(), [mx.cpu(i) for i in range(num_devices)]
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': .3})
    with d2l.use_devices(devices):
        step = d2l.measured_step(net, measured(net), trainer)
        stats = step(X, TARGETS)
    # losses 1, 4, 9; gradients of their sum: -2 (1 + 3), -2 (2 + 3)
    assert {name: (float(total), count) for name, (total, count) in stats.items()} == {
        'loss': (14, 3), 'rows': (2, min(3, num_devices))}
    for device in devices:
        assert net.weight.data(device).tolist()[0] == pytest.approx([.8, 1.], rel=1e-6)


def test_a_measured_step_splits_every_array_of_a_batch():
    net, weights = one_unit(), np.array([[1.], [0.], [2.]])

    def measure(X, Y, weights):
        l = (weights * (net(X) - Y) ** 2).sum(axis=1)
        return l, {'loss': (l.sum(), len(weights))}

    with d2l.use_devices([mx.cpu(0), mx.cpu(1)]):
        stats = d2l.measured_step(net, measure, lambda batch_size: None)(
            X, TARGETS, weights)
    assert float(stats['loss'][0]) == 1 + 0 + 2 * 9 and stats['loss'][1] == 3
    # -2 (1 * 1 * (1, 0) + 0 + 2 * 3 * (1, 1)), of rows 1 and 2, and of row 3
    assert [net.weight.grad(mx.cpu(i)).tolist() for i in (0, 1)] == [
        [[-2, 0]], [[-12, -12]]]


def test_a_measured_step_of_no_example_counts_none_and_has_no_gradient():
    net, sizes = one_unit(), []
    step = d2l.measured_step(net, measured(net), sizes.append)
    step(X, TARGETS)
    assert net.weight.grad().asnumpy().any()
    assert step(X[:0], TARGETS[:0]) == {'loss': (0, 0), 'rows': (0, 0)}
    assert not net.weight.grad().asnumpy().any() and sizes == [3, 0]
