"""The GRU of section 9.1, as a PyTorch reader would write it."""
from torch import nn

from .._language_model import RNNModel


def build_net(num_hiddens=256):
    return RNNModel(nn.GRU(28, num_hiddens))
