"""Functions and blocks from which networks are built."""
from .attention import *
from .channels import *
from .convolution import *
from .functional import *
from .loops import *
from .losses import *
from .normalization import *
from .positions import *
from .recurrent import *
from .roi import *
from .tracing import *
from .transformer import *
from .tuned import *
