"""Floor 0: NumPy semantics, devices, seeds and clocks."""
from mxnet import npx

npx.set_np()  # the one place where the library turns NumPy semantics on

from .devices import *
from .timing import *
