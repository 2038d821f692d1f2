"""Figures. Nothing here shows or saves; that is the runner's or Jupyter's."""
from matplotlib import pyplot as plt

from .activations import *
from .animator import *
from .boxes import *
from .fonts import *
from .graphs import *
from .heatmaps import *
from .histograms import *
from .images import *
from .lines import *
from .stems import *
from .summaries import *
from .tables import *
from .traces import *
