"""The calls of chapter 7: each name in each section that uses it, on toy data."""
import math

import numpy as onp
import pytest
from matplotlib import pyplot as plt
from mxnet import autograd, nd

OF_AIRFOIL = 'get_data_ch7 train_ch7 train_gluon_ch7'
# the names that a section takes from the package, and does not define itself
USES = {'7.1': 'plt set_figsize', '7.2': 'plt set_figsize',
        '7.3': 'linreg plt set_figsize squared_loss',
        **{f'7.{number}': f'show_trace_2d train_2d {OF_AIRFOIL}'
           for number in (4, 5, 6)}, '7.7': OF_AIRFOIL, '7.8': OF_AIRFOIL}


def uses_all(d2l, section):
    return d2l.used >= set(USES[section].split())


@pytest.mark.parametrize('section', ['7.1', '7.2'])
def test_7_1_7_2_a_function_is_drawn_in_the_size_that_was_set(section, d2l):
    d2l.set_figsize((4.5, 2.5))
    x = onp.arange(-1, 2, .1)
    line, = d2l.plt.plot(x, x * onp.cos(onp.pi * x))
    assert line.axes.figure.get_size_inches().tolist() == [4.5, 2.5]
    assert uses_all(d2l, section)


def test_7_3_a_loop_of_the_pages_own_makes_the_loss_smaller(d2l):
    X = nd.random.normal(shape=(50, 2))
    y = nd.dot(X, nd.array([[2], [-1]])) + 1
    w, b, losses = nd.zeros((2, 1)), nd.zeros(1), []
    for param in (w, b):
        param.attach_grad()
    for _ in range(10):
        with autograd.record():
            l = d2l.squared_loss(d2l.linreg(X, w, b), y).mean()
        l.backward()
        for param in (w, b):
            param[:] -= .5 * param.grad
        losses.append(l.asscalar())
    d2l.set_figsize()
    d2l.plt.plot(range(10), losses)
    assert losses == sorted(losses, reverse=True) and losses[-1] < .1 * losses[0]
    assert uses_all(d2l, '7.3')


def by_momentum(x1, x2, v1, v2):
    v1, v2 = .5 * v1 + .4 * .2 * x1, .5 * v2 + .4 * 4 * x2
    return x1 - v1, x2 - v2, v1, v2


def by_adagrad(x1, x2, s1, s2):
    s1, s2 = s1 + (.2 * x1) ** 2, s2 + (4 * x2) ** 2
    return (x1 - 2 / math.sqrt(s1 + 1e-6) * .2 * x1,
            x2 - 2 / math.sqrt(s2 + 1e-6) * 4 * x2, s1, s2)


def by_rmsprop(x1, x2, s1, s2):
    s1, s2 = .9 * s1 + .1 * (.2 * x1) ** 2, .9 * s2 + .1 * (4 * x2) ** 2
    return (x1 - .4 / math.sqrt(s1 + 1e-6) * .2 * x1,
            x2 - .4 / math.sqrt(s2 + 1e-6) * 4 * x2, s1, s2)


@pytest.mark.parametrize('section,trainer', [('7.4', by_momentum), ('7.5', by_adagrad),
                                             ('7.6', by_rmsprop)])
def test_7_4_to_7_6_the_way_of_an_optimiser_leads_down(section, trainer, d2l):
    def f_2d(x1, x2):
        return .1 * x1 ** 2 + 2 * x2 ** 2

    results = d2l.train_2d(trainer)
    d2l.show_trace_2d(f_2d, results)
    assert f_2d(*results[-1]) < .02 * f_2d(*results[0]) == pytest.approx(.02 * 10.5)
    assert plt.gca().lines[0].get_xydata().tolist() == [list(xy) for xy in results]
    assert d2l.used >= {'train_2d', 'show_trace_2d'}


def momentum(params, states, hyperparams):
    for p, v in zip(params, states):
        v[:] = hyperparams['momentum'] * v + hyperparams['lr'] * p.grad
        p[:] -= v


def adagrad(params, states, hyperparams):
    for p, s in zip(params, states):
        s[:] += p.grad.square()
        p[:] -= hyperparams['lr'] * p.grad / (s + 1e-6).sqrt()


def rmsprop(params, states, hyperparams):
    gamma = hyperparams['gamma']
    for p, s in zip(params, states):
        s[:] = gamma * s + (1 - gamma) * p.grad.square()
        p[:] -= hyperparams['lr'] * p.grad / (s + 1e-6).sqrt()


def adadelta(params, states, hyperparams):
    rho = hyperparams['rho']
    for p, (s, delta) in zip(params, states):
        s[:] = rho * s + (1 - rho) * p.grad.square()
        g = ((delta + 1e-5).sqrt() / (s + 1e-5).sqrt()) * p.grad
        p[:] -= g
        delta[:] = rho * delta + (1 - rho) * g * g


def adam(params, states, hyperparams):
    t = hyperparams['t']
    for p, (v, s) in zip(params, states):
        v[:] = .9 * v + .1 * p.grad
        s[:] = .999 * s + .001 * p.grad.square()
        p[:] -= hyperparams['lr'] * v / (1 - .9 ** t) / (
            (s / (1 - .999 ** t)).sqrt() + 1e-6)
    hyperparams['t'] += 1


def zeros():
    return nd.zeros((5, 1)), nd.zeros(1)


def pairs():
    return tuple((state, state.copy()) for state in zeros())


@pytest.mark.parametrize('section,trainer,states,hyperparams,name,of_gluon', [
    ('7.4', momentum, zeros, {'lr': .02, 'momentum': .5}, 'sgd',
     {'learning_rate': .02, 'momentum': .5}),
    ('7.5', adagrad, zeros, {'lr': .1}, 'adagrad', {'learning_rate': .1}),
    ('7.6', rmsprop, zeros, {'lr': .01, 'gamma': .9}, 'rmsprop',
     {'learning_rate': .01, 'gamma1': .9}),
    ('7.7', adadelta, pairs, {'rho': .9}, 'adadelta', {'rho': .9}),
    ('7.8', adam, pairs, {'lr': .01, 't': 1}, 'adam', {'learning_rate': .01})])
def test_7_4_to_7_8_an_optimiser_from_scratch_is_gluons(
        section, trainer, states, hyperparams, name, of_gluon, d2l):
    features, labels = d2l.get_data_ch7()
    features, labels, curves = features[:400], labels[:400], []
    for train, arguments in ((d2l.train_ch7, (trainer, states(), hyperparams)),
                             (d2l.train_gluon_ch7, (name, of_gluon))):
        onp.random.seed(0)  # of the order of examples
        train(*arguments, features, labels)
        curves.append(plt.gca().lines[0].get_ydata())
    # the weights begin .01 from 0 at random, in either
    onp.testing.assert_allclose(*curves, rtol=.1)
    assert len(curves[0]) == 9 and curves[0][-1] < .9 * curves[0][0]
    assert d2l.used >= set(OF_AIRFOIL.split())
