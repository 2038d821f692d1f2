"""LeNet of section 22.4, as a PyTorch reader would write it."""
from torch import nn


def build_net(variant='whole'):
    """X (batch, 1, 28, 28) -> scores (batch, 10)."""
    c1, c2, n1, n2 = (6, 16, 120, 84) if variant == 'whole' else (3, 8, 60, 42)
    return nn.Sequential(
        nn.Conv2d(1, c1, kernel_size=5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(c1, c2, kernel_size=5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(c2 * 5 * 5, n1), nn.ReLU(), nn.Linear(n1, n2), nn.ReLU(),
        nn.Linear(n2, 10))
