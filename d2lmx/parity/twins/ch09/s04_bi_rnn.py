"""The bidirectional LSTM of section 9.4, as a PyTorch reader would write it."""
from torch import nn

from .._language_model import RNNModel


def build_net():
    return RNNModel(nn.LSTM(28, 256, num_layers=2, bidirectional=True))
