"""The multilayer perceptron of section 12.1, as a PyTorch reader would write it."""
from torch import nn


def build_net():
    """X (batch, 512) -> (batch, 2)."""
    return nn.Sequential(nn.Linear(512, 256), nn.ReLU(),
                         nn.Linear(256, 128), nn.ReLU(),
                         nn.Linear(128, 2))
