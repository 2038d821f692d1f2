"""The networks of section 22.1, as a PyTorch reader would write them."""
import torch
from torch import nn

from ..ch07.s06_resnet import Residual
from ..zoo.mobilenet_v2_1_0_features import InvertedResidual


class FourierConv2d(nn.Conv2d):
    """The convolution of a padded picture, by Fourier transforms."""

    def forward(self, X):
        height, width = X.shape[2:]
        rows, columns = (side // 2 for side in self.kernel_size)
        size = height + 2 * rows, width + 2 * columns
        Y_hat = torch.einsum('bcij,ocij->boij', torch.fft.rfft2(X, s=size),
                             torch.fft.rfft2(self.weight, s=size).conj())
        Y = torch.fft.irfft2(Y_hat, s=size).roll((rows, columns), (2, 3))
        return Y[..., :height, :width]


def convolution(kind, num_inputs, num_channels):
    """X (batch, num_inputs, h, w) -> (batch, num_channels, h, w)."""
    def conv(num_channels, kernel_size, **options):
        return nn.Conv2d(num_inputs, num_channels, kernel_size, bias=False, **options)

    if kind == 'depthwise':  # MobileNet's block
        return nn.Sequential(conv(num_inputs, 3, padding=1, groups=num_inputs),
                             nn.BatchNorm2d(num_inputs), nn.ReLU(),
                             conv(num_channels, 1))
    if kind == 'spatial':
        return nn.Sequential(conv(num_inputs, (3, 1), padding=(1, 0)),
                             conv(num_channels, (1, 3), padding=(0, 1)))
    if kind == 'dilated':
        return conv(num_channels, 3, padding=2, dilation=2)
    if kind == 'transposed':
        return nn.ConvTranspose2d(num_inputs, num_channels, 3, padding=1, bias=False)
    if kind == 'fourier':
        return FourierConv2d(num_inputs, num_channels, 3, padding=1, bias=False)
    return conv(num_channels, 3, padding=1, groups=4 if kind == 'grouped' else 1)


def build_net(variant='depthwise'):
    """X (batch, 1, 28, 28) -> scores (batch, 10)."""
    layers = [nn.Conv2d(1, 16, 3, padding=1, stride=2, bias=False), nn.BatchNorm2d(16),
              nn.ReLU()]
    if variant == 'residual':
        layers += [Residual(16, 16), Residual(16, 32, use_1x1conv=True, stride=2),
                   Residual(32, 64, use_1x1conv=True, stride=2)]
    elif variant == 'mobile':
        layers += [InvertedResidual(16, 16, 6, 1), InvertedResidual(16, 32, 6, 2),
                   InvertedResidual(32, 64, 6, 2)]
    else:
        for num_inputs, num_channels in ((16, 32), (32, 64)):
            layers += [convolution(variant, num_inputs, num_channels),
                       nn.BatchNorm2d(num_channels), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                         nn.Linear(64, 10))
