import numpy as onp
import pytest
from mxnet import autograd, gluon, np
from mxnet.gluon import nn

import d2lmx as d2l
from d2lmx import sections


@pytest.fixture
def section():
    """``section('6.6')`` is the module of a section of the book."""
    return lambda token: sections.load(sections.find(token))


class Descent:
    """Ten steps of an optimiser on one least-squares problem, its weights after each.

    Float32 on all sides: ``scratch(function, states, hyperparams)`` as chapter 11
    writes optimisers, ``gluon(name, options)``, ``torch(class, options)``.
    """

    rng = onp.random.RandomState(3)
    X = rng.normal(size=(6, 3)).astype('float32')
    y = rng.normal(size=(6, 1)).astype('float32')
    start = onp.array([[.5], [-2.], [1.]], 'float32')

    def scratch(self, trainer_fn, states, hyperparams, **options):
        w, points = np.array(self.start), []
        w.attach_grad()
        for _ in range(10):
            with autograd.record():
                y_hat = np.dot(np.array(self.X), w)
                l = d2l.squared_loss(y_hat, np.array(self.y)).mean()
            l.backward()
            trainer_fn([w], states, hyperparams, **options)
            points.append(w.asnumpy())
        return onp.array(points)

    def gluon(self, name, options):
        net, points = nn.Dense(1, use_bias=False, in_units=3), []
        net.initialize()
        net.weight.set_data(np.array(self.start.T))
        trainer = gluon.Trainer(net.collect_params(), name, options)
        step = d2l.regression_step(net, gluon.loss.L2Loss(), trainer)
        for _ in range(10):
            step(np.array(self.X), np.array(self.y))
            points.append(net.weight.data().asnumpy().T)
        return onp.array(points)

    def torch(self, name, **options):
        import torch
        w = torch.tensor(self.start, requires_grad=True)
        optimizer, points = getattr(torch.optim, name)([w], **options), []
        for _ in range(10):
            optimizer.zero_grad()
            l = ((torch.tensor(self.X) @ w - torch.tensor(self.y)) ** 2).mean() / 2
            l.backward()
            optimizer.step()
            points.append(w.detach().numpy().copy())
        return onp.array(points)


@pytest.fixture
def descent():
    """A `Descent`."""
    return Descent()
