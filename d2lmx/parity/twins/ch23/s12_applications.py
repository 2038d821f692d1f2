"""The reader of digits of section 23.12, as a PyTorch reader would write it."""
from torch import nn


def build_net():
    """X (batch, 1, 14, 32) -> (batch, 33): 3 scores of lengths, 10 of each place."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(768, 128), nn.ReLU(), nn.Linear(128, 33))
