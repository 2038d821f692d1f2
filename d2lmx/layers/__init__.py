"""Floor 1: functions and blocks from which networks are built."""
from .functional import *
from .recurrent import *
