"""Pictures."""
from .fashion_mnist import *
from .kaggle import *
from .reading import *
