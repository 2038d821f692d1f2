"""ResNet-18 for small pictures of section 13.13, as a PyTorch reader would write it."""
from torch import nn

from ..ch07.s06_resnet import Residual, resnet_block


def build_net():
    """X (batch, 3, 32, 32) -> scores (batch, 10)."""
    return nn.Sequential(
        nn.Conv2d(3, 64, kernel_size=3, padding=1), nn.BatchNorm2d(64), nn.ReLU(),
        Residual(64, 64), Residual(64, 64),
        resnet_block(64, 128), resnet_block(128, 256), resnet_block(256, 512),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))
