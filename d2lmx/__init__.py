"""d2lmx: Dive into Deep Learning (动手学深度学习) on MXNet/Gluon, as it runs today.

``import d2lmx as d2l`` offers every name the book saves. The first that is asked for
imports MXNet and the whole library: what needs neither, such as ``d2lmx list``, starts
at once.
"""
from . import hooks
from .version import VERSION as __version__

hooks.use_numpy_semantics()

TYPE_CHECKING = False
if TYPE_CHECKING:  # for editors, which read and do not run
    from .names import *


def __getattr__(name):
    from importlib import import_module, util
    # tools ask every module for names with an underscore
    if name.startswith('_') and name not in ('__all__', *hooks.UNDERSCORED):
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    if util.find_spec(f'{__name__}.{name}'):
        return import_module(f'{__name__}.{name}')  # a room: d2l.files
    _supply_names()
    if name in globals():
        return globals()[name]
    error = AttributeError(f'module {__name__!r} has no attribute {name!r}'
                           + _hint(name))
    error.name = name  # else Python would add a hint of its own
    raise error


def __dir__():
    _supply_names()  # those; modules and helpers are there, but in nobody's way
    return sorted([*__all__, '__all__', '__doc__', '__version__'])


def _supply_names():
    """Copy the library's names here, once; what a reader has put here stays."""
    if '__all__' not in globals():
        from .names import PUBLIC
        globals().update({**PUBLIC, **globals(), '__all__': sorted(PUBLIC)})


def _hint(name):
    from difflib import get_close_matches
    return ''.join(f'; did you mean {near!r}?'
                   for near in get_close_matches(name, __all__, n=1))
