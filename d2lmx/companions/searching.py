"""Searches in a cube, where a measurement is dear: a grid, chance, a model's advice."""
import itertools
import math

import numpy as onp

__all__ = ['grid_points', 'random_points', 'GaussianProcess', 'likeliest_process',
           'expected_improvement', 'bayesian_search', 'share_explained']

SCALES = 0.1, 0.3, 1.0, 3.0  # of an axis, over which a process may vary
NOISE = 1e-2                 # variance, where that of all values is 1
CANDIDATES = 500


def grid_points(per_axis: int, num_axes: int) -> onp.ndarray:
    """(per_axis ** num_axes, num_axes): the middles of equal parts of each axis.

    Ours, for 21.8
    """
    middles = (onp.arange(per_axis) + 0.5) / per_axis
    return onp.array(list(itertools.product(middles, repeat=num_axes)))


def random_points(num_points: int, num_axes: int) -> onp.ndarray:
    """(num_points, num_axes), uniform in [0, 1), from NumPy's global seed.

    Ours, for 21.8
    """
    return onp.random.uniform(size=(num_points, num_axes))


class GaussianProcess:
    """What values are to be expected between those that were measured.

    Functions are smooth, values at a distance of one scale going together by
    exp(-1/2); measurements add noise of variance NOISE to a mean of 0 and a variance
    of 1, to which they are brought first.

    Parameters
    ----------
    X, y
        (n, d) points and (n,) what was measured there.
    scales
        (d,) of each axis.

    Ours, for 21.8
    """

    def __init__(self, X, y, scales):
        self.X, self.scales = onp.asarray(X), onp.asarray(scales)
        y = onp.asarray(y)
        self.shift, self.size = y.mean(), y.std() or 1.0
        y = (y - self.shift) / self.size
        K = self.kernel(self.X, self.X) + NOISE * onp.eye(len(y))  # (n, n)
        self.L = onp.linalg.cholesky(K)
        self.weights = onp.linalg.solve(K, y)
        self.log_likelihood = float(
            -y @ self.weights / 2 - onp.log(onp.diag(self.L)).sum()
            - len(y) / 2 * math.log(2 * math.pi))

    def kernel(self, A, B):
        """(a, d), (b, d) -> (a, b): the covariance of each pair of points."""
        differences = (A[:, None] - B[None]) / self.scales
        return onp.exp(-(differences ** 2).sum(axis=2) / 2)

    def predict(self, X):
        """(m, d) -> mean (m,) and standard deviation (m,), without the noise."""
        k = self.kernel(onp.asarray(X), self.X)                    # (m, n)
        half = onp.linalg.solve(self.L, k.T)                       # (n, m)
        std = onp.sqrt(onp.maximum(1 - (half ** 2).sum(axis=0), 1e-12))
        return self.shift + self.size * (k @ self.weights), self.size * std


def likeliest_process(X, y) -> GaussianProcess:
    """The `GaussianProcess` under whose scales, each of SCALES, y is likeliest.

    Ours, for 21.8
    """
    processes = (GaussianProcess(X, y, scales) for scales in
                 itertools.product(SCALES, repeat=onp.asarray(X).shape[1]))
    return max(processes, key=lambda process: process.log_likelihood)


def expected_improvement(mean, std, best: float) -> onp.ndarray:
    """By how much normal values, (m,) mean and std, are expected to fall below best.

    Where a value is not below, that counts as nothing.

    Ours, for 21.8
    """
    z = (best - mean) / std
    below = (1 + onp.vectorize(math.erf)(z / math.sqrt(2))) / 2
    return std * (z * below + onp.exp(-z ** 2 / 2) / math.sqrt(2 * math.pi))


def bayesian_search(measure, num_trials: int, num_axes: int, num_first: int = 5):
    """Points (num_trials, num_axes) and what ``measure(point)``, a cost, gave at each.

    The first are chance. Each of the others is the one of CANDIDATES, drawn by chance,
    at which the likeliest process expects the largest improvement.

    Ours, for 21.8
    """
    X = list(random_points(min(num_first, num_trials), num_axes))
    y = [measure(x) for x in X]
    while len(y) < num_trials:
        process = likeliest_process(X, y)
        candidates = random_points(CANDIDATES, num_axes)
        hopes = expected_improvement(*process.predict(candidates), min(y))
        X.append(candidates[hopes.argmax()])
        y.append(measure(X[-1]))
    return onp.array(X), onp.array(y)


def share_explained(x, y, num_parts: int) -> float:
    """What share of the variance of y is that of its means over parts of x's axis.

    x (n,) in [0, 1), which is cut into equal parts; y (n,). From 0 to 1.

    Ours, for 21.8
    """
    x, y = onp.asarray(x), onp.asarray(y)
    part = (x * num_parts).astype(int)
    means = onp.array([y[part == p].mean() for p in part])
    return float(means.var() / y.var()) if y.var() else 0.0
