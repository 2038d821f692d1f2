"""MobileNetV2, as a PyTorch reader would write it."""
from torch import nn

from .mobilenet_v2_1_0_features import features


def build_net():
    """X (batch, 3, h, w) -> scores (batch, 1000)."""
    return nn.Sequential(*features(), nn.Conv2d(1280, 1000, kernel_size=1, bias=False),
                         nn.Flatten())
