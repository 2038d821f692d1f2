"""How far two arrays are from each other."""
import numpy as onp

__all__ = ['difference']


def difference(ours, theirs, scale=0.0) -> dict:
    """Largest absolute difference of two arrays, and the same by their magnitude.

    The magnitude is the largest absolute value in either array, or `scale` where that
    is larger. Both differences are infinite where the shapes differ or a value is not
    finite; two arrays of zeros do not differ.

    Ours, for 2.1
    """
    if ours.shape != theirs.shape or not (onp.isfinite(ours).all()
                                          and onp.isfinite(theirs).all()):
        return {'absolute': onp.inf, 'relative': onp.inf}
    ours, theirs = ours.astype('float64'), theirs.astype('float64')
    absolute = abs(ours - theirs).max(initial=0)
    scale = max(scale, magnitude(ours), magnitude(theirs))
    return {'absolute': absolute, 'relative': absolute / scale if absolute else 0.0}


def magnitude(array) -> float:
    """The largest absolute value in an array."""
    return float(abs(array).max(initial=0))


def worst(differences: dict) -> dict:
    """The entry of the largest relative difference, with its key under 'at'."""
    at = max(differences, key=lambda key: differences[key]['relative'])
    return {**differences[at], 'at': at}
