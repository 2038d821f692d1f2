"""MobileNetV2 without its classifier, as a PyTorch reader would write it."""
from torch import nn


def normalized_conv(num_inputs, num_channels, kernel_size, **options):
    """A convolution without bias, and batch normalization."""
    return nn.Sequential(
        nn.Conv2d(num_inputs, num_channels, kernel_size, bias=False, **options),
        nn.BatchNorm2d(num_channels))


class InvertedResidual(nn.Module):
    """X (batch, num_inputs, h, w) -> (batch, num_channels, h / stride, w / stride)."""

    def __init__(self, num_inputs, num_channels, expansion, stride):
        super().__init__()
        wide = num_inputs * expansion
        self.adds_input = stride == 1 and num_inputs == num_channels
        self.layers = nn.Sequential(
            normalized_conv(num_inputs, wide, 1), nn.ReLU6(),
            normalized_conv(wide, wide, 3, stride=stride, padding=1, groups=wide),
            nn.ReLU6(), normalized_conv(wide, num_channels, 1))

    def forward(self, X):
        return X + self.layers(X) if self.adds_input else self.layers(X)


def blocks():
    """The inverted residual blocks, from 32 to 320 channels."""
    num_inputs, layers = 32, []
    for expansion, num_channels, count, stride in [
            (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1),
            (6, 160, 3, 2), (6, 320, 1, 1)]:
        for i in range(count):
            layers.append(InvertedResidual(num_inputs, num_channels, expansion,
                                           stride if i == 0 else 1))
            num_inputs = num_channels
    return layers


def features():
    """X (batch, 3, h, w) -> features (batch, 1280, 1, 1)."""
    return [normalized_conv(3, 32, 3, stride=2, padding=1), nn.ReLU6(), *blocks(),
            normalized_conv(320, 1280, 1), nn.ReLU6(), nn.AdaptiveAvgPool2d(1)]


def build_net():
    """X (batch, 3, h, w) -> features (batch, 1280)."""
    return nn.Sequential(*features(), nn.Flatten())
