"""Stems as the book's cells draw them: pages 18.6 and 18.8 call `plt.stem` itself."""
import functools

from matplotlib import pyplot as plt

__all__ = []

_stem = plt.stem


@functools.wraps(_stem)
def _stem_of_any_release(*args, **options):
    """`plt.stem` with the option that matplotlib 3.8 took away and the book gives.

    What it asked for, stems in one collection, is how they have been drawn since.
    """
    options.pop('use_line_collection', None)
    return _stem(*args, **options)


plt.stem = _stem_of_any_release
