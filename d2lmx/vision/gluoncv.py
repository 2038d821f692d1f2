"""The one door to gluoncv, the field's package for vision on MXNet, and its traps.

It was written for MXNet's legacy arrays: its networks, metrics and transforms run where
NumPy semantics are off. Where it finds PyTorch it refuses PyTorch 2 and ends its own
import; and it wants SciPy for a data set of old MATLAB files alone, which makes every
import of MXNet slower and is not needed here.
"""
import sys
import threading
import warnings
from contextlib import contextmanager
from importlib.util import find_spec
from types import ModuleType

import mxnet as mx
from mxnet import npx

from ..errors import MissingPackage
from ..runtime.threads import legacy_arrays

__all__ = []

PACKAGE = 'gluoncv==0.10.5.post0'
_importing = threading.Lock()


def load_arrays(file):
    """What a file of MXNet's arrays holds, on whichever semantics it was saved."""
    try:
        return npx.load(str(file))
    except mx.MXNetError:
        with legacy_arrays():
            values = mx.nd.load(str(file))
        return ({name: value.as_np_ndarray() for name, value in values.items()}
                if isinstance(values, dict) else values)


def gluoncv():
    """The package gluoncv, imported at the first call; MissingPackage without it."""
    with _importing:
        if sys.modules.get('gluoncv') is not None:
            return sys.modules['gluoncv']
        with _stand_ins(), legacy_arrays(), warnings.catch_warnings():
            warnings.simplefilter('ignore')  # of what Python and NumPy have left
            try:
                import gluoncv
            except ImportError as error:
                raise MissingPackage(
                    f'gluoncv cannot be imported ({error}); run: pip install --no-deps '
                    f'{PACKAGE} portalocker') from error
        return gluoncv


@contextmanager
def _stand_ins():
    """Hide PyTorch from an import, and put an empty module where SciPy is missing."""
    put = {'torch': None}  # which makes `import torch` an ImportError
    if find_spec('scipy') is None:
        put.update({name: ModuleType(name) for name in ('scipy', 'scipy.io')})
    hidden = {name: sys.modules[name] for name in put if name in sys.modules}
    sys.modules.update(put)
    try:
        yield
    finally:
        for name in put:
            sys.modules.pop(name, None)
        sys.modules.update(hidden)
