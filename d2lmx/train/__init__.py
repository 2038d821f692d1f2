"""The one epoch loop, a step for each kind of batch, and evaluation."""
from .adversarial import *
from .checkpoint import *
from .clicks import *
from .counting import *
from .engine import *
from .evaluate import *
from .joint import *
from .ranking import *
from .replicas import *
from .step import *
from .steps import *
