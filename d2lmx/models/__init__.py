"""Floor 2: whole networks, and the large blocks of networks, that the book saves."""
from .residual import *
from .recurrent import *
