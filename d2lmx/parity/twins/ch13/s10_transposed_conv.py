"""The convolution of section 13.10 and its way back, as a PyTorch reader writes it."""
from torch import nn


def build_net():
    """X (batch, 10, h, w) -> (batch, 10, h, w) for h and w of 3 n + 1."""
    return nn.Sequential(
        nn.Conv2d(10, 20, kernel_size=5, padding=2, stride=3),
        nn.ConvTranspose2d(20, 10, kernel_size=5, padding=2, stride=3))
