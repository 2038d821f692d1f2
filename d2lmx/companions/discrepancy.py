"""How far samples are from each other, by the means of a kernel."""
import numpy as onp

__all__ = ['squared_mmd', 'mmd_of_normals']


def squared_mmd(X, Y, bandwidths, F=onp):
    """The squared maximum mean discrepancy of two samples, X (n, d) and Y (m, d).

    The mean of k(x, x') over pairs of different points, and of k(y, y'), less twice
    that of k(x, y): unbiased, so that it may be below 0. k is the sum of Gaussian
    kernels ``exp(-|x - y|^2 / (2 h^2))`` over the bandwidths h. F: `mxnet.np`, where it
    is to be differentiated. *Deep Learning*, 20.10.5. ValueError for a single point.

    Ours, for 23.20
    """
    if min(len(X), len(Y)) < 2:
        raise ValueError('samples must have two points at least, got '
                         f'{len(X)} and {len(Y)}')

    def k(A, B):
        squares = ((F.expand_dims(A, 1) - F.expand_dims(B, 0)) ** 2).sum(axis=2)
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
