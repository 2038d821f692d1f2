"""Devices, seeds and clocks."""
from .. import hooks
from . import threads
from .checks import *
from .devices import *
from .timing import *

if hooks.is_first_edition():
    threads.refuse_numpy()
else:
    threads.use_numpy_everywhere()
