"""Pictures."""
from ..toys.pictures import *
from .bananas import *
from .detection import *
from .cifar10 import *
from .colors import *
from .fashion_mnist import *
from .folders import *
from .kaggle import *
from .loading import *
from .masks import *
from .mnist import *
from .reading import *
from .transforms import *
from .voc import *
