"""Pictures."""
from ..toys.pictures import *
from .bananas import *
from .detection import *
from .fashion_mnist import *
from .masks import *
from .reading import *
