"""What the public functions ask of their arguments, said in one way."""
import math
import numbers

from ..errors import InputError

__all__ = ['listed']


def check_arrays(**values) -> None:
    """ValueError that names the first value that is no array."""
    for name, value in values.items():
        if not hasattr(value, 'shape'):
            raise ValueError(f'{name} must be an array, such as np.array(...) makes, '
                             f'got {type(value).__name__}')


def check_whole(least: int = 1, **values) -> None:
    """InputError that names the first value that is no whole number, or less."""
    for name, value in values.items():
        if not isinstance(value, numbers.Real) or not math.isfinite(value) or (
                value < least or value != int(value)):
            raise InputError(f'{name} must be a whole number of at least {least}, got '
                             f'{value!r}')


def check_chance(**values) -> None:
    """InputError that names the first value that is no number in [0, 1)."""
    for name, value in values.items():
        if not isinstance(value, numbers.Real) or not 0 <= value < 1:
            raise InputError(f'{name} must be a number in [0, 1), got {value!r}')


def listed(model, key: str, count: int) -> list:
    """The list ``model.about[key]``; InputError unless it has `count` parts.

    model: a `SavedModel`, whose about a reader may have edited.

    Ours, for 13.2
    """
    parts = model.about[key]
    if len(parts) != count:
        raise InputError(f"the file model.json has {len(parts)} of {key!r}, and its "
                         f'network needs {count}: both must come from one training')
    return parts
