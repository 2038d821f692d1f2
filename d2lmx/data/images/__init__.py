"""Pictures."""
from .fashion_mnist import *
from .reading import *
