"""Adagrad (AdaGrad 算法)

Source: chapter_optimization/adagrad
"""
import math
from functools import partial

from mxnet import np

import d2lmx as d2l

DATA = ('airfoil',)
SMOKE = dict(num_epochs=1)
PRINTED = [({}, {'loss/scratch': (.242, .2415, .2545),
                 'loss/concise': (.244, .2415, .2545)})]


def adagrad_2d(x1, x2, s1, s2, eta=0.4):
    """s1, s2 are the sums of the squared gradients."""
    eps = 1e-6
    g1, g2 = 0.2 * x1, 4 * x2
    s1 += g1 ** 2
    s2 += g2 ** 2
    x1 -= eta / math.sqrt(s1 + eps) * g1
    x2 -= eta / math.sqrt(s2 + eps) * g2
    return x1, x2, s1, s2


def f_2d(x1, x2):
    return 0.1 * x1 ** 2 + 2 * x2 ** 2


def traces():
    """Where twenty steps end for two learning rates; draws each way."""
    ends = {}
    for eta in (0.4, 2):
        results = d2l.train_2d(partial(adagrad_2d, eta=eta))
        d2l.show_trace_2d(f_2d, results)
        d2l.plt.title(f'eta {eta}')
        ends[f'eta {eta}'] = list(results[-1])
    return ends


def init_adagrad_states(feature_dim):
    return np.zeros((feature_dim, 1)), np.zeros(1)


def adagrad(params, states, hyperparams, eps=1e-6):
    for p, s in zip(params, states):
        s[:] += np.square(p.grad)
        p[:] -= hyperparams['lr'] * p.grad / np.sqrt(s + eps)


def run(*, lr: float = 0.1, num_epochs: int = 2) -> dict:
    shown = traces()
    data_iter, feature_dim = d2l.get_data_ch11(batch_size=10)
    _, losses = d2l.train_ch11(adagrad, init_adagrad_states(feature_dim), {'lr': lr},
                               data_iter, feature_dim, num_epochs)
    d2l.plt.title('from scratch')
    _, concise = d2l.train_concise_ch11('adagrad', {'learning_rate': lr}, data_iter,
                                        num_epochs)
    d2l.plt.title('concise')
    return {'0.1 x1^2 + 2 x2^2 after 20 steps': shown,
            'loss': {'scratch': losses[-1], 'concise': concise[-1]}}


if __name__ == '__main__':
    d2l.main(run)
