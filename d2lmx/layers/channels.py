"""Attention in convolutional networks: what channels and places of maps weigh."""
from mxnet.gluon import nn

from .functional import (max_over_time, mean_over_channels, mean_over_places,
                         weigh_channels, weigh_places)

__all__ = ['SqueezeExcitation', 'ChannelAttention', 'SpatialAttention', 'CBAM']


def bottleneck(channels, ratio):
    """(batch, channels) -> (batch, channels), with channels / ratio numbers between."""
    if ratio not in range(1, channels + 1):
        raise ValueError('ratio must be a whole number between 1 and the '
                         f'{channels} channels, of which a hidden number or more must '
                         f'be left, got {ratio}')
    num_hiddens = channels // int(ratio)
    layers = nn.HybridSequential()
    layers.add(nn.Dense(num_hiddens, activation='relu', in_units=channels),
               nn.Dense(channels, in_units=num_hiddens))
    return layers


class SqueezeExcitation(nn.HybridBlock):
    """Each channel times a number in (0, 1), which the means of all channels decide.

    With z the mean of each channel: X sigmoid(W_2 relu(W_1 z + b_1) + b_2), of
    Squeeze-and-Excitation Networks (Hu et al., 2018).

    Parameters
    ----------
    channels
        Of the input.
    ratio
        How many times fewer numbers than channels W_1 leaves; a whole number from 1 to
        channels, else ValueError.

    Inputs
        X (batch, channels, h, w)

    Outputs
        (batch, channels, h, w)

    Ours, for 22.7
    """

    def __init__(self, channels: int, ratio: int = 16, **kwargs):
        super().__init__(**kwargs)
        self.excite = bottleneck(channels, ratio)

    def hybrid_forward(self, F, X):
        s = F.npx.sigmoid(self.excite(mean_over_places(F, X)))  # (batch, channels)
        return weigh_channels(F, X, F.np.expand_dims(s, 2))


class ChannelAttention(nn.HybridBlock):
    """What each channel weighs, by its mean and its largest number.

    Both go through the same two dense layers, of CBAM (Woo et al., 2018):
    sigmoid(MLP(mean) + MLP(largest)).

    channels, ratio: as of `SqueezeExcitation`.

    Inputs
        X (batch, channels, h, w)

    Outputs
        (batch, channels, 1), in (0, 1)

    Ours, for 22.7
    """

    def __init__(self, channels: int, ratio: int = 16, **kwargs):
        super().__init__(**kwargs)
        self.mlp = bottleneck(channels, ratio)

    def hybrid_forward(self, F, X):
        largest = max_over_time(F, F.npx.reshape(X, (-2, -2, -5)))
        s = self.mlp(mean_over_places(F, X)) + self.mlp(largest)  # (batch, channels)
        return F.np.expand_dims(F.npx.sigmoid(s), 2)


class SpatialAttention(nn.HybridBlock):
    """What each place weighs, by the mean and the largest of its channels.

    A convolution sees both as two channels, of CBAM (Woo et al., 2018):
    sigmoid(conv([mean; largest])).

    kernel_size: the side of its window, odd, so that the size is kept; else ValueError.

    Inputs
        X (batch, channels, h, w)

    Outputs
        (batch, 1, h, w), in (0, 1)

    Ours, for 22.7
    """

    def __init__(self, kernel_size: int = 7, **kwargs):
        super().__init__(**kwargs)
        if kernel_size % 2 == 0:
            raise ValueError('kernel_size must be odd, so that the size is kept, got '
                             f'{kernel_size}')
        self.conv = nn.Conv2D(1, kernel_size, padding=kernel_size // 2, in_channels=2)

    def hybrid_forward(self, F, X):
        # picked by its place, in a third of the time of a maximum over an axis
        largest = F.npx.pick(X, F.np.argmax(X, axis=1), axis=1, keepdims=True)
        seen = F.np.concatenate([mean_over_channels(F, X), largest], axis=1)
        return F.npx.sigmoid(self.conv(seen))  # from (batch, 2, h, w)


class CBAM(nn.HybridBlock):
    """Channels times what they weigh, then places times what they weigh.

    Convolutional Block Attention Module (Woo et al., 2018), of `ChannelAttention` and
    `SpatialAttention`.

    channels, ratio, kernel_size: as of these.

    Inputs
        X (batch, channels, h, w)

    Outputs
        (batch, channels, h, w)

    Ours, for 22.7
    """

    def __init__(self, channels: int, ratio: int = 16, kernel_size: int = 7, **kwargs):
        super().__init__(**kwargs)
        self.channel = ChannelAttention(channels, ratio)
        self.spatial = SpatialAttention(kernel_size)

    def hybrid_forward(self, F, X):
        X = weigh_channels(F, X, self.channel(X))
        return weigh_places(F, X, self.spatial(X))
