"""What makes the numbers of generative models mislead. *Deep Learning*, 20.14."""
import numpy as onp

from .generating import log_bernoulli, log_normal, log_parzen

__all__ = ['log_independent', 'log_memory', 'log_mostly_noise', 'best_window',
           'measure_windows', 'measure_levels']

WIDTHS = .4, .6, .8, 1., 1.2  # of windows


def log_independent(train, X) -> onp.ndarray:
    """log p(x) where units know nothing of each other, by their means in train: (n,).

    train (m, units), X (n, units), 0 or 1. Each mean is of two examples more, 0 and 1.

    Ours, for 23.20
    """
    p = (train.sum(axis=0) + 1) / (len(train) + 2)
    return log_bernoulli(X, onp.log(p) - onp.log(1 - p))


def log_memory(train, X, turned: float) -> onp.ndarray:
    """log p(x) of a model that shows what it was shown: (n,).

    It draws one of train (m, units), and turns each unit with the chance ``turned``.

    Ours, for 23.20
    """
    apart = X @ (1 - train).T + (1 - X) @ train.T              # (n, m)
    logs = apart * onp.log(turned) + (X.shape[1] - apart) * onp.log(1 - turned)
    return onp.logaddexp.reduce(logs, axis=1) - onp.log(len(train))


def log_mostly_noise(log_p, num_units: int, noise: float) -> onp.ndarray:
    """log p(x) of a model (n,) of whose draws the share ``noise`` is of fair coins.

    Ours, for 23.20
    """
    return onp.logaddexp(onp.log(1 - noise) + log_p,
                         onp.log(noise) - num_units * onp.log(2))


def best_window(X, samples) -> float:
    """The mean of log p(x) by a Parzen window on samples, of the best of five widths.

    Ours, for 23.20
    """
    return max(float(log_parzen(X, samples, h).mean()) for h in WIDTHS)


def measure_windows(n: int = 500, d: int = 20) -> dict:
    """Of n new draws of N(0, 1) in d dimensions, the mean of log p(x), four numbers.

    By the 'truth'; by the best 'window' on n draws of it, and on one 'point', which is
    its mean. '1 / 255': what a window loses where numbers are counted in such units.

    Ours, for 23.20
    """
    samples, test = onp.random.normal(size=(2, n, d))
    here, there = (log_parzen(a * test, a * samples, a).mean() for a in (1, 255))
    return {'truth': float(log_normal(test).sum(axis=1).mean()),
            'window': best_window(test, samples),
            'point': best_window(test, onp.zeros((1, d))),
            '1 / 255': float(here - there)}


def measure_levels(*sigmas: float, chances=(.4, .3, .2, .1), num: int = 1000) -> dict:
    """What a density gives for whole numbers 0, 1, ... that have these chances.

    'log p of levels', the mean, and of the log of a density, normal with deviation
    sigma around each number: 'with noise, most', where noise is uniform within 1/2, in
    so many equal steps, of the best of the sigmas; and 'sigma = ...' of each without.

    Ours, for 23.20
    """
    k, p = onp.arange(len(chances)), onp.array(chances)
    noisy = k[:, None] + (onp.arange(num) + .5) / num - .5

    def log_q(x, sigma):
        logs = onp.log(p) + log_normal(x[..., None], k, 2 * onp.log(sigma))
        return onp.logaddexp.reduce(logs, axis=-1)

    return {'log p of levels': float(p @ onp.log(p)),
            'with noise, most': max(float(p @ log_q(noisy, sigma).mean(axis=1))
                                    for sigma in sigmas),
            **{f'sigma = {sigma}': float(p @ log_q(k, sigma)) for sigma in sigmas}}
