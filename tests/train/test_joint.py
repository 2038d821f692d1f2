"""Networks, losses and sums as one graph, and where they cannot be one."""
import numpy as onp
import pytest
from mxnet import gluon, np
from mxnet.gluon import nn

import d2lmx as d2l

X = np.array([[1., 2.], [3., -1.], [0., 1.]])
Y = np.array([[2.], [5.], [1.]])


def dense():
    net = nn.Dense(1, in_units=2, use_bias=False)
    net.initialize()
    net.weight.set_data(np.array([[1., 2.]]))  # X -> 5, 1, 2
    return net


def squares(F, net, loss, X, y):
    l = loss(net(X), y)
    return F.np.sum(l), F.np.sum(l > 1)


class Plain(gluon.Block):
    """A network that is no graph."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, X):
        assert isinstance(X.asnumpy(), onp.ndarray)
        return self.net(X)


@pytest.fixture
def calls(monkeypatch):
    """A list with an entry for each call of a Gluon loss's function by Python."""
    found = []
    for kind in (gluon.loss.L2Loss, gluon.loss.SoftmaxCrossEntropyLoss):
        def counted(self, *arrays, function=kind.hybrid_forward):
            found.append(self)
            return function(self, *arrays)

        monkeypatch.setattr(kind, 'hybrid_forward', counted)
    return found


class Squares(gluon.loss.L2Loss):
    """A reader's loss, which is no graph."""

    def hybrid_forward(self, F, pred, label):
        assert pred.shape == label.shape
        return ((pred - label) ** 2).sum(axis=1)


@pytest.mark.parametrize('kind', ['imperative', 'compiled', 'plain'])
def test_a_measure_is_the_same_as_a_graph_and_without(kind):
    inner = dense()
    net = Plain(inner) if kind == 'plain' else inner
    if kind == 'compiled':
        net.hybridize()
    trainer = gluon.Trainer(inner.collect_params(), 'sgd', {'learning_rate': .3})
    measure = d2l.Measure(['train loss', 'far'], squares, net, gluon.loss.L2Loss())
    assert (measure.graph is None) == (kind == 'plain')
    step = d2l.measured_step(net, measure, trainer)
    stats = step(X, Y)
    # differences 3, -4, 1: halves of squares 4.5, 8, .5
    assert {name: (float(total), count) for name, (total, count) in stats.items()} == {
        'train loss': (13, 3), 'far': (2, 3)}
    # the gradient of their sum: 3 (1, 2) - 4 (3, -1) + (0, 1) = (-9, 11)
    assert inner.weight.data().asnumpy().tolist() == [
        pytest.approx([1 + .3 * 9 / 3, 2 - .3 * 11 / 3], rel=1e-6)]


def test_a_measure_of_one_sum_need_not_be_a_tuple():
    net = dense()
    measure = d2l.Measure(['train loss'], lambda F, net, X, y: F.np.sum(net(X) - y),
                          net)
    l, stats = measure(X, Y)
    assert float(l) == 0 and stats['train loss'][1] == 3  # 3 - 4 + 1


@pytest.mark.parametrize('make, kind, num_outputs', [
    (d2l.regression_step, gluon.loss.L2Loss, 1),
    (d2l.classification_step, gluon.loss.SoftmaxCrossEntropyLoss, 2)])
def test_the_loss_of_a_compiled_network_is_traced_once(make, kind, num_outputs,
                                                       calls):
    y = Y if num_outputs == 1 else np.array([0, 1, 1], dtype='int32')
    net = nn.Dense(num_outputs, in_units=2)
    net.initialize()
    step = make(net, kind(), lambda batch_size: None)
    for _ in range(4):
        step(X, y)
    assert len(calls) == 4
    net.hybridize()
    step = make(net, kind(), lambda batch_size: None)
    for _ in range(4):
        step(X, y)
    assert len(calls) == 5
    net.hybridize(active=False)  # as the examination of a training does
    step(X, y)
    assert len(calls) == 6


def test_a_loss_stays_its_owners_whose_network_is_compiled():
    net, loss = dense(), gluon.loss.L2Loss()
    net.hybridize()
    step = d2l.regression_step(net, loss, lambda batch_size: None)
    step(X, Y)
    weights = np.array([[2.], [0.], [1.]])
    assert loss(X[:, :1], Y).tolist() == [.5, 2, .5]
    # a compiled loss would refuse another number of arrays
    assert loss(X[:, :1], Y, weights).tolist() == [1, 0, .5]


def test_a_measure_follows_a_network_that_is_compiled_no_more():
    net, seen = dense(), []
    net.hybridize()
    measure = d2l.Measure(['train loss'], lambda F, net, X: F.np.sum(net(X)), net)
    step = d2l.measured_step(net, measure, lambda batch_size: None)
    assert step.trains[0] is net and step.graphs == (measure.graph,)
    step(X)
    net.register_forward_hook(lambda *call: seen.append(call))
    net.hybridize(active=False)
    assert float(step(X)['train loss'][0]) == 8 and len(seen) == 1


@pytest.mark.parametrize('compiled', [False, True])
def test_what_is_only_counted_has_no_gradient(compiled):
    # of the root of a loss of 0 it would be 0 times an infinite slope
    def sums(F, net, X, y):
        squares = F.np.square(net(X) - y)
        return F.np.sum(squares), F.np.sum(F.np.sqrt(squares))

    net = dense()
    net.hybridize(compiled)
    measure = d2l.Measure(['train loss', 'root'], sums, net)
    step = d2l.measured_step(net, measure, lambda batch_size: None)
    stats = step(X[:1], np.array([[5.]]))
    assert float(stats['root'][0]) == 0
    assert net.weight.grad().tolist() == [[0, 0]]


def test_a_readers_loss_need_not_be_written_for_graphs():
    net = dense()
    net.hybridize()
    stats = d2l.regression_step(net, Squares(), lambda batch_size: None)(X, Y)
    assert float(stats['train loss'][0]) == 9 + 16 + 1


@pytest.mark.parametrize('y', [[[1], [0], [1]], [1, 0, 1]])
def test_classes_that_no_scores_are_of_are_counted_without_a_graph(y):
    # scores (batch, 1) are the classes themselves: 5, 1 and 2 less 4
    net, loss = nn.HybridSequential(), gluon.loss.L2Loss()
    net.add(dense(), nn.HybridLambda(lambda F, X: X - 4))
    net.hybridize()
    stats = d2l.classification_step(net, loss, lambda batch_size: None)(X, np.array(y))
    # 1, -3, -2 of 1, 0, 1
    assert float(stats['train acc'][0]) == 1
