"""Adam (Adam 算法)

Source: chapter_optimization/adam
"""
from mxnet import np

import d2lmx as d2l

DATA = ('airfoil',)
SMOKE = dict(num_epochs=1)
PRINTED = [({}, {'loss/adam': (.244, .2415, .2545),
                 'loss/adam, concise': (.243, .2415, .2545),
                 'loss/yogi': (.244, .2415, .2545)})]


def init_adam_states(feature_dim):
    """For each parameter: leaky means of gradients and of squared gradients."""
    return ((np.zeros((feature_dim, 1)), np.zeros((feature_dim, 1))),
            (np.zeros(1), np.zeros(1)))


def adam(params, states, hyperparams, beta1=0.9, beta2=0.999, eps=1e-6):
    """One step; hyperparams['t'] counts the steps from 1."""
    for p, (v, s) in zip(params, states):
        v[:] = beta1 * v + (1 - beta1) * p.grad
        s[:] = beta2 * s + (1 - beta2) * np.square(p.grad)
        v_hat = v / (1 - beta1 ** hyperparams['t'])  # both means start at 0
        s_hat = s / (1 - beta2 ** hyperparams['t'])
        p[:] -= hyperparams['lr'] * v_hat / (np.sqrt(s_hat) + eps)
    hyperparams['t'] += 1


def yogi(params, states, hyperparams, beta1=0.9, beta2=0.999, eps=1e-3):
    """Adam, but the second mean changes by an amount in which its size has no part."""
    for p, (v, s) in zip(params, states):
        v[:] = beta1 * v + (1 - beta1) * p.grad
        s[:] = s + (1 - beta2) * np.sign(np.square(p.grad) - s) * np.square(p.grad)
        v_hat = v / (1 - beta1 ** hyperparams['t'])
        s_hat = s / (1 - beta2 ** hyperparams['t'])
        p[:] -= hyperparams['lr'] * v_hat / (np.sqrt(s_hat) + eps)
    hyperparams['t'] += 1


def run(*, lr: float = 0.01, num_epochs: int = 2) -> dict:
    data_iter, feature_dim = d2l.get_data_ch11(batch_size=10)
    losses = {}
    for name, trainer_fn in [('adam', adam), ('yogi', yogi)]:
        _, curve = d2l.train_ch11(trainer_fn, init_adam_states(feature_dim),
                                  {'lr': lr, 't': 1}, data_iter, feature_dim,
                                  num_epochs)
        d2l.plt.title(name)
        losses[name] = curve[-1]
        if name == 'adam':
            _, curve = d2l.train_concise_ch11('adam', {'learning_rate': lr}, data_iter,
                                              num_epochs)
            d2l.plt.title('adam, concise')
            losses['adam, concise'] = curve[-1]
    return {'loss': losses}


if __name__ == '__main__':
    d2l.main(run)
