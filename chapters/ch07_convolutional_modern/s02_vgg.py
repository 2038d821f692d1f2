"""Networks using blocks: VGG (使用块的网络 VGG)

Source: chapter_convolutional-modern/vgg
"""
from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels',
        'fashion_mnist_test_images', 'fashion_mnist_test_labels')
SMOKE = dict(num_epochs=1, batch_size=64, resize=32)
RANGES = dict(resize=(32, 512), ratio=(1, 64))
PRINTED = [({}, {'train loss': (.176, .169, .180), 'train acc': (.936, .927, .945),
                 'test acc': (.923, .913, .931)})]
conv_arch = ((1, 64), (1, 128), (2, 256), (2, 512), (2, 512))  # VGG-11


def vgg_block(num_convs, num_channels):
    """num_convs 3x3 convolutions, then height and width are halved."""
    blk = nn.HybridSequential()
    for _ in range(num_convs):
        blk.add(nn.Conv2D(num_channels, kernel_size=3, padding=1, activation='relu'))
    blk.add(nn.MaxPool2D(pool_size=2, strides=2))
    return blk


def vgg(conv_arch):
    """A block for each (num_convs, num_channels), then three dense layers."""
    net = nn.HybridSequential()
    for num_convs, num_channels in conv_arch:
        net.add(vgg_block(num_convs, num_channels))
    net.add(nn.Dense(4096, activation='relu'), nn.Dropout(0.5),
            nn.Dense(4096, activation='relu'), nn.Dropout(0.5),
            nn.Dense(10))
    return net


def build_net(conv_arch=conv_arch, ratio=4):
    """VGG with channels / ratio. X (batch, 1, h, w), size >= 32 -> (batch, 10)."""
    return vgg([(num_convs, num_channels // ratio)
                for num_convs, num_channels in conv_arch])


def example_inputs(batch_size=2, size=224):
    return (np.random.uniform(size=(batch_size, 1, size, size)),)


def run(*, num_epochs: int = 10, lr: float = 0.05, batch_size: int = 128,
        resize: int = 224, ratio: int = 4) -> dict:
    train_iter, test_iter = d2l.load_data_fashion_mnist(batch_size, resize=resize)
    X, = example_inputs(batch_size=1)
    net = build_net(ratio=ratio)
    layers = {'VGG-11': d2l.summary(vgg(conv_arch), X),
              f'VGG-11, 1/{ratio} of the channels': d2l.summary(net, X)}
    history = d2l.train_ch6(net, train_iter, test_iter, num_epochs, lr, d2l.try_gpu())
    return {'layers': layers, **history.record()}


if __name__ == '__main__':
    d2l.main(run)
