"""The perceptron with dropout of section 4.6, as a PyTorch reader would write it."""
from torch import nn


def build_net():
    """X (batch, 1, 28, 28) -> scores (batch, 10)."""
    return nn.Sequential(
        nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Dropout(0.2),
        nn.Linear(256, 256), nn.ReLU(), nn.Dropout(0.5), nn.Linear(256, 10))
