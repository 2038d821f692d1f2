"""Pictures."""
from ..toys.pictures import *
from .fashion_mnist import *
from .reading import *
