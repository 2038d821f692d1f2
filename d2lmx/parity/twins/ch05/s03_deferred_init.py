"""The perceptron of section 5.3, as a PyTorch reader would write it."""
from torch import nn


def build_net():
    """X (batch, 20) -> (batch, 10)."""
    return nn.Sequential(nn.Linear(20, 256), nn.ReLU(), nn.Linear(256, 10))
