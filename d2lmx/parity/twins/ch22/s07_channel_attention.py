"""The residual networks of section 22.7, as a PyTorch reader would write them."""
import torch
from torch import nn
from torch.nn import functional as F

from ..ch07.s06_resnet import Residual


def mlp(num_channels, ratio):
    return nn.Sequential(nn.Linear(num_channels, num_channels // ratio), nn.ReLU(),
                         nn.Linear(num_channels // ratio, num_channels))


class SqueezeExcitation(nn.Module):
    def __init__(self, num_channels, ratio):
        super().__init__()
        self.mlp = mlp(num_channels, ratio)

    def forward(self, X):
        return X * self.mlp(X.mean((2, 3))).sigmoid()[..., None, None]


class CBAM(nn.Module):
    def __init__(self, num_channels, ratio):
        super().__init__()
        self.mlp = mlp(num_channels, ratio)
        self.conv = nn.Conv2d(2, 1, 7, padding=3)

    def forward(self, X):
        weights = (self.mlp(X.mean((2, 3))) + self.mlp(X.amax((2, 3)))).sigmoid()
        X = X * weights[..., None, None]
        seen = torch.stack((X.mean(1), X.amax(1)), dim=1)
        return X * self.conv(seen).sigmoid()


class AttentiveResidual(Residual):
    """A residual block with an attention on what its convolutions give."""

    def __init__(self, num_inputs, num_channels, attention, **options):
        super().__init__(num_inputs, num_channels, **options)
        self.attention = attention

    def forward(self, X):
        Y = F.relu(self.bn1(self.conv1(X)))
        Y = self.attention(self.bn2(self.conv2(Y)))
        if self.conv3 is not None:
            X = self.conv3(X)
        return F.relu(Y + X)


def build_net(variant='cbam', ratio=4):
    """X (batch, 1, 28, 28) -> scores (batch, 10)."""
    layers = [nn.Conv2d(1, 16, 3, padding=1, stride=2), nn.BatchNorm2d(16), nn.ReLU()]
    num_inputs = 16
    for num_channels, stride in ((16, 1), (32, 2), (64, 2)):
        options = dict(use_1x1conv=stride > 1, stride=stride)
        if variant == 'plain':
            layers.append(Residual(num_inputs, num_channels, **options))
        else:
            kind = CBAM if variant == 'cbam' else SqueezeExcitation
            layers.append(AttentiveResidual(num_inputs, num_channels,
                                            kind(num_channels, ratio), **options))
        num_inputs = num_channels
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                         nn.Linear(64, 10))
