"""Residual networks: ResNet (残差网络 ResNet)

Source: chapter_convolutional-modern/resnet
"""
from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels',
        'fashion_mnist_test_images', 'fashion_mnist_test_labels')
SMOKE = dict(num_epochs=1, batch_size=64, resize=28)
PRINTED = [({}, {'train loss': (.013, .009, .018), 'train acc': (.996, .994, .999),
                 'test acc': (.924, .853, .930)})]


def residual_shapes():
    """What a block of each kind makes of X (4, 3, 6, 6)."""
    X = np.random.uniform(size=(4, 3, 6, 6))
    blocks = {'Residual(3)': d2l.Residual(3),
              'Residual(6, use_1x1conv=True, strides=2)':
                  d2l.Residual(6, use_1x1conv=True, strides=2)}
    shapes = {}
    for name, blk in blocks.items():
        blk.initialize()
        shapes[name] = list(blk(X).shape)
    return shapes


def resnet_block(num_channels, num_residuals, first_block=False):
    """Residual blocks; the first halves height and width, but in the first block."""
    blk = nn.HybridSequential()
    for i in range(num_residuals):
        if i == 0 and not first_block:
            blk.add(d2l.Residual(num_channels, use_1x1conv=True, strides=2))
        else:
            blk.add(d2l.Residual(num_channels))
    return blk


def build_net():
    """ResNet-18. X (batch, 1, h, w) of any size -> scores (batch, 10)."""
    net = nn.HybridSequential()
    net.add(nn.Conv2D(64, kernel_size=7, strides=2, padding=3),
            nn.BatchNorm(), nn.Activation('relu'),
            nn.MaxPool2D(pool_size=3, strides=2, padding=1),
            resnet_block(64, 2, first_block=True),
            resnet_block(128, 2),
            resnet_block(256, 2),
            resnet_block(512, 2),
            nn.GlobalAvgPool2D(), nn.Dense(10))
    return net


def example_inputs(batch_size=2, size=96):
    return (np.random.uniform(size=(batch_size, 1, size, size)),)


def run(*, num_epochs: int = 10, lr: float = 0.05, batch_size: int = 256,
        resize: int = 96) -> dict:
    train_iter, test_iter = d2l.load_data_fashion_mnist(batch_size, resize=resize)
    net = build_net()
    layers = d2l.summary(net, *example_inputs(batch_size=1, size=224))
    history = d2l.train_ch6(net, train_iter, test_iter, num_epochs, lr, d2l.try_gpu())
    return {'blocks': residual_shapes(), 'layers': layers, **history.record()}


if __name__ == '__main__':
    d2l.main(run)
