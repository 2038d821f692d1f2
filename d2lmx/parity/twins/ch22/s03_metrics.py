"""The convolutional network of section 22.3, as a PyTorch reader would write it."""
from torch import nn


def build_net():
    """X (batch, 1, 28, 28) -> scores (batch, 10)."""
    return nn.Sequential(nn.Conv2d(1, 16, 5, stride=2), nn.ReLU(),
                         nn.Conv2d(16, 32, 3, stride=2), nn.ReLU(), nn.Flatten(),
                         nn.Linear(32 * 5 * 5, 64), nn.ReLU(), nn.Linear(64, 10))
