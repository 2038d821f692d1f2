"""DenseNet of section 7.7, as a PyTorch reader would write it."""
import torch
from torch import nn


def conv_block(num_inputs, num_channels):
    return nn.Sequential(
        nn.BatchNorm2d(num_inputs), nn.ReLU(),
        nn.Conv2d(num_inputs, num_channels, kernel_size=3, padding=1))


class DenseBlock(nn.Module):
    """X (batch, c, h, w) -> (batch, c + num_convs * num_channels, h, w)."""

    def __init__(self, num_convs, num_inputs, num_channels):
        super().__init__()
        self.net = nn.Sequential(
            *(conv_block(num_inputs + i * num_channels, num_channels)
              for i in range(num_convs)))

    def forward(self, X):
        for blk in self.net:
            X = torch.cat([X, blk(X)], dim=1)
        return X


def transition_block(num_inputs, num_channels):
    """X (batch, num_inputs, h, w) -> (batch, num_channels, h / 2, w / 2)."""
    return nn.Sequential(
        nn.BatchNorm2d(num_inputs), nn.ReLU(),
        nn.Conv2d(num_inputs, num_channels, kernel_size=1),
        nn.AvgPool2d(kernel_size=2, stride=2))


def build_net():
    """X (batch, 1, h, w) -> scores (batch, 10)."""
    return nn.Sequential(
        nn.Conv2d(1, 64, kernel_size=7, stride=2, padding=3),
        nn.BatchNorm2d(64), nn.ReLU(),
        nn.MaxPool2d(kernel_size=3, stride=2, padding=1),
        DenseBlock(4, 64, 32), transition_block(192, 96),
        DenseBlock(4, 96, 32), transition_block(224, 112),
        DenseBlock(4, 112, 32), transition_block(240, 120),
        DenseBlock(4, 120, 32), nn.BatchNorm2d(248), nn.ReLU(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(248, 10))
