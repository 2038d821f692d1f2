"""The block of ResNet, ResNet-18 for small pictures, and smaller ones of any depth."""
from mxnet.gluon import nn

from ..layers.functional import add
from ..runtime.checks import check_whole

__all__ = ['Residual', 'resnet18', 'small_resnet']


class Residual(nn.HybridBlock):
    """Two 3x3 convolutions whose output is added to the block's input.

    Parameters
    ----------
    num_channels
        Output channels. Without `use_1x1conv` the input must have as many.
    use_1x1conv
        Whether a 1x1 convolution first brings the input to the output's shape.
    strides
        Of the first convolution (and of the 1x1 one): 2 halves height and width.

    Inputs
        X (batch, channels, h, w)

    Outputs
        (batch, num_channels, ceil(h / strides), ceil(w / strides))

    Book: 7.6 (sec_resnet)
    """

    def __init__(self, num_channels, use_1x1conv=False, strides=1, **kwargs):
        super().__init__(**kwargs)
        self.conv1 = nn.Conv2D(num_channels, kernel_size=3, padding=1, strides=strides)
        self.conv2 = nn.Conv2D(num_channels, kernel_size=3, padding=1)
        self.conv3 = (nn.Conv2D(num_channels, kernel_size=1, strides=strides)
                      if use_1x1conv else None)
        self.bn1 = nn.BatchNorm()
        self.bn2 = nn.BatchNorm()

    def hybrid_forward(self, F, X):
        Y = _relu(F, self.bn1(self.conv1(X)))  # (batch, num_channels, h', w')
        Y = self.bn2(self.conv2(Y))
        if self.conv3 is not None:
            X = self.conv3(X)
        return _relu(F, add(F, Y, X))


# book: npx.relu(Y + X). Neither operator keeps the memory layout of oneDNN, in which
# the convolutions around them work, so all would be turned over at each; and they are
# slow themselves. These two keep it: ResNet-18 trains 1.2 times as fast.

def _relu(F, X):
    return F.npx.activation(X, act_type='relu')


def resnet18(num_classes: int):
    """ResNet-18 for pictures of about 28 pixels: its first layers keep their size.

    X (batch, channels, h, w) -> scores (batch, num_classes). InputError unless
    num_classes is a whole number of at least 1.

    Book: 12.6 (sec_multi_gpu_concise)
    """
    check_whole(num_classes=num_classes)
    net = nn.HybridSequential()
    net.add(nn.Conv2D(64, kernel_size=3, strides=1, padding=1),
            nn.BatchNorm(), nn.Activation('relu'))
    for stage, num_channels in enumerate((64, 128, 256, 512)):
        blk = nn.HybridSequential()
        if stage == 0:
            blk.add(Residual(num_channels))
        else:
            blk.add(Residual(num_channels, use_1x1conv=True, strides=2))
        blk.add(Residual(num_channels))
        net.add(blk)
    net.add(nn.GlobalAvgPool2D(), nn.Dense(num_classes))
    return net


def small_resnet(num_blocks: int = 1, num_channels: int = 8,
                 has_shortcuts: bool = True):
    """The ResNet of 6 num_blocks + 2 layers for small pictures, of ten classes.

    X (batch, channels, h, w) -> scores (batch, 10); three stages of num_blocks blocks,
    each of twice the channels and half the sides of the one before. has_shortcuts:
    False leaves them out of all blocks, which makes it a plain network.

    Ours, for 21.15
    """
    net = nn.HybridSequential()
    net.add(nn.Conv2D(num_channels, 3, padding=1, strides=2), nn.BatchNorm(),
            nn.Activation('relu'))
    for stage in range(3):
        for i in range(num_blocks):
            strides = 2 if stage > 0 == i else 1
            channels = num_channels * 2 ** stage
            net.add(Residual(channels, use_1x1conv=strides > 1, strides=strides)
                    if has_shortcuts else plain_block(channels, strides))
    net.add(nn.GlobalAvgPool2D(), nn.Dense(10))
    return net


def plain_block(num_channels, strides):
    """The two convolutions of a residual block without its shortcut."""
    blk = nn.HybridSequential()
    for s in (strides, 1):
        blk.add(nn.Conv2D(num_channels, 3, padding=1, strides=s), nn.BatchNorm(),
                nn.Activation('relu'))
    return blk
