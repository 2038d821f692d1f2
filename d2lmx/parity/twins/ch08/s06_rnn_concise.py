"""The RNN of section 8.6, as a PyTorch reader would write it."""
from torch import nn

from .._language_model import RNNModel


def build_net(num_hiddens=256):
    return RNNModel(nn.RNN(28, num_hiddens, nonlinearity='relu'))
