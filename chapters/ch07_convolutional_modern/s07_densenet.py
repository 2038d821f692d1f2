"""Densely connected networks: DenseNet (稠密连接网络 DenseNet)

Source: chapter_convolutional-modern/densenet
"""
from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels',
        'fashion_mnist_test_images', 'fashion_mnist_test_labels')
SMOKE = dict(num_epochs=1, batch_size=64, resize=32)
RANGES = dict(resize=(29, 512))
PRINTED = [({}, {'train loss': (.145, .139, .149), 'train acc': (.946, .937, .957),
                 'test acc': (.858, .707, .925)})]
# the test acc of builds has a standard deviation of 0.047: a mean, within two of its
OVER_SEEDS = [({}, {'test acc': ('mean', 5, .884, .842, .926)})]


def conv_block(num_channels):
    """Normalization, ReLU and a 3x3 convolution."""
    blk = nn.HybridSequential()
    blk.add(nn.BatchNorm(), nn.Activation('relu'),
            nn.Conv2D(num_channels, kernel_size=3, padding=1))
    return blk


class DenseBlock(nn.HybridBlock):
    """num_convs convolutions, each of which sees the outputs of all before it.

    X (batch, channels, h, w) -> (batch, channels + num_convs * num_channels, h, w)
    """

    def __init__(self, num_convs, num_channels, **kwargs):
        super().__init__(**kwargs)
        self.net = nn.HybridSequential()
        for _ in range(num_convs):
            self.net.add(conv_block(num_channels))

    def hybrid_forward(self, F, X):
        for blk in self.net:
            Y = blk(X)                              # (batch, num_channels, h, w)
            X = d2l.join(F, X, Y)
        return X


def transition_block(num_channels):
    """Down to num_channels, and to half of height and width."""
    blk = nn.HybridSequential()
    blk.add(nn.BatchNorm(), nn.Activation('relu'),
            nn.Conv2D(num_channels, kernel_size=1),
            nn.AvgPool2D(pool_size=2, strides=2))
    return blk


def block_shapes():
    """What a dense block, and a transition block after it, make of X (4, 3, 8, 8)."""
    X = np.random.uniform(size=(4, 3, 8, 8))
    shapes = {}
    for name, blk in {'DenseBlock(2, 10)': DenseBlock(2, 10),
                      'transition_block(10)': transition_block(10)}.items():
        blk.initialize()
        X = blk(X)
        shapes[name] = list(X.shape)
    return shapes


def build_net(num_channels=64, growth_rate=32, num_convs_in_dense_blocks=(4, 4, 4, 4)):
    """DenseNet. X (batch, 1, h, w), both at least 29 -> scores (batch, 10)."""
    net = nn.HybridSequential()
    net.add(nn.Conv2D(num_channels, kernel_size=7, strides=2, padding=3),
            nn.BatchNorm(), nn.Activation('relu'),
            nn.MaxPool2D(pool_size=3, strides=2, padding=1))
    for i, num_convs in enumerate(num_convs_in_dense_blocks):
        if i > 0:
            num_channels //= 2
            net.add(transition_block(num_channels))
        net.add(DenseBlock(num_convs, growth_rate))
        num_channels += num_convs * growth_rate
    net.add(nn.BatchNorm(), nn.Activation('relu'),
            nn.GlobalAvgPool2D(), nn.Dense(10))
    return net


def example_inputs(batch_size=2, size=96):
    return (np.random.uniform(size=(batch_size, 1, size, size)),)


def run(*, num_epochs: int = 10, lr: float = 0.1, batch_size: int = 256,
        resize: int = 96) -> dict:
    train_iter, test_iter = d2l.load_data_fashion_mnist(batch_size, resize=resize)
    net = build_net()
    layers = d2l.summary(net, *example_inputs(batch_size=1))
    history = d2l.train_ch6(net, train_iter, test_iter, num_epochs, lr, d2l.try_gpu())
    return {'blocks': block_shapes(), 'layers': layers, **history.record()}


if __name__ == '__main__':
    d2l.main(run)
