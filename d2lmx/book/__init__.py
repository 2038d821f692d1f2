"""Names of the book that only put together what the rooms below hold."""
from .aliases import *
from .ch03 import *
from .ch06 import *
from .ch08 import *
from .ch09 import *
from .ch11 import *
from .ch12 import *
from .ch13 import *
from .ch14 import *
from .ch15 import *
from .ch16 import *
from .ch17 import *
