"""Concise implementation of softmax regression (softmax回归的简洁实现)

Source: chapter_linear-networks/softmax-regression-concise
"""
from mxnet import gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels',
        'fashion_mnist_test_images', 'fashion_mnist_test_labels')
SMOKE = dict(num_epochs=2, batch_size=64)
# printed, then 3 % (loss) and 1 % (acc) about the builds' median, or their range (test)
PRINTED = [({}, {'train loss': (0.451, 0.437, 0.465),
                 'train acc': (0.846, 0.838, 0.854),
                 'test acc': (0.841, 0.829, 0.845)})]


def build_net():
    """One linear layer. X (batch, 1, 28, 28) -> scores (batch, 10)."""
    net = nn.HybridSequential()
    net.add(nn.Dense(10))
    return net


def example_inputs(batch_size=2):
    return (np.random.uniform(size=(batch_size, 1, 28, 28)),)


def run(*, num_epochs: int = 10, lr: float = 0.1, batch_size: int = 256) -> dict:
    train_iter, test_iter = d2l.load_data_fashion_mnist(batch_size)
    net = build_net()
    net.initialize(init.Normal(sigma=0.01))
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': lr})
    history = d2l.train_ch3(net, train_iter, test_iter, loss, num_epochs, trainer)
    return history.record()


if __name__ == '__main__':
    d2l.main(run)
