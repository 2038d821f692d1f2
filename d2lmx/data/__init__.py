"""Floor 1: files, how they are found, and the loaders that read them."""
from .hub import *
from .airfoil import *
from .arrays import *
from .fashion_mnist import *
from .house_price import *
from .vocab import *
from .sequences import *
from .time_machine import *
from .nmt import *
from .cmn_eng import *
from .buckets import *
