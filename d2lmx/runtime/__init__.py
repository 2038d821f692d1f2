"""Devices, seeds and clocks."""
from .devices import *
from .timing import *
