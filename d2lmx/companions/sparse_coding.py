"""Codes of which most numbers are 0, and dictionaries that allow them."""
import itertools
import math

import numpy as onp

__all__ = ['soft_threshold', 'sparse_loss', 'duality_gap', 'code_steps', 'sparse_codes',
           'learn_dictionary']

BETWEEN_CHECKS = 10  # steps of a code, after which is looked whether it is found


def soft_threshold(x, amount):
    """x moved towards 0 by the amount, and 0 where that is not so far away.

    Ours, for 23.13
    """
    return onp.sign(x) * onp.maximum(abs(x) - amount, 0)


def sparse_loss(X, H, W, lambd: float) -> onp.ndarray:
    """``|x - W h|^2 + lambda |h|_1`` of each row of X (n, d) and H (n, m): (n,).

    *Deep Learning*, 13.4, with lambda in units of its beta. W: (d, m).

    Ours, for 23.13
    """
    return ((X - H @ W.T) ** 2).sum(axis=1) + lambd * abs(H).sum(axis=1)


def duality_gap(X, H, W, lambd: float) -> onp.ndarray:
    """By how much each row of H (n, m) may at most miss the least `sparse_loss`: (n,).

    The largest value of ``x' theta - |theta|^2 / 4`` over all theta with no number of
    ``W' theta`` beyond lambda is that least loss; of each code one such theta is
    ``2 (x - W h)``, shortened.

    Ours, for 23.13
    """
    theta = 2 * (X - H @ W.T)
    most = abs(theta @ W).max(axis=1)
    theta *= (lambd / onp.maximum(most, lambd))[:, None]
    dual = (X * theta).sum(axis=1) - (theta ** 2).sum(axis=1) / 4
    return sparse_loss(X, H, W, lambd) - dual


def code_steps(X, W, lambd: float, H=None, is_fast: bool = True):
    """Codes (n, m) of X (n, d) after each step, without end; they begin at H, or at 0.

    A step goes down the gradient of ``|x - W h|^2`` and is then moved towards 0 (ISTA),
    which never raises the `sparse_loss`. Where it is fast it sets out from a point
    ahead, along the step before (FISTA, Beck and Teboulle 2009).

    ValueError where W (d, m) does not fit X, or lambda is not above 0.

    Ours, for 23.13
    """
    if X.shape[1] != len(W):
        raise ValueError(f'examples of {X.shape[1]} numbers have no code by a W of '
                         f'{len(W)} rows')
    if not lambd > 0:
        raise ValueError(f'lambda must be above 0, got {lambd}')
    H = onp.zeros((len(X), W.shape[1])) if H is None else H
    curvature = 2 * onp.linalg.norm(W, 2) ** 2
    ahead, t = H, 1.
    while True:
        slope = 2 * (ahead @ W.T - X) @ W
        before, H = H, soft_threshold(ahead - slope / curvature, lambd / curvature)
        yield H
        before_t, t = t, (1 + math.sqrt(1 + 4 * t * t)) / 2
        ahead = H + (before_t - 1) / t * (H - before) if is_fast else H


def sparse_codes(X, W, lambd: float, tolerance: float = 1e-9,
                 max_steps: int = 10 ** 5) -> onp.ndarray:
    """Codes H (n, m) of X (n, d): of each row that with the least `sparse_loss`.

    They are found where the `duality_gap` of none is above the tolerance times the
    largest ``|x|^2``. ValueError as of `code_steps`, and where max_steps are too few.

    Ours, for 23.13
    """
    bound = tolerance * (X ** 2).sum(axis=1).max()
    steps = itertools.islice(code_steps(X, W, lambd), BETWEEN_CHECKS - 1, max_steps,
                             BETWEEN_CHECKS)
    for H in steps:
        if duality_gap(X, H, W, lambd).max() <= bound:
            return H
    raise ValueError(f'no codes are found within {max_steps} steps')


def learn_dictionary(X, W, lambd: float, num_rounds: int, num_steps: int = 10) -> tuple:
    """A dictionary W (d, m) for X (n, d), codes H (n, m), and the loss of each round.

    In turn the codes take so many steps, from where they are, and each column of W, of
    length 1 at most, goes where the `sparse_loss` is least while all else stays; so no
    round raises its mean. The columns begin as those of W; one that no code uses stays.

    Ours, for 23.13
    """
    W, H, losses = onp.array(W, 'float64'), None, []
    for _ in range(num_rounds):
        *_, H = itertools.islice(code_steps(X, W, lambd, H, is_fast=False), num_steps)
        A, B = H.T @ H, X.T @ H                           # (m, m), (d, m)
        for j in onp.flatnonzero(A.diagonal()):
            column = W[:, j] + (B[:, j] - W @ A[:, j]) / A[j, j]
            W[:, j] = column / max(1, onp.linalg.norm(column))
        losses.append(float(sparse_loss(X, H, W, lambd).mean()))
    return W, H, losses
