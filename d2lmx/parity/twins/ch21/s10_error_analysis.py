"""The network of section 21.10, as a PyTorch reader would write it."""
from torch import nn


def build_net():
    """X (batch, 1, 28, 28) -> scores (batch, 10)."""
    return nn.Sequential(nn.Conv2d(1, 8, 5, stride=2), nn.ReLU(),
                         nn.Conv2d(8, 16, 3, stride=2), nn.ReLU(), nn.Flatten(),
                         nn.Linear(16 * 5 * 5, 64), nn.ReLU(), nn.Linear(64, 10))
