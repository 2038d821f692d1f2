"""SqueezeNet 1.1, as a PyTorch reader would write it."""
import torch
from torch import nn


class Fire(nn.Module):
    """X (batch, num_inputs, h, w) -> (batch, 8 * size, h, w)."""

    def __init__(self, num_inputs, size):
        super().__init__()
        self.squeeze = nn.Conv2d(num_inputs, size, kernel_size=1)
        self.expand1x1 = nn.Conv2d(size, 4 * size, kernel_size=1)
        self.expand3x3 = nn.Conv2d(size, 4 * size, kernel_size=3, padding=1)

    def forward(self, X):
        X = torch.relu(self.squeeze(X))
        return torch.relu(torch.cat([self.expand1x1(X), self.expand3x3(X)], dim=1))


def pool():
    return nn.MaxPool2d(kernel_size=3, stride=2, ceil_mode=True)


def build_net():
    """X (batch, 3, h, w) -> scores (batch, 1000)."""
    return nn.Sequential(
        nn.Conv2d(3, 64, kernel_size=3, stride=2), nn.ReLU(), pool(),
        Fire(64, 16), Fire(128, 16), pool(),
        Fire(128, 32), Fire(256, 32), pool(),
        Fire(256, 48), Fire(384, 48), Fire(384, 64), Fire(512, 64), nn.Dropout(0.5),
        nn.Conv2d(512, 1000, kernel_size=1), nn.ReLU(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten())
