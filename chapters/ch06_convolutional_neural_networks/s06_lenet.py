"""Convolutional neural networks: LeNet (卷积神经网络 LeNet)

Source: chapter_convolutional-neural-networks/lenet
"""
from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels',
        'fashion_mnist_test_images', 'fashion_mnist_test_labels')
SMOKE = dict(num_epochs=2, batch_size=64)
# printed, then 3 % (loss) and 1 % (acc) about the builds' median, or their range (test)
PRINTED = [({}, {'train loss': (0.473, 0.458, 0.486),
                 'train acc': (0.823, 0.814, 0.830),
                 'test acc': (0.827, 0.765, 0.834)})]


def build_net():
    """LeNet-5 with sigmoids. X (batch, 1, 28, 28) -> scores (batch, 10)."""
    net = nn.HybridSequential()
    net.add(nn.Conv2D(channels=6, kernel_size=5, padding=2, activation='sigmoid'),
            nn.AvgPool2D(pool_size=2, strides=2),
            nn.Conv2D(channels=16, kernel_size=5, activation='sigmoid'),
            nn.AvgPool2D(pool_size=2, strides=2),
            nn.Dense(120, activation='sigmoid'),
            nn.Dense(84, activation='sigmoid'),
            nn.Dense(10))
    return net


def example_inputs(batch_size=2):
    return (np.random.uniform(size=(batch_size, 1, 28, 28)),)


def run(*, num_epochs: int = 10, lr: float = 0.9, batch_size: int = 256) -> dict:
    train_iter, test_iter = d2l.load_data_fashion_mnist(batch_size)
    net = build_net()
    history = d2l.train_ch6(net, train_iter, test_iter, num_epochs, lr, d2l.try_gpu())
    X, = example_inputs(batch_size=1)
    return {'layers': d2l.layer_shapes(build_net(), X), **history.record()}


if __name__ == '__main__':
    d2l.main(run)
