"""LeNet, and blocks of networks that chapter 7 builds and chapter 21 counts."""
from mxnet.gluon import nn

from ..layers.functional import join

__all__ = ['lenet5', 'nin_block', 'Inception']


def lenet5(num_classes: int, channels=(6, 16), num_hiddens=(120, 84)):
    """LeNet-5 with ReLU and the largest of 2 x 2 numbers, as it is built today.

    X (batch, channels, h, w), h and w of 12 at least -> scores (batch, num_classes).
    channels, num_hiddens: of its two convolutions and of its two dense layers.

    Ours, for 22.4
    """
    net = nn.HybridSequential()
    net.add(nn.Conv2D(channels[0], kernel_size=5, padding=2, activation='relu'),
            nn.MaxPool2D(2),
            nn.Conv2D(channels[1], kernel_size=5, activation='relu'), nn.MaxPool2D(2),
            *(nn.Dense(n, activation='relu') for n in num_hiddens),
            nn.Dense(num_classes))
    return net


def nin_block(num_channels, kernel_size, strides, padding):
    """A convolution, then two 1x1 ones: dense layers on the channels of each pixel.

    Book: 7.3 (sec_nin)
    """
    blk = nn.HybridSequential()
    blk.add(nn.Conv2D(num_channels, kernel_size, strides, padding, activation='relu'),
            nn.Conv2D(num_channels, kernel_size=1, activation='relu'),
            nn.Conv2D(num_channels, kernel_size=1, activation='relu'))
    return blk


class Inception(nn.HybridBlock):
    """Four paths side by side, concatenated along the channels.

    X (batch, channels, h, w) -> (batch, c1 + c2[1] + c3[1] + c4, h, w), where c1 to c4
    are the channels of the paths, in pairs where a path has two convolutions.

    Book: 7.4 (sec_googlenet)
    """

    def __init__(self, c1, c2, c3, c4, **kwargs):
        super().__init__(**kwargs)
        self.p1_1 = nn.Conv2D(c1, kernel_size=1, activation='relu')
        self.p2_1 = nn.Conv2D(c2[0], kernel_size=1, activation='relu')
        self.p2_2 = nn.Conv2D(c2[1], kernel_size=3, padding=1, activation='relu')
        self.p3_1 = nn.Conv2D(c3[0], kernel_size=1, activation='relu')
        self.p3_2 = nn.Conv2D(c3[1], kernel_size=5, padding=2, activation='relu')
        self.p4_1 = nn.MaxPool2D(pool_size=3, strides=1, padding=1)
        self.p4_2 = nn.Conv2D(c4, kernel_size=1, activation='relu')

    def hybrid_forward(self, F, X):
        p1 = self.p1_1(X)                                # (batch, c1, h, w)
        p2 = self.p2_2(self.p2_1(X))                     # (batch, c2[1], h, w)
        p3 = self.p3_2(self.p3_1(X))                     # (batch, c3[1], h, w)
        p4 = self.p4_2(self.p4_1(X))                     # (batch, c4, h, w)
        return join(F, p1, p2, p3, p4)
