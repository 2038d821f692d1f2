"""RMSProp (RMSProp 算法)

Source: chapter_optimization/rmsprop
"""
import math
from functools import partial

from mxnet import np

import d2lmx as d2l

DATA = ('airfoil',)
SMOKE = dict(num_epochs=1)
PRINTED = [({}, {'loss/scratch': (.245, .2415, .2545),
                 'loss/concise': (.247, .2415, .2545)})]


def weights_of_the_past():
    """The sum of the weights (1 - gamma) gamma^t, t < 40; draws the weights."""
    gammas, t = (0.95, 0.9, 0.8, 0.7), np.arange(40)
    weights = [(1 - gamma) * gamma ** t for gamma in gammas]
    legend = [f'gamma = {gamma:.2f}' for gamma in gammas]
    d2l.plot(t, weights, 'time', 'weight', legend=legend)
    return {name: float(w.sum()) for name, w in zip(legend, weights)}


def rmsprop_2d(x1, x2, s1, s2, eta=0.4, gamma=0.9):
    """s1, s2 are leaky means of the squared gradients."""
    g1, g2, eps = 0.2 * x1, 4 * x2, 1e-6
    s1 = gamma * s1 + (1 - gamma) * g1 ** 2
    s2 = gamma * s2 + (1 - gamma) * g2 ** 2
    x1 -= eta / math.sqrt(s1 + eps) * g1
    x2 -= eta / math.sqrt(s2 + eps) * g2
    return x1, x2, s1, s2


def f_2d(x1, x2):
    return 0.1 * x1 ** 2 + 2 * x2 ** 2


def init_rmsprop_states(feature_dim):
    return np.zeros((feature_dim, 1)), np.zeros(1)


def rmsprop(params, states, hyperparams, eps=1e-6):
    gamma = hyperparams['gamma']
    for p, s in zip(params, states):
        s[:] = gamma * s + (1 - gamma) * np.square(p.grad)
        p[:] -= hyperparams['lr'] * p.grad / np.sqrt(s + eps)


def run(*, lr: float = 0.01, gamma: float = 0.9, num_epochs: int = 2) -> dict:
    weights = weights_of_the_past()
    results = d2l.train_2d(partial(rmsprop_2d, gamma=gamma))
    d2l.show_trace_2d(f_2d, results)
    data_iter, feature_dim = d2l.get_data_ch11(batch_size=10)
    _, losses = d2l.train_ch11(rmsprop, init_rmsprop_states(feature_dim),
                               {'lr': lr, 'gamma': gamma}, data_iter, feature_dim,
                               num_epochs)
    d2l.plt.title('from scratch')
    _, concise = d2l.train_concise_ch11(
        'rmsprop', {'learning_rate': lr, 'gamma1': gamma}, data_iter, num_epochs)
    d2l.plt.title('concise')
    return {'sum of weights': weights,
            '0.1 x1^2 + 2 x2^2 after 20 steps': list(results[-1]),
            'loss': {'scratch': losses[-1], 'concise': concise[-1]}}


if __name__ == '__main__':
    d2l.main(run)
