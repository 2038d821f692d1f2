"""Pictures taken apart: boxes, anchors, and what they enclose."""
from .anchors import *
from .boxes import *
from .measuring import *
from .style import *
