"""The one epoch loop, a step for each kind of batch, and evaluation."""
from .adversarial import *
from .checkpoint import *
from .counting import *
from .engine import *
from .evaluate import *
from .replicas import *
from .step import *
from .steps import *
