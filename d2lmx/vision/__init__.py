"""Pictures taken apart: boxes, anchors, and what they enclose."""
from .boxes import *
from .measuring import *
