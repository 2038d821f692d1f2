"""What a worker shares with the others beside gradients."""
import pickle
import random
from types import SimpleNamespace

import mxnet as mx
import numpy as onp
import pytest
from mxnet import gluon, np
from mxnet.gluon import nn

import d2lmx as d2l
from d2lmx.context import running
from d2lmx.distributed.trainer import Trainer
from d2lmx.distributed.worker import Workers, random_state, take_random_state
from d2lmx.errors import InputError


def test_random_states_come_back_as_they_were():
    onp.random.seed(5), random.seed(5)
    onp.random.normal(), random.gauss(0, 1)  # both hold back a second number
    state = [float(value) for value in random_state()]
    expected = (onp.random.normal(), onp.random.rand(), random.gauss(0, 1),
                random.random())
    take_random_state(state)
    assert expected == (onp.random.normal(), onp.random.rand(), random.gauss(0, 1),
                        random.random())


class Link:
    """To the launcher: adds what one other worker would send."""

    def __init__(self, others):
        self.others, self.sent = others, []

    def beat(self):
        """Say nothing."""

    def sum(self, values):
        self.sent.append(values)
        return [a + b for a, b in zip(values, self.others)]


def test_running_statistics_become_the_workers_mean_and_weights_stay():
    norm = nn.BatchNorm(in_channels=2)
    norm.initialize()
    norm.running_mean.set_data(np.array([1., -4.]))
    norm.running_var.set_data(np.array([2., 8.]))
    workers = Workers(Link([3., 0., 4., 2.]), SimpleNamespace(type='dist_sync'), 0, 2)
    trainer = gluon.Trainer(norm.collect_params(), 'sgd')
    gamma = norm.gamma.data().tolist()
    workers.end_epoch()
    assert workers.link.sent == [[]]  # nothing was trained
    workers.updated(trainer)
    workers.end_epoch()
    assert workers.link.sent[1] == [1, -4, 2, 8]
    assert norm.running_mean.data().tolist() == [(1 + 3) / 2, (-4 + 0) / 2]
    assert norm.running_var.data().tolist() == [(2 + 4) / 2, (8 + 2) / 2]
    assert norm.gamma.data().tolist() == gamma


class Servers:
    """A store of one worker, in its own process: it holds weights, and updates them."""

    type = 'dist_async'

    def __init__(self):
        self.weights, self.num_keys = {}, 0

    def new_keys(self, count):
        self.num_keys += count
        return self.num_keys - count

    def barrier(self):
        """There is nobody to wait for."""

    def set_optimizer(self, optimizer):
        self.update = mx.optimizer.get_updater(pickle.loads(pickle.dumps(optimizer)))

    def broadcast(self, key, value, out, priority=0):
        self.weights[key] = value.copy()
        for array in out if isinstance(out, list) else [out]:
            array[:] = value

    def pushpull(self, key, value, out=None, priority=0):
        values = value if isinstance(value, list) else [value]
        self.update(key, values[0], self.weights[key])
        for array in out if isinstance(out, list) else [out]:
            array[:] = self.weights[key]


@pytest.fixture
def async_step():
    """``async_step(**options)``: a step of SGD on servers, its trainer, and its weight.

    The gradient of a step is 4, that of four examples.
    """
    def make(**options):
        net = nn.Dense(1, use_bias=False, in_units=1)
        net.initialize(mx.init.Constant(0))
        trainer = Trainer(net.collect_params(), 'sgd', options)
        step = d2l.regression_step(net, lambda y_hat, y: y_hat, trainer)
        return (lambda: step(np.ones((4, 1)), np.ones(4))), trainer, net.weight

    with running(workers=Workers(Link([]), Servers(), 0, 1)):
        yield make


def test_servers_that_keep_their_rate_refuse_another_by_hand(async_step):
    step, trainer, weight = async_step(learning_rate=.5)
    step()
    assert weight.data().item() == -.5
    trainer.set_learning_rate(.25)
    with pytest.raises(InputError, match='use dist_sync'):
        step()
    assert weight.data().item() == -.5


def test_servers_follow_a_schedule(async_step):
    step, _, weight = async_step(lr_scheduler=d2l.ByEpoch((.5, .25, .125).__getitem__,
                                                          1))
    found = []
    for _ in range(3):
        step()
        found.append(weight.data().item())
    assert found == [-.5, -.75, -.875]
