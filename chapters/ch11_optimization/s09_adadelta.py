"""Adadelta (Adadelta)

Source: chapter_optimization/adadelta
"""
from mxnet import np

import d2lmx as d2l

DATA = ('airfoil',)
SMOKE = dict(num_epochs=1)
PRINTED = [({}, {'loss/scratch': (.243, .2415, .2545),
                 'loss/concise': (.243, .2415, .2545)})]


def init_adadelta_states(feature_dim):
    """For each parameter: leaky means of squared gradients and of squared updates."""
    return ((np.zeros((feature_dim, 1)), np.zeros((feature_dim, 1))),
            (np.zeros(1), np.zeros(1)))


def adadelta(params, states, hyperparams, eps=1e-5):
    rho = hyperparams['rho']
    for p, (s, delta) in zip(params, states):
        s[:] = rho * s + (1 - rho) * np.square(p.grad)
        g = np.sqrt(delta + eps) / np.sqrt(s + eps) * p.grad  # the rescaled gradient
        p[:] -= g
        delta[:] = rho * delta + (1 - rho) * g * g


def run(*, rho: float = 0.9, num_epochs: int = 2) -> dict:
    data_iter, feature_dim = d2l.get_data_ch11(batch_size=10)
    _, losses = d2l.train_ch11(adadelta, init_adadelta_states(feature_dim),
                               {'rho': rho}, data_iter, feature_dim, num_epochs)
    d2l.plt.title('from scratch')
    _, concise = d2l.train_concise_ch11('adadelta', {'rho': rho}, data_iter, num_epochs)
    d2l.plt.title('concise')
    return {'loss': {'scratch': losses[-1], 'concise': concise[-1]}}


if __name__ == '__main__':
    d2l.main(run)
