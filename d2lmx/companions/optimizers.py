"""Descent by directions that know of curvature, and when it is time to stop."""
from collections import deque

import numpy as onp

from ..errors import InputError
from ..runtime.checks import check_whole

__all__ = ['minimize', 'fletcher_reeves', 'polak_ribiere', 'ConjugateGradients', 'BFGS',
           'LBFGS', 'coordinate_descent', 'rosenbrock', 'rosenbrock_hessian',
           'early_stopping']

LEAST_FALL = 1e-4   # of a step, as a share of what its first slope promises
ROUNDING = 1e-13    # of a value, as a share of it
MOST_TRIALS = 60    # of lengths of one step
FURTHER = 10        # times as long at most as the trial before


def minimize(f, theta, way, num_steps: int, tolerance: float = 1e-8,
             sigma: float = 0.1) -> onp.ndarray:
    """theta (steps + 1, n) on its way to where f is least, at least near by.

    Each step goes along a direction just as far as it takes: to where f is lower and
    its slope has at most the share sigma of what it had (the conditions of Wolfe).

    Parameters
    ----------
    f
        ``f(theta) -> (value, gradient)``, NumPy's, of 64 bits.
    theta
        (n,), where to begin.
    way
        ``way(theta, gradient) -> direction``, called once a step, such as
        `ConjugateGradients`, `BFGS`, `LBFGS`, or ``lambda theta, g: -g``. Those
        remember, so each descent takes a new one. Where its direction does not lead
        down, the gradient's is taken.
    num_steps
        How many at most; it ends where the gradient is no longer than `tolerance`.

    Ours, for 23.8
    """
    check_whole(num_steps=num_steps)
    theta = onp.array(theta, 'float64')
    (value, g), path = f(theta), [theta]
    while len(path) <= num_steps and onp.linalg.norm(g) > tolerance:
        rho = way(theta, g)
        if not rho @ g < 0:
            rho = -g
        theta, value, g = search_along(f, theta, value, g, rho, sigma)
        path.append(theta)
    return onp.array(path)


def search_along(f, theta, value, g, rho, sigma):
    """The end of a step along rho: where it is, f there, and its gradient.

    Lengths are tried where the slope would be 0 if it were linear, which ends the
    search on a quadratic, and, every other time, half way between two that embrace it.
    """
    low, high, first = 0.0, onp.inf, rho @ g
    before, epsilon = (0.0, first), 1.0
    for trial in range(MOST_TRIALS):
        new = theta + epsilon * rho
        new_value, new_g = f(new)
        slope = rho @ new_g
        falls = new_value <= (value + LEAST_FALL * epsilon * first
                              + ROUNDING * abs(value))
        if falls and abs(slope) <= -sigma * first:
            break
        if falls and slope < 0:
            low = epsilon
        else:
            high = epsilon
        root = secant(before, (epsilon, slope))
        before = epsilon, slope
        if high == onp.inf:
            epsilon *= FURTHER if not root > epsilon else min(root / epsilon, FURTHER)
        else:
            is_root = low < root < high and trial % 2 == 0
            epsilon = root if is_root else (low + high) / 2
    return new, new_value, new_g


def secant(first, second):
    """Where a line through two points (x, y) is 0; NaN where nowhere."""
    (x1, y1), (x2, y2) = first, second
    return x2 - y2 * (x2 - x1) / (y2 - y1) if y2 != y1 else onp.nan


def fletcher_reeves(g, before) -> float:
    """beta of conjugate gradients by two gradients: g^T g over that of the one before.

    Ours, for 23.8
    """
    return g @ g / (before @ before)


def polak_ribiere(g, before) -> float:
    """beta by the gradients' difference, and 0, a new beginning, where that is below.

    Ours, for 23.8
    """
    return max(0.0, (g - before) @ g / (before @ before))


class ConjugateGradients:
    """Directions -g + beta times the one before: a way of `minimize`.

    *Deep Learning*, algorithm 8.9. Where f is a quadratic of n numbers n steps with
    exact lengths, a sigma near 0, are enough.

    beta: `polak_ribiere` or `fletcher_reeves`.

    Ours, for 23.8
    """

    def __init__(self, beta=polak_ribiere):
        self.beta, self.g, self.rho = beta, None, None

    def __call__(self, theta, g):
        rho = -g if self.g is None else -g + self.beta(g, self.g) * self.rho
        self.g, self.rho = g, rho
        return rho


class BFGS:
    """Directions -M g, where M comes near to the inverse of the Hessian, step by step.

    M begins with the identity; each step changes it as little as it can to be right
    about how the gradient has changed. *Deep Learning*, 8.6.3. A way of `minimize`.

    Ours, for 23.8
    """

    def __init__(self):
        self.M, self.before = None, None

    def __call__(self, theta, g):
        if self.before is None:
            self.M = onp.eye(len(g))
        elif (pair := difference(self.before, (theta, g))) is not None:
            s, y, r = pair
            V = onp.eye(len(g)) - r * onp.outer(s, y)
            self.M = V @ self.M @ V.T + r * onp.outer(s, s)
        self.before = theta, g
        return -self.M @ g


class LBFGS:
    """What `BFGS` does, of the last steps alone, and without the matrix.

    memory: of how many steps it keeps two vectors each, InputError where not at least
    1. Before the first of them M is taken for the identity.

    Ours, for 23.8
    """

    def __init__(self, memory: int = 10):
        check_whole(memory=memory)
        self.pairs, self.before = deque(maxlen=memory), None

    def __call__(self, theta, g):
        if self.before is not None and (
                pair := difference(self.before, (theta, g))) is not None:
            self.pairs.append(pair)
        self.before = theta, g
        q, shares = g, []
        for s, y, r in reversed(self.pairs):
            shares.append(r * s @ q)
            q = q - shares[-1] * y
        for (s, y, r), share in zip(self.pairs, reversed(shares)):
            q = q + (share - r * y @ q) * s
        return -q


def difference(before, after):
    """The steps s of theta and y of its gradient, and 1 / s^T y; None for no bowl."""
    s, y = after[0] - before[0], after[1] - before[1]
    return (s, y, 1 / (s @ y)) if s @ y > 0 else None


def coordinate_descent(H, theta, num_sweeps: int) -> onp.ndarray:
    """theta (n,) on its way down theta^T H theta / 2, each number set in turn.

    To where f is least along it, so many times; H (n, n) has a diagonal above 0.

    Ours, for 23.8
    """
    theta = onp.array(theta, 'float64')
    for _ in range(num_sweeps):
        for i in range(len(theta)):
            theta[i] -= H[i] @ theta / H[i, i]
    return theta


def rosenbrock(theta) -> tuple:
    """The height of a curved valley over theta (n,), and its gradient (n,).

    It is least, 0, where all numbers are 1, and hard to descend: an f for `minimize`.

    Ours, for 23.8
    """
    rise, off = theta[1:] - theta[:-1] ** 2, 1 - theta[:-1]
    g = onp.zeros(len(theta))
    g[1:] = 200 * rise
    g[:-1] -= 400 * theta[:-1] * rise + 2 * off
    return 100 * rise @ rise + off @ off, g


def rosenbrock_hessian(theta) -> onp.ndarray:
    """The second derivatives (n, n) of `rosenbrock`.

    Ours, for 23.8
    """
    diagonal, off = onp.zeros(len(theta)), -400 * theta[:-1]
    diagonal[1:] = 200
    diagonal[:-1] += 1200 * theta[:-1] ** 2 - 400 * theta[1:] + 2
    return onp.diag(diagonal) + onp.diag(off, 1) + onp.diag(off, -1)


def early_stopping(errors, patience: int) -> tuple:
    """The number, from 0, and the value of the least of errors, as far as it looks.

    errors, one after another, may come from a training that goes on meanwhile: no more
    of them are taken once so many as `patience` have brought nothing better. *Deep
    Learning*, algorithm 7.1. InputError for a patience below 1, and where no error is a
    finite number.

    Ours, for 23.7
    """
    check_whole(patience=patience)
    best, least, waited = 0, onp.inf, 0
    for i, error in enumerate(errors):
        best, least, waited = (i, error, 0) if error < least else (
            best, least, waited + 1)
        if waited == patience:
            break
    if least == onp.inf:
        raise InputError('errors must have a finite number, got none')
    return best, least
