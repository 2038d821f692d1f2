"""Pictures."""
from ..toys.pictures import *
from .fashion_mnist import *
from .kaggle import *
from .reading import *
