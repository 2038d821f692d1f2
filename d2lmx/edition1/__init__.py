"""The printed first edition: what its pages mean by ``import d2lzh as d2l``.

Its arrays are MXNet's older ones, ``from mxnet import nd``, without NumPy semantics; so
a process serves either this edition or the second. `hooks` makes `d2lzh` of this room,
and sees to that.
"""
import collections
import math
import os
import random
import sys
import tarfile
import time
import zipfile

import mxnet as mx
import numpy as np
from matplotlib import pyplot as plt
from mxnet import autograd, gluon, image, init, nd
from mxnet.contrib import text
from mxnet.gluon import data as gdata
from mxnet.gluon import loss as gloss
from mxnet.gluon import nn
from mxnet.gluon import utils as gutils

from . import datasets, fetched
from .devices import *
from .figures import *
from .garments import *
from .lyrics import *
from .networks import *
from .optimization import *
from .pascal import *
from .pikachu import *
from .recurrent import *
from .reviews import *
from .training import *

datasets.serve_gluon()
fetched.serve()

# as the edition's own package: with what it imports, but not IPython's display, which
# no page takes from it and which a plain Python may lack
__all__ = sorted(name for name in globals() if not name.startswith('_')
                 and f'{__name__}.{name}' not in sys.modules)


def __dir__():
    return __all__
