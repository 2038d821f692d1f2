"""Floor 1: functions and blocks from which networks are built."""
from .functional import *
from .losses import *
from .recurrent import *
from .loops import *
