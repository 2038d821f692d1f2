"""Samples held to distributions: kernel means, and chains of few states, all of them.
"""
import numpy as onp

__all__ = ['squared_mmd', 'mmd_of_normals', 'one_flip', 'repairs', 'stationary',
           'walked']


def squared_mmd(X, Y, bandwidths, F=onp):
    """The squared maximum mean discrepancy of two samples, X (n, d) and Y (m, d).

    The mean of k(x, x') over pairs of different points, and of k(y, y'), less twice
    that of k(x, y): unbiased, so that it may be below 0. k is the sum of Gaussian
    kernels exp(-|x - y|^2 / (2 h^2)) over the bandwidths h. F: `mxnet.np`, where it is
    to be differentiated. *Deep Learning*, 20.10.5.

    Ours, for 23.20
    """
    def k(A, B):
        squares = (F.expand_dims((A ** 2).sum(axis=1), 1) + (B ** 2).sum(axis=1)
                   - 2 * F.dot(A, B.T))                                     # (n, m)
        return sum(F.exp(-squares / (2 * h ** 2)).sum() for h in bandwidths)

    n, m, same = len(X), len(Y), len(bandwidths)  # same: k(x, x)
    return ((k(X, X) - n * same) / (n * (n - 1)) + (k(Y, Y) - m * same) / (m * (m - 1))
            - 2 * k(X, Y) / (n * m))


def mmd_of_normals(p, q, bandwidths) -> float:
    """The same of two distributions, where they are normal, exact.

    p, q: (mu, sigma) of d independent numbers, arrays (d,).

    Ours, for 23.20
    """
    def k(first, second, h):
        total = h ** 2 + first[1] ** 2 + second[1] ** 2
        return onp.prod(h / onp.sqrt(total) * onp.exp(
            -(first[0] - second[0]) ** 2 / (2 * total)))

    return float(sum(k(p, p, h) + k(q, q, h) - 2 * k(p, q, h) for h in bandwidths))


def one_flip(states) -> onp.ndarray:
    """C(x~ | x) of all states (2^n, n) of n units: one of them turned, or none.

    Each of these n + 1 is as likely. Rows x, columns x~.

    Ours, for 23.20
    """
    apart = (states[:, None] != states).sum(axis=2)
    return (apart < 2) / (states.shape[1] + 1)


def repairs(C, p) -> onp.ndarray:
    """p(x | x~) by Bayes' rule, of noise C (n, n) and states that have chances p (n,).

    Rows x~, columns x. Of what noise never makes, p itself.

    Ours, for 23.20
    """
    joint = (p[:, None] * C).T                                 # (x~, x)
    total = joint.sum(axis=1, keepdims=True)
    return onp.where(total > 0, joint / onp.where(total > 0, total, 1), p)


def stationary(T) -> onp.ndarray:
    """The distribution (n,) that a step of a chain, T (n, n) of rows p(x' | x), keeps.

    It must be the only one: else NumPy's LinAlgError, or nonsense.

    Ours, for 23.20
    """
    A = T.T - onp.eye(len(T))
    A[-1] = 1  # chances add up to 1, which one of the equations may say instead
    return onp.linalg.solve(A, onp.eye(len(T))[-1])


def walked(start, R, C, length: int) -> onp.ndarray:
    """Where a walk is, at a step of its first so many: (n, states), the mean of them.

    start (n, states): where noise has left it at first; then R (states, states), which
    repairs, and C, which is noise, go on in turn. Held to where walks began, a denoiser
    learns from states that it has made itself. *Deep Learning*, 20.11.3.

    Ours, for 23.20
    """
    there, total = start, start
    for _ in range(length - 1):
        there = there @ R @ C
        total = total + there
    return total / length
