"""Networks as files that come back equal."""
from .parameters import *
from .legacy import *
from .bert import *
from .symbol import *
from .onnx import *
from .encoder_decoder import *
from .folder import *
from .legacy_symbol import *
from .int8 import *
