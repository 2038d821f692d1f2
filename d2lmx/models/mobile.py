"""The block of MobileNetV2, and what it is made of."""
from mxnet.gluon import nn

__all__ = ['LinearBottleneck', 'sequence']


class ReLU6(nn.HybridBlock):
    """X, of any shape, held between 0 and 6."""

    def hybrid_forward(self, F, X):
        return F.np.clip(X, 0, 6)


def sequence(*blocks):
    """The blocks one after another, as a network.

    Ours, for 22.6
    """
    net = nn.HybridSequential()
    net.add(*blocks)
    return net


def normalized_conv(channels, kernel_size, **options):
    """A convolution without bias, and batch normalization."""
    return (nn.Conv2D(channels, kernel_size, use_bias=False, **options), nn.BatchNorm())


class LinearBottleneck(nn.HybridBlock):
    """The block of MobileNetV2: expand, filter each channel by itself, and shrink.

    The input is added where it fits: stride 1, and as many channels. After the last
    convolution, which shrinks, stands no activation.

    Parameters
    ----------
    in_channels, channels
        Of the input and of the output.
    expansion
        In between there are so many times the input's channels.
    stride
        1, or 2 to halve height and width.
    expands
        Whether the first convolution's output is normalized by the batch; False is for
        one that does nothing, see `MobileNetV2`.

    Inputs
        X (batch, in_channels, h, w)

    Outputs
        (batch, channels, ceil(h / stride), ceil(w / stride))

    Ours, for 22.1
    """

    def __init__(self, in_channels, channels, expansion, stride, expands=True,
                 **kwargs):
        super().__init__(**kwargs)
        self.adds_input = stride == 1 and in_channels == channels
        wide = in_channels * expansion
        self.out = sequence(
            nn.Conv2D(wide, 1, use_bias=False),
            # statistics of a batch would make an identity another function in training
            nn.BatchNorm(use_global_stats=not expands), ReLU6(),
            *normalized_conv(wide, 3, strides=stride, padding=1, groups=wide), ReLU6(),
            *normalized_conv(channels, 1))

    def hybrid_forward(self, F, X):
        Y = self.out(X)
        return X + Y if self.adds_input else Y
