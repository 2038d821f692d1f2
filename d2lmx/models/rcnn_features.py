"""What makes the feature map of an R-CNN: a cell for 16 x 16 pixels."""
from mxnet.gluon import nn

from .pretrained import keep_statistics
from .ssd import AT_16TH, FromPixels

__all__ = ['small_features', 'photograph_features']


def small_features(channels=(16, 32, 64, 64)):
    """Pairs of 3x3 convolutions, each of which halves height and width.

    X (batch, 3, h, w) -> (batch, 64, h / 16, w / 16)

    Ours, for 13.8
    """
    net = nn.HybridSequential()
    for stage, num_channels in enumerate(channels):
        for i in range(2):
            strides = 2 if stage == i == 0 else 1
            net.add(nn.Conv2D(num_channels, kernel_size=3, padding=1, strides=strides,
                              use_bias=False),  # which normalization takes away
                    nn.BatchNorm(), nn.Activation('relu'))
        if stage > 0:  # the first halves by its strides: whole pictures cost most
            net.add(nn.MaxPool2D(2))
    return net


def photograph_features(net):
    """The first layers of a MobileNetV2 with weights, shared: (batch, 96, h/16, w/16).

    A block for pictures X (batch, 3, h, w), RGB in 0 to 255. Normalization goes by the
    statistics that the network has, which no batch of few pictures changes.

    Ours, for 13.8
    """
    layers = nn.HybridSequential()
    layers.add(FromPixels(), *net.features[:AT_16TH])
    keep_statistics(layers)
    return layers
