"""Momentum (动量法)

Source: chapter_optimization/momentum
"""
from functools import partial

from mxnet import np

import d2lmx as d2l

DATA = ('airfoil',)
SMOKE = dict(num_epochs=1)
PRINTED = [({}, {'loss/lr 0.02, momentum 0.5': (.242, .2415, .2625),
                 'loss/lr 0.01, momentum 0.9': (.242, .2415, .2625),
                 'loss/lr 0.005, momentum 0.9': (.244, .2415, .2625),
                 'loss/concise, lr 0.005, momentum 0.9': (.245, .2415, .2625)})]


def f_2d(x1, x2):
    """Twenty times as steep in x2 as in x1."""
    return 0.1 * x1 ** 2 + 2 * x2 ** 2


def gd_2d(x1, x2, s1, s2, eta=0.4):
    return x1 - eta * 0.2 * x1, x2 - eta * 4 * x2, 0, 0


def momentum_2d(x1, x2, v1, v2, eta=0.6, beta=0.5):
    """v1, v2 are the velocities, leaky sums of the gradients."""
    v1 = beta * v1 + 0.2 * x1
    v2 = beta * v2 + 4 * x2
    return x1 - eta * v1, x2 - eta * v2, v1, v2


def ill_conditioned():
    """Where twenty steps end without and with momentum; draws each way."""
    ends = {}
    for name, trainer in [('eta 0.4', gd_2d), ('eta 0.6', partial(gd_2d, eta=0.6)),
                          ('eta 0.6, beta 0.5', momentum_2d),
                          ('eta 0.6, beta 0.25', partial(momentum_2d, beta=0.25))]:
        results = d2l.train_2d(trainer)
        d2l.show_trace_2d(f_2d, results)
        d2l.plt.title(name)
        ends[name] = list(results[-1])
    return ends


def effective_sample_weight():
    """The sum of the weights beta^t, t < 40, for each beta; draws the weights."""
    betas, t = (0.95, 0.9, 0.6, 0), np.arange(40)
    weights = [np.array([beta ** i for i in range(40)]) for beta in betas]
    legend = [f'beta = {beta:.2f}' for beta in betas]
    d2l.plot(t, weights, 'time', 'weight', legend=legend)
    return {name: float(w.sum()) for name, w in zip(legend, weights)}


def init_momentum_states(feature_dim):
    return np.zeros((feature_dim, 1)), np.zeros(1)


def sgd_momentum(params, states, hyperparams):
    for p, v in zip(params, states):
        v[:] = hyperparams['momentum'] * v + p.grad
        p[:] -= hyperparams['lr'] * v


def train_momentum(lr, momentum, num_epochs=2):
    """The last loss of one training from scratch."""
    data_iter, feature_dim = d2l.get_data_ch11(batch_size=10)
    _, losses = d2l.train_ch11(
        sgd_momentum, init_momentum_states(feature_dim),
        {'lr': lr, 'momentum': momentum}, data_iter, feature_dim, num_epochs)
    d2l.plt.title(f'lr {lr}, momentum {momentum}')
    return losses[-1]


def decay_along_eigenvectors(eta=0.1):
    """Draw (1 - eta lambda)^t: what t steps leave of an error in that direction."""
    lambdas, t = [0.1, 1, 10, 19], np.arange(20)
    errors = [(1 - eta * lam) ** t for lam in lambdas]
    d2l.plot(t, errors, 'time', 'error left',
             legend=[f'lambda = {lam:.2f}' for lam in lambdas])


def run(*, num_epochs: int = 2) -> dict:
    shown = {'0.1 x1^2 + 2 x2^2 after 20 steps': ill_conditioned(),
             'sum of weights': effective_sample_weight()}
    losses = {f'lr {lr}, momentum {momentum}': train_momentum(lr, momentum, num_epochs)
              for lr, momentum in [(0.02, 0.5), (0.01, 0.9), (0.005, 0.9)]}
    data_iter, _ = d2l.get_data_ch11(batch_size=10)
    _, concise = d2l.train_concise_ch11(
        'sgd', {'learning_rate': 0.005, 'momentum': 0.9}, data_iter, num_epochs)
    d2l.plt.title('concise, lr 0.005, momentum 0.9')
    losses['concise, lr 0.005, momentum 0.9'] = concise[-1]
    decay_along_eigenvectors()
    return {**shown, 'loss': losses}


if __name__ == '__main__':
    d2l.main(run)
