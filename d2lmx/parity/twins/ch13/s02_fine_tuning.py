"""ResNet-18 of version 2, whose blocks normalize first, for section 13.2."""
from torch import nn
from torch.nn import functional as F


class PreActivation(nn.Module):
    """X (batch, num_inputs, h, w) -> (batch, num_channels, h / stride, w / stride)."""

    def __init__(self, num_inputs, num_channels, stride=1):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(num_inputs)
        self.conv1 = nn.Conv2d(num_inputs, num_channels, kernel_size=3, stride=stride,
                               padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(num_channels)
        self.conv2 = nn.Conv2d(num_channels, num_channels, kernel_size=3, padding=1,
                               bias=False)
        self.downsample = None if num_inputs == num_channels else nn.Conv2d(
            num_inputs, num_channels, kernel_size=1, stride=stride, bias=False)

    def forward(self, X):
        Y = F.relu(self.bn1(X))
        if self.downsample is not None:
            X = self.downsample(Y)
        Y = F.relu(self.bn2(self.conv1(Y)))
        return self.conv2(Y) + X


def stage(num_inputs, num_channels):
    """Two blocks, the first of which halves height and width."""
    return nn.Sequential(PreActivation(num_inputs, num_channels, stride=2),
                         PreActivation(num_channels, num_channels))


def build_net():
    """X (batch, 3, h, w) -> scores (batch, 2)."""
    return nn.Sequential(
        nn.BatchNorm2d(3, affine=False),
        nn.Conv2d(3, 64, kernel_size=7, stride=2, padding=3, bias=False),
        nn.BatchNorm2d(64), nn.ReLU(),
        nn.MaxPool2d(kernel_size=3, stride=2, padding=1),
        PreActivation(64, 64), PreActivation(64, 64),
        stage(64, 128), stage(128, 256), stage(256, 512),
        nn.BatchNorm2d(512), nn.ReLU(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 2))
