"""Optimisers from scratch with two parameters, against Gluon's with both."""
import numpy as onp
import pytest
from mxnet import autograd, gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

# section, function, hyperparameters, arguments, Gluon's name and options of the same
SAME = [('11.5', 'sgd', {'lr': .1}, {}, 'sgd', {'learning_rate': .1}),
        ('11.6', 'sgd_momentum', {'lr': .1, 'momentum': .9}, {}, 'sgd',
         {'learning_rate': .1, 'momentum': .9}),
        ('11.7', 'adagrad', {'lr': .5}, {}, 'adagrad',
         {'learning_rate': .5, 'eps': 1e-6}),
        ('11.8', 'rmsprop', {'lr': .1, 'gamma': .9}, {}, 'rmsprop',
         {'learning_rate': .1, 'gamma1': .9, 'epsilon': 1e-6}),
        ('11.9', 'adadelta', {'rho': .9}, {}, 'adadelta',
         {'rho': .9, 'epsilon': 1e-5}),
        # with this eps it is of no account where Gluon adds it
        ('11.10', 'adam', {'lr': .1, 't': 1}, {'eps': 1e-8}, 'adam',
         {'learning_rate': .1})]
INIT_STATES = {'sgd_momentum': 'init_momentum_states', 'adagrad': 'init_adagrad_states',
               'rmsprop': 'init_rmsprop_states', 'adadelta': 'init_adadelta_states',
               'adam': 'init_adam_states', 'yogi': 'init_adam_states'}
RNG = onp.random.RandomState(5)
X, Y = (np.array(RNG.normal(size=(6, n)), dtype='float32') for n in (3, 1))


def start():
    w, b = np.array([[.5], [-2.], [1.]]), np.array([3.])
    for param in (w, b):
        param.attach_grad()
    return w, b


def scratch(page, name, hyperparams, options, num_steps=10):
    """w and b after some steps by a function of the section."""
    w, b = start()
    states = getattr(page, INIT_STATES[name])(3) if name in INIT_STATES else None
    hyperparams = dict(hyperparams)
    for _ in range(num_steps):
        with autograd.record():
            l = d2l.squared_loss(d2l.linreg(X, w, b), Y).mean()
        l.backward()
        getattr(page, name)([w, b], states, hyperparams, **options)
    return w, b


def by_gluon(name, options, num_steps=10):
    """The same by one of Gluon's optimisers."""
    net = nn.Dense(1, in_units=3)
    net.initialize(init.Zero())
    for param, value in zip((net.weight, net.bias), start()):
        param.set_data(value.T)
    trainer = gluon.Trainer(net.collect_params(), name, {**options, 'wd': 0})
    step = d2l.regression_step(net, gluon.loss.L2Loss(), trainer)
    for _ in range(num_steps):
        step(X, Y)
    return net.weight.data().T, net.bias.data()


@pytest.mark.parametrize('number, name, hyperparams, options, theirs, theirs_options',
                         SAME, ids=[row[1] for row in SAME])
def test_both_parameters_go_where_gluon_brings_them(section, number, name, hyperparams,
                                                    options, theirs, theirs_options):
    ours = scratch(section(number), name, hyperparams, options)
    for a, b, begun in zip(ours, by_gluon(theirs, theirs_options), start()):
        # float32 in another order, and Adam's corrections
        onp.testing.assert_allclose(a.asnumpy(), b.asnumpy(), rtol=1e-4, atol=1e-5)
        assert abs(a - begun).max() > .01


def test_yogi_treats_both_parameters_by_its_definition(section):
    ours = scratch(section('11.10'), 'yogi', {'lr': .1, 't': 1}, {})
    A = onp.hstack([X.asnumpy(), onp.ones((6, 1))]).astype('float64')
    w, v, s = onp.array([[.5], [-2.], [1.], [3.]]), 0, 0
    for t in range(1, 11):
        g = A.T @ (A @ w - Y.asnumpy()) / 6
        v = .9 * v + .1 * g
        s = s + .001 * onp.sign(g * g - s) * g * g
        w = w - .1 * v / (1 - .9 ** t) / (onp.sqrt(s / (1 - .999 ** t)) + 1e-3)
    onp.testing.assert_allclose(ours[0].asnumpy(), w[:3], rtol=1e-4, atol=1e-5)
    onp.testing.assert_allclose(ours[1].asnumpy(), w[3], rtol=1e-4, atol=1e-5)
