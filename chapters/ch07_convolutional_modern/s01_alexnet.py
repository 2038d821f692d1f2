"""Deep convolutional networks: AlexNet (深度卷积神经网络 AlexNet)

Source: chapter_convolutional-modern/alexnet
"""
from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels',
        'fashion_mnist_test_images', 'fashion_mnist_test_labels')
SMOKE = dict(num_epochs=1, lr=0.05, batch_size=64, resize=67)
RANGES = dict(resize=(67, 512))
PRINTED = [({}, {'train loss': (.333, .323, .343), 'train acc': (.878, .869, .887),
                 'test acc': (.891, .874, .894)})]


def build_net():
    """AlexNet. X (batch, 1, h, w), both at least 67 -> scores (batch, 10)."""
    net = nn.HybridSequential()
    net.add(nn.Conv2D(96, kernel_size=11, strides=4, activation='relu'),
            nn.MaxPool2D(pool_size=3, strides=2),
            nn.Conv2D(256, kernel_size=5, padding=2, activation='relu'),
            nn.MaxPool2D(pool_size=3, strides=2),
            nn.Conv2D(384, kernel_size=3, padding=1, activation='relu'),
            nn.Conv2D(384, kernel_size=3, padding=1, activation='relu'),
            nn.Conv2D(256, kernel_size=3, padding=1, activation='relu'),
            nn.MaxPool2D(pool_size=3, strides=2),
            nn.Dense(4096, activation='relu'), nn.Dropout(0.5),
            nn.Dense(4096, activation='relu'), nn.Dropout(0.5),
            nn.Dense(10))
    return net


def example_inputs(batch_size=2, size=224):
    return (np.random.uniform(size=(batch_size, 1, size, size)),)


def run(*, num_epochs: int = 10, lr: float = 0.01, batch_size: int = 128,
        resize: int = 224) -> dict:
    train_iter, test_iter = d2l.load_data_fashion_mnist(batch_size, resize=resize)
    net = build_net()
    layers = d2l.summary(net, *example_inputs(batch_size=1))
    history = d2l.train_ch6(net, train_iter, test_iter, num_epochs, lr, d2l.try_gpu())
    return {'layers': layers, **history.record()}


if __name__ == '__main__':
    d2l.main(run)
