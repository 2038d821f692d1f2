"""Pictures."""
from .bananas import *
from .detection import *
from .fashion_mnist import *
from .reading import *
