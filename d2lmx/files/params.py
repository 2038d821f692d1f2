"""Files of MXNet's arrays (.params), read without MXNet.

MXNet believes what such a file says: one wrong byte, and it asks for more memory than
the machine has. It also refuses files of NumPy semantics where they are off.
"""
import math
import struct
from pathlib import Path

import numpy as onp

from ..errors import MissingFile
from .archives import BadData

__all__ = ['read_params']

LIST = 0x112             # how a file begins
OLDEST, DENSE = 0xf993fac8, (0xf993fac9, 0xf993faca)  # how an array does
NUMPY = DENSE[1]         # saved with NumPy semantics: a shape may be (), a scalar
MOST_AXES = 32
TYPES = ('float32', 'float64', 'float16', 'uint8', 'int32', 'int8', 'int64', 'bool')


class _Fault(Exception):
    """What is wrong with the bytes."""


def read_params(path):
    """{name: NumPy array} of a file of ``nd.save`` or ``net.save_parameters``.

    A list of arrays, where they were saved without names; none can be written to. Every
    format since MXNet's first is read, of dense arrays. MissingFile where there is no
    file; BadData, naming it, where it is damaged or of another format.

    Ours, for 5.5
    """
    path = Path(path)
    if not path.is_file():
        raise MissingFile(f'there is no parameter file {path}')
    try:
        return _read(_Bytes(path.read_bytes()))
    except (_Fault, ValueError) as fault:
        raise BadData(f'{path} is no file of MXNet arrays, or it is damaged ({fault}): '
                      'save it anew') from fault


class _Bytes:
    """Bytes, read from front to back."""

    def __init__(self, content):
        self.content, self.place = memoryview(content), 0

    def take(self, count):
        left = len(self.content) - self.place
        if count > left:
            raise _Fault(f'{count} bytes are missing where {left} are left')
        self.place += count
        return self.content[self.place - count:self.place]

    def numbers(self, kind, count=1):
        """count numbers, 'I' and 'i' of 4 bytes, 'Q' and 'q' of 8; 'I', 'Q' >= 0."""
        return struct.unpack(f'<{count}{kind}',
                             self.take(count * struct.calcsize(f'<{kind}')))

    def count(self):
        """How many parts follow, of a byte at least each."""
        number, = self.numbers('Q')
        if number > len(self.content) - self.place:
            raise _Fault(f'{number} parts cannot follow')
        return number


def _read(content):
    if content.numbers('Q')[0] != LIST:
        raise _Fault('it begins otherwise')
    content.take(8)
    arrays = [_array(content) for _ in range(content.count())]
    names = [bytes(content.take(content.count())).decode('utf-8')
             for _ in range(content.count())]
    if not names:
        return arrays
    if len(names) != len(arrays) or len(set(names)) != len(names):
        raise _Fault(f'{len(names)} names for {len(arrays)} arrays')
    return dict(zip(names, arrays))


def _array(content):
    """The next array, which cannot be written to: it is a part of the bytes."""
    magic, = content.numbers('I')
    if magic in DENSE and content.numbers('i') != (0,):
        raise _Fault('it has a sparse array')
    if magic == OLDEST or magic in DENSE:
        shape = content.numbers('q', _checked_axes(content.numbers('i')[0]))
    else:  # before MXNet 0.12 an array began with the number of its axes
        shape = content.numbers('I', _checked_axes(magic))
    if min(shape, default=0) < 0 or not shape and magic != NUMPY:
        raise _Fault('it has an array without a shape')
    content.take(8)  # the device that it was on
    kind, = content.numbers('i')
    if not 0 <= kind < len(TYPES):
        raise _Fault(f'it has an array of an unknown type, number {kind}')
    dtype = onp.dtype(TYPES[kind])
    values = content.take(math.prod(shape) * dtype.itemsize)
    return onp.frombuffer(values, dtype).reshape(shape)


def _checked_axes(count):
    if not 0 <= count <= MOST_AXES:
        raise _Fault(f'it has an array of {count} axes')
    return count
