"""The perceptron of section 23.11, as a PyTorch reader would write it."""
from torch import nn


def build_net(num_hiddens=64):
    """X (batch, 1, 28, 28) -> scores (batch, 10)."""
    return nn.Sequential(
        nn.Flatten(), nn.Linear(784, num_hiddens), nn.ReLU(),
        nn.Linear(num_hiddens, 10))
