"""NiN of section 7.3, as a PyTorch reader would write it."""
from torch import nn


def nin_block(num_inputs, num_channels, kernel_size, stride, padding):
    """A convolution, and two of 1x1."""
    return nn.Sequential(
        nn.Conv2d(num_inputs, num_channels, kernel_size, stride, padding), nn.ReLU(),
        nn.Conv2d(num_channels, num_channels, kernel_size=1), nn.ReLU(),
        nn.Conv2d(num_channels, num_channels, kernel_size=1), nn.ReLU())


def build_net():
    """X (batch, 1, h, w) -> scores (batch, 10)."""
    return nn.Sequential(
        nin_block(1, 96, kernel_size=11, stride=4, padding=0),
        nn.MaxPool2d(kernel_size=3, stride=2),
        nin_block(96, 256, kernel_size=5, stride=1, padding=2),
        nn.MaxPool2d(kernel_size=3, stride=2),
        nin_block(256, 384, kernel_size=3, stride=1, padding=1),
        nn.MaxPool2d(kernel_size=3, stride=2), nn.Dropout(0.5),
        nin_block(384, 10, kernel_size=3, stride=1, padding=1),
        nn.AdaptiveAvgPool2d(1), nn.Flatten())
