"""Word vectors without a direction: neutral words lose it, pairs differ by it alone.

All vectors are rows of length 1, of NumPy.
"""
import numpy as onp

__all__ = ['unit_rows', 'neutralize', 'equalize']


def unit_rows(X) -> onp.ndarray:
    """The rows of X (n, d), each of length 1, in float64; rows of zeros stay.

    Ours, for 21.21
    """
    X = onp.asarray(X, 'float64')
    lengths = onp.linalg.norm(X, axis=-1, keepdims=True)
    return X / onp.where(lengths > 0, lengths, 1)


def neutralize(X, direction) -> onp.ndarray:
    """The rows of X (n, d) without what they have of a direction (d,), of length 1.

    Ours, for 21.21
    """
    along, = unit_rows(direction[None])
    return unit_rows(X - onp.outer(X @ along, along))


def equalize(A, B, direction) -> tuple:
    """Pairs (n, d), A and B, that differ along a direction (d,) only, and equally far.

    What a pair has in common stays, without the direction; along it the two lie on
    either side, so that their lengths are 1. So each word without the direction is as
    near to one as to the other. ValueError for a pair that does not differ along it.

    Ours, for 21.21
    """
    along, = unit_rows(direction[None])
    common = (A + B) / 2
    common = common - onp.outer(common @ along, along)
    side = onp.sign((A - B) @ along)
    if not side.all():
        raise ValueError('a pair does not differ along the direction')
    height = onp.sqrt((1 - (common ** 2).sum(axis=1)).clip(0)) * side
    return (common + onp.outer(height, along), common - onp.outer(height, along))
