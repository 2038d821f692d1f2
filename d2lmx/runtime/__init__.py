"""Devices, seeds and clocks."""
from . import threads
from .devices import *
from .timing import *

threads.use_numpy_everywhere()
