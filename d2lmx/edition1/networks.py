"""Blocks and networks of the first edition."""
from mxnet import nd
from mxnet.gluon import nn

from ..layers import functional

__all__ = ['corr2d', 'Residual', 'resnet18', 'RNNModel']


def corr2d(X, K):
    """Two-dimensional cross-correlation of X (h, w) with a kernel K (kh, kw).

    Gives (h - kh + 1, w - kw + 1). ValueError where X or K is not two-dimensional or K
    is larger than X.

    Edition 1: 5.1
    """
    return functional.corr2d(X, K)


class Residual(nn.Block):
    """Two 3x3 convolutions with batch norms, and X added: relu(F(X) + X).

    Parameters
    ----------
    num_channels
        Of the output.
    use_1x1conv
        Whether X is added by way of a 1x1 convolution, as it must be where the output
        has another shape than X.
    strides
        Of the first convolution, and of the 1x1 one.

    Inputs
        X (batch, channels, h, w)

    Outputs
        (batch, num_channels, h / strides, w / strides), rounded up

    Edition 1: 5.11
    """

    def __init__(self, num_channels, use_1x1conv=False, strides=1, **kwargs):
        super().__init__(**kwargs)
        self.conv1 = nn.Conv2D(num_channels, kernel_size=3, padding=1, strides=strides)
        self.conv2 = nn.Conv2D(num_channels, kernel_size=3, padding=1)
        self.conv3 = (nn.Conv2D(num_channels, kernel_size=1, strides=strides)
                      if use_1x1conv else None)
        self.bn1 = nn.BatchNorm()
        self.bn2 = nn.BatchNorm()

    def forward(self, X):
        Y = nd.relu(self.bn1(self.conv1(X)))
        Y = self.bn2(self.conv2(Y))
        if self.conv3 is not None:
            X = self.conv3(X)
        return nd.relu(Y + X)


def resnet18(num_classes: int):
    """ResNet-18 for small pictures: X (batch, channels, h, w) -> (batch, num_classes).

    Its first stage is a 3x3 convolution of stride 1, without pooling.

    Edition 1: 8.5
    """
    net = nn.Sequential()
    net.add(nn.Conv2D(64, kernel_size=3, strides=1, padding=1), nn.BatchNorm(),
            nn.Activation('relu'))
    for stage, num_channels in enumerate((64, 128, 256, 512)):
        halves = stage > 0  # height and width, by its first block
        stage_blocks = nn.Sequential()
        stage_blocks.add(Residual(num_channels, use_1x1conv=halves,
                                  strides=2 if halves else 1), Residual(num_channels))
        net.add(stage_blocks)
    net.add(nn.GlobalAvgPool2D(), nn.Dense(num_classes))
    return net


class RNNModel(nn.Block):
    """A language model: one-hot characters, recurrent layers, a dense layer.

    Parameters
    ----------
    rnn_layer
        Recurrent layers of Gluon's, such as ``rnn.LSTM(256)``.
    vocab_size
        How many different characters there are.

    Inputs
        inputs (batch, steps), the characters' numbers; state, as `begin_state` gives it

    Outputs
        (steps * batch, vocab_size) scores, the batch within each step; the state

    Edition 1: 6.5
    """

    def __init__(self, rnn_layer, vocab_size, **kwargs):
        super().__init__(**kwargs)
        self.rnn = rnn_layer
        self.vocab_size = vocab_size
        self.dense = nn.Dense(vocab_size)

    def forward(self, inputs, state):
        X = nd.one_hot(inputs.T, self.vocab_size)  # (steps, batch, vocab_size)
        Y, state = self.rnn(X, state)
        return self.dense(Y.reshape((-1, Y.shape[-1]))), state

    def begin_state(self, *args, **kwargs):
        """The layers' first state: ``begin_state(batch_size=2, ctx=mx.cpu())``."""
        return self.rnn.begin_state(*args, **kwargs)
