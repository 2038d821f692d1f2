"""What makes the feature map of an R-CNN: a cell for 16 x 16 pixels."""
from mxnet import np
from mxnet.gluon import nn

from .zoo import MEAN, STD

__all__ = ['PhotographFeatures']

NUM_LAYERS = 16  # of MobileNetV2: those before its map is 32 times smaller


def small_features(channels=(16, 32, 64, 64)):
    """Pairs of 3x3 convolutions, each of which halves height and width."""
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


class PhotographFeatures(nn.HybridBlock):
    """The first layers of MobileNetV2, for pictures of RGB in 0 to 255.

    Parameters
    ----------
    net
        A `MobileNetV2`, with weights; its layers are shared. Their normalization goes
        by the statistics that they have, which no batch of few pictures changes.

    Inputs
        X (batch, 3, h, w)

    Outputs
        (batch, 96, h / 16, w / 16)

    Ours, for 13.8
    """

    def __init__(self, net, **kwargs):
        super().__init__(**kwargs)
        self.layers = net.features[:NUM_LAYERS]
        self.layers.apply(by_statistics)
        for name, values in (('mean', MEAN), ('std', STD)):
            values = np.array(values).reshape(1, 3, 1, 1) * 255
            setattr(self, name, self.params.get_constant(name, values))

    def hybrid_forward(self, F, X, mean, std):
        return self.layers((X - mean) / std)


def by_statistics(block):
    if isinstance(block, nn.BatchNorm):
        block._kwargs['use_global_stats'] = True
