"""What R-CNNs are trained on: regions sampled, compared with objects, and four losses.
"""
from mxnet.gluon import nn

from ..layers.functional import without_gradient
from ..layers.roi import RoIAlign

__all__ = ['RCNNLoss']
