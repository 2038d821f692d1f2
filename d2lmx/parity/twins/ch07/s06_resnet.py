"""ResNet-18 of section 7.6, as a PyTorch reader would write it."""
from torch import nn
from torch.nn import functional as F


class Residual(nn.Module):
    """X (batch, num_inputs, h, w) -> (batch, num_channels, h / stride, w / stride)."""

    def __init__(self, num_inputs, num_channels, use_1x1conv=False, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(num_inputs, num_channels, kernel_size=3, padding=1,
                               stride=stride)
        self.conv2 = nn.Conv2d(num_channels, num_channels, kernel_size=3, padding=1)
        self.conv3 = (nn.Conv2d(num_inputs, num_channels, kernel_size=1, stride=stride)
                      if use_1x1conv else None)
        self.bn1 = nn.BatchNorm2d(num_channels)
        self.bn2 = nn.BatchNorm2d(num_channels)

    def forward(self, X):
        Y = F.relu(self.bn1(self.conv1(X)))
        Y = self.bn2(self.conv2(Y))
        if self.conv3 is not None:
            X = self.conv3(X)
        return F.relu(Y + X)


def resnet_block(num_inputs, num_channels):
    """Two residual blocks, the first of which halves height and width."""
    return nn.Sequential(Residual(num_inputs, num_channels, use_1x1conv=True, stride=2),
                         Residual(num_channels, num_channels))


def build_net():
    """X (batch, 1, h, w) -> scores (batch, 10)."""
    return nn.Sequential(
        nn.Conv2d(1, 64, kernel_size=7, stride=2, padding=3),
        nn.BatchNorm2d(64), nn.ReLU(),
        nn.MaxPool2d(kernel_size=3, stride=2, padding=1),
        Residual(64, 64), Residual(64, 64),
        resnet_block(64, 128), resnet_block(128, 256), resnet_block(256, 512),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))
