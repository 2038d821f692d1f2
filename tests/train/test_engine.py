"""The epoch loop and its running means, with steps worked out by hand."""
import numpy as onp
import pytest
from mxnet import cpu, gluon, np, npx
from mxnet.gluon import nn

import d2lmx as d2l


def batches(*sizes):
    return [(np.ones((n, 2)), np.ones(n)) for n in sizes]


def counting_step(X, y):
    """Each example counts 1, so every mean is 1; a batch's size is its own series."""
    return {'ones': (X.shape[0], y.size), 'size': (X.shape[0], 1)}


def test_a_mean_weighs_each_batch_by_its_count():
    means = d2l.RunningMeans()
    means.add({'loss': (np.array(6.), 3)})
    means.add({'loss': (8., 1), 'acc': (1, 4)})
    assert means.means() == {'loss': 14 / 4, 'acc': 1 / 4}
    means.add({'loss': (0, 4)})
    assert means.means()['loss'] == 14 / 8


def test_sums_are_kept_in_double_precision():
    # in float32, 2 ** 24 + 1 is 2 ** 24
    means = d2l.RunningMeans()
    for total in (2. ** 24, 1., 1., 1.):
        means.add({'loss': (np.array(total), 1)})
    assert means.means()['loss'] == (2 ** 24 + 3) / 4


def test_sums_are_not_read_before_two_later_batches_are_queued():
    read = []

    class Lazy:
        def __init__(self, batch):
            self.batch = batch

        def __float__(self):
            read.append(self.batch)
            return 1.

    means = d2l.RunningMeans()
    seen = []
    for batch in range(4):
        means.add({'loss': (Lazy(batch), 1)})
        seen.append(list(read))
    assert seen == [[], [], [0], [0, 1]]


def test_each_epoch_ends_in_a_point_of_its_own_means():
    sizes = iter([[2, 3], [5]])

    class Loader:
        def __iter__(self):
            return iter(batches(*next(sizes)))

    history = d2l.fit(counting_step, Loader(), 2)
    assert history.series == {'ones': [(1, 1), (2, 1)], 'size': [(1, 2.5), (2, 5)]}
    assert history.examples == 10


def test_a_batch_may_be_an_array_alone():
    history = d2l.fit(lambda X: {'rows': (X.sum(), 1)},
                      d2l.load_array((onp.ones((7, 2)),), 5), 1)
    assert history['rows'] == 14 / 2 and history.examples == 7


def test_points_within_an_epoch_are_running_means_since_its_start():
    history = d2l.fit(counting_step, batches(1, 3, 5, 7), 2, points_per_epoch=2)
    one_epoch = [(.5, 2), (1, 4)]
    assert history.series['size'] == one_epoch + [(x + 1, y) for x, y in one_epoch]


def test_more_points_than_batches_means_one_a_batch():
    history = d2l.fit(counting_step, batches(1, 3), 1, points_per_epoch=5)
    assert history.series['size'] == [(.5, 1), (1, 2)]


def test_evaluation_and_watching_happen_in_order():
    events = []

    def evaluate():
        events.append('evaluate')
        return {'test acc': .5}

    history = d2l.fit(counting_step, batches(1, 1), 1, evaluate=evaluate,
                      watch=lambda h: events.append(sorted(h.series)),
                      points_per_epoch=2)
    assert events == [['ones', 'size'], 'evaluate', ['ones', 'size', 'test acc']]
    assert history['test acc'] == .5


def test_seconds_leave_evaluation_out(monkeypatch):
    now = [0.]
    monkeypatch.setattr('time.perf_counter', lambda: now[0])

    def step(X, y):
        now[0] += 2
        return counting_step(X, y)

    def evaluate():
        now[0] += 100
        return {}

    history = d2l.fit(step, batches(3, 3), 2, evaluate=evaluate)
    assert (history.seconds, history.examples_per_sec) == (8, 12 / 8)


def test_waiting_is_the_time_until_batches_come(monkeypatch):
    now = [0.]
    monkeypatch.setattr('time.perf_counter', lambda: now[0])

    class Slow:
        def __iter__(self):
            for batch in batches(3, 3):
                now[0] += 5
                yield batch
            now[0] += 1

    def step(X, y):
        now[0] += 2
        return counting_step(X, y)

    history = d2l.fit(step, Slow(), 2)
    assert (history.waiting, history.seconds) == (22, 30)  # 2 * (5 + 5 + 1), and 8
    assert history.record()['timing']['waiting'] == 22


def test_a_generator_gives_out_in_the_second_epoch_and_that_is_said():
    assert d2l.fit(counting_step, iter(batches(2)), 1)['size'] == 2
    with pytest.raises(ValueError, match='no batch in epoch 2.*generator'):
        d2l.fit(counting_step, iter(batches(2)), 2)


def test_no_epoch_at_all_is_refused():
    with pytest.raises(ValueError, match='num_epochs must be at least 1, got 0'):
        d2l.fit(counting_step, batches(1), 0)


def test_running_averages_are_there_when_fit_returns():
    # MXNet does not know that a backward pass writes them: a read waits for none
    devices = [cpu(0), cpu(1)]
    for _ in range(10):
        net = nn.HybridSequential()
        net.add(nn.BatchNorm(), nn.Dense(512), nn.Dense(512), nn.Dense(1))
        net.initialize(ctx=devices)
        net.hybridize(static_alloc=True, static_shape=True)
        trainer = gluon.Trainer(net.collect_params(), 'sgd')
        step = d2l.regression_step(net, gluon.loss.L2Loss(), trainer, devices)
        d2l.fit(step, [(np.random.normal(size=(64, 64)), np.ones((64, 1)))], 3)
        first = [copy.asnumpy() for copy in net[0].running_mean.list_data()]
        npx.waitall()
        assert all((a == b.asnumpy()).all()
                   for a, b in zip(first, net[0].running_mean.list_data()))
