"""Pictures."""
from .fashion_mnist import *
from .reading import *
from .voc import *
