"""MXNet's NumPy semantics in every thread, as they are in the one that imported it.

MXNet keeps them for each thread, off at first: in another one, such as asyncio's
executor starts, every layer would refuse the arrays that it is given. In a process of
the first edition they are off, and stay so.
"""
import threading
from contextlib import contextmanager

from mxnet import util

from ..hooks import ONE_EDITION

__all__ = []

EVERYWHERE = 2  # for MXNet: in all threads; 1 is the calling one


class _On(threading.local):
    """Where MXNet looks whether a thread has the semantics on."""

    def __init__(self):  # in each thread, when it is first asked
        self.value = util._NumpyArrayScope(True)
        util.set_np_shape(EVERYWHERE)


def use_numpy_everywhere() -> None:
    """Turn the semantics on where nobody set them; ``npx.reset_np`` still counts."""
    util._NumpyArrayScope._current = _On()
    util.is_np_array()


def refuse_numpy() -> None:
    """From now on ``npx.set_np()`` is a RuntimeError: this is the first edition's."""
    set_array = util._set_np_array

    def refuse_on(active):
        if active:
            raise RuntimeError(
                "d2lzh has been imported here, whose arrays are the first edition's, "
                'without NumPy semantics: '
                + ONE_EDITION.format('the second, d2lmx'))
        return set_array(active)

    util._set_np_array = refuse_on


@contextmanager
def legacy_arrays():
    """MXNet's semantics before NumPy's, within the block; after it all is as before."""
    were_on = util.is_np_shape()
    try:
        with util.np_array(False), util.np_shape(False):  # in this order
            yield
    finally:
        if were_on:
            util.set_np_shape(EVERYWHERE)  # util's own would for this thread alone
