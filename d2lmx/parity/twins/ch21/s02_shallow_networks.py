"""The hidden layer of section 21.2, as a PyTorch reader would write it."""
from torch import nn


def build_net(num_hiddens=8):
    """X (batch, 2) -> score (batch, 1)."""
    return nn.Sequential(nn.Linear(2, num_hiddens), nn.Tanh(),
                         nn.Linear(num_hiddens, 1))
