"""Arrays from .npz files, which are read without trusting them."""
import zipfile
import zlib
from pathlib import Path

import numpy as onp

from ..errors import InputError

__all__ = []

MOST_BYTES, MOST_TIMES = 2 ** 28, 20  # unpacked: so many, or so many times the file
UNREADABLE = (ValueError, TypeError, OSError, EOFError, AttributeError, MemoryError,
              RuntimeError, NotImplementedError, zlib.error, zipfile.BadZipFile)


def read_npz(path) -> dict:
    """The arrays of a .npz file; pickled ones are refused, and what is far larger
    unpacked, as no weights are."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
        times = size / Path(path).stat().st_size
        if size <= MOST_BYTES or times <= MOST_TIMES:
            with onp.load(path, allow_pickle=False) as archive:
                return {name: archive[name] for name in archive.files}
    except UNREADABLE as error:
        raise InputError(f'{path} is no .npz file of plain arrays, or it is damaged'
                         ) from error
    raise InputError(f'{path} unpacks to {size / 1e9:.1f} GB, {times:.0f} times its '
                     'own size: weights do not')
