"""The deep LSTM of section 9.3, as a PyTorch reader would write it."""
from torch import nn

from .._language_model import RNNModel


def build_net(num_hiddens=256):
    return RNNModel(nn.LSTM(28, num_hiddens, num_layers=2))
