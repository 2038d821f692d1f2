"""The perceptron of section 8.1, as a PyTorch reader would write it."""
from torch import nn


def build_net():
    """X (batch, 4) -> (batch, 1)."""
    return nn.Sequential(nn.Linear(4, 10), nn.ReLU(), nn.Linear(10, 1))
