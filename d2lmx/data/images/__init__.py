"""Pictures."""
from .fashion_mnist import *
