"""The FCN of section 13.11 on ResNet-18, version 2, as a PyTorch reader would write it."""
import torch
from torch import nn
from torch.nn import functional as F

NUM_CLASSES = 21


class Residual(nn.Module):
    """X (batch, num_inputs, h, w) -> (batch, num_channels, h / stride, w / stride).

    Normalization and activation come before each convolution.
    """

    def __init__(self, num_inputs, num_channels, stride=1):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(num_inputs)
        self.conv1 = nn.Conv2d(num_inputs, num_channels, kernel_size=3, padding=1,
                               stride=stride, bias=False)
        self.bn2 = nn.BatchNorm2d(num_channels)
        self.conv2 = nn.Conv2d(num_channels, num_channels, kernel_size=3, padding=1,
                               bias=False)
        self.shortcut = nn.Conv2d(num_inputs, num_channels, kernel_size=1,
                                  stride=stride, bias=False) if stride > 1 else None

    def forward(self, X):
        Y = F.relu(self.bn1(X))
        X = self.shortcut(Y) if self.shortcut is not None else X
        return X + self.conv2(F.relu(self.bn2(self.conv1(Y))))


def bilinear_kernel(in_channels, out_channels, kernel_size):
    """Each channel's own linear interpolation: (in, out, kernel_size, kernel_size)."""
    factor = (kernel_size + 1) // 2
    center = factor - 1 if kernel_size % 2 == 1 else factor - 0.5
    tent = 1 - (torch.arange(kernel_size) - center).abs() / factor
    kernel = torch.zeros(in_channels, out_channels, kernel_size, kernel_size)
    channels = range(min(in_channels, out_channels))
    kernel[channels, channels] = torch.outer(tent, tent)
    return kernel


def build_net():
    """X (batch, 3, h, w) -> scores (batch, 21, h, w), h and w multiples of 32."""
    upsampling = nn.ConvTranspose2d(NUM_CLASSES, NUM_CLASSES, kernel_size=64,
                                    padding=16, stride=32)
    with torch.no_grad():
        upsampling.weight.copy_(bilinear_kernel(NUM_CLASSES, NUM_CLASSES, 64))
        upsampling.bias.zero_()
    return nn.Sequential(
        nn.BatchNorm2d(3, affine=False),
        nn.Conv2d(3, 64, kernel_size=7, stride=2, padding=3, bias=False),
        nn.BatchNorm2d(64), nn.ReLU(),
        nn.MaxPool2d(kernel_size=3, stride=2, padding=1),
        Residual(64, 64), Residual(64, 64),
        Residual(64, 128, stride=2), Residual(128, 128),
        Residual(128, 256, stride=2), Residual(256, 256),
        Residual(256, 512, stride=2), Residual(512, 512),
        nn.BatchNorm2d(512), nn.ReLU(),
        nn.Conv2d(512, NUM_CLASSES, kernel_size=1), upsampling)
