"""Files, how they are found, and the loaders that read them, by kind."""
from ..files.hub import *
from ..files.own import *
from .arrays import *
from .images import *
from .tables import *
from .text import *
from .toys.faces import *
from .toys.fruit import *
from .toys.paintings import *
from .toys.records import *
from .toys.songs import *
from .toys.sounds import *
