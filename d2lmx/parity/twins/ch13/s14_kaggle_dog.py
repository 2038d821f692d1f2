"""ResNet-34 with a new head of section 13.14, as a PyTorch reader would write it.

ResNet's second version: normalization and activation come before each convolution.
"""
import torch
from torch import nn


class PreactResidual(nn.Module):
    """X (batch, num_inputs, h, w) -> (batch, num_channels, h / stride, w / stride)."""

    def __init__(self, num_inputs, num_channels, stride):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(num_inputs)
        self.conv1 = nn.Conv2d(num_inputs, num_channels, kernel_size=3, stride=stride,
                               padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(num_channels)
        self.conv2 = nn.Conv2d(num_channels, num_channels, kernel_size=3, padding=1,
                               bias=False)
        self.downsample = None
        if num_inputs != num_channels:
            self.downsample = nn.Conv2d(num_inputs, num_channels, kernel_size=1,
                                        stride=stride, bias=False)

    def forward(self, X):
        Y = torch.relu(self.bn1(X))
        X = X if self.downsample is None else self.downsample(Y)
        return X + self.conv2(torch.relu(self.bn2(self.conv1(Y))))


def stage(num_inputs, num_channels, count, stride):
    """`count` blocks, the first of which brings the input to its shape."""
    return nn.Sequential(
        PreactResidual(num_inputs, num_channels, stride),
        *(PreactResidual(num_channels, num_channels, 1) for _ in range(count - 1)))


class FineTuned(nn.Module):
    """X (batch, 3, h, w) -> scores (batch, num_classes)."""

    def __init__(self, num_classes):
        super().__init__()
        self.features = nn.Sequential(
            nn.BatchNorm2d(3, affine=False),
            nn.Conv2d(3, 64, kernel_size=7, stride=2, padding=3, bias=False),
            nn.BatchNorm2d(64), nn.ReLU(),
            nn.MaxPool2d(kernel_size=3, stride=2, padding=1),
            stage(64, 64, 3, stride=1), stage(64, 128, 4, stride=2),
            stage(128, 256, 6, stride=2), stage(256, 512, 3, stride=2),
            nn.BatchNorm2d(512), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.output_new = nn.Sequential(nn.Linear(512, 256), nn.ReLU(),
                                        nn.Linear(256, num_classes))

    def forward(self, X):
        return self.output_new(self.features(X))


def build_net():
    """X (batch, 3, h, w) -> scores (batch, 120)."""
    return FineTuned(120)
