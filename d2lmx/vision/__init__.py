"""Pictures taken apart: boxes, anchors, and what they enclose."""
from .anchors import *
from .box_losses import *
from .boxes import *
from .maps import *
from .measuring import *
from .style import *
