"""d2lmx: Dive into Deep Learning (动手学深度学习) on MXNet/Gluon, as it runs today.

``import d2lmx as d2l`` offers every name the book saves.
"""
from . import compat

__version__ = '0.1.0'

try:
    compat.prepare()  # before anything imports mxnet
    import mxnet
except (ImportError, OSError, AttributeError) as error:
    # `d2lmx doctor` must still start, to say what is wrong; any other use says so here
    _reason = f'{type(error).__name__}: {error}'

    def __getattr__(name):
        raise AttributeError(
            f'MXNet cannot be imported ({_reason}); run `python -m d2lmx doctor` to '
            'see what is wrong and how to mend it')
else:
    from .runtime import *
    from .metrics import *
    from .optim import *
    from .data import *
    from .layers import *
    from .viz import *
    from .train import *
    from .models import *
    from .book import *
    from .export import *
    from .testing import *
    from .runner import *
    from .translating import *
