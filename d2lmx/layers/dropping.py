"""The layer that zeroes numbers in training."""
from mxnet.gluon import nn

from ..runtime.checks import check_chance


def dropping(dropout: float) -> nn.Dropout:
    """Gluon's ``nn.Dropout`` for a chance in [0, 1); InputError for any other."""
    check_chance(dropout=dropout)
    return nn.Dropout(dropout)
