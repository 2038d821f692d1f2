"""Multilayer perceptrons from scratch (多层感知机的从零开始实现)

Source: chapter_multilayer-perceptrons/mlp-scratch
"""
from mxnet import gluon, np

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels',
        'fashion_mnist_test_images', 'fashion_mnist_test_labels')
SMOKE = dict(num_epochs=2, batch_size=64)
# printed, then 3 % (loss) and 1 % (acc) about the builds' median, or their range (test)
PRINTED = [({}, {'train loss': (0.385, 0.373, 0.397),
                 'train acc': (0.863, 0.854, 0.872),
                 'test acc': (0.831, 0.831, 0.858)})]
num_inputs, num_outputs = 784, 10


def init_params(num_hiddens):
    """Small random weights, biases of zero, with room for gradients."""
    W1 = np.random.normal(scale=0.01, size=(num_inputs, num_hiddens))
    b1 = np.zeros(num_hiddens)
    W2 = np.random.normal(scale=0.01, size=(num_hiddens, num_outputs))
    b2 = np.zeros(num_outputs)
    params = [W1, b1, W2, b2]
    for param in params:
        param.attach_grad()
    return params


def relu(X):
    return np.maximum(X, 0)


def make_net(W1, b1, W2, b2):
    """The function net, with these parameters."""
    def net(X):
        X = X.reshape(-1, num_inputs)
        H = relu(np.dot(X, W1) + b1)  # (batch, num_hiddens)
        return np.dot(H, W2) + b2     # (batch, num_outputs)

    return net


def run(*, num_epochs: int = 10, lr: float = 0.1, batch_size: int = 256,
        num_hiddens: int = 256) -> dict:
    train_iter, test_iter = d2l.load_data_fashion_mnist(batch_size)
    params = init_params(num_hiddens)
    net = make_net(*params)
    loss = gluon.loss.SoftmaxCrossEntropyLoss()

    def updater(batch_size):
        d2l.sgd(params, lr, batch_size)

    history = d2l.train_ch3(net, train_iter, test_iter, loss, num_epochs, updater,
                            trains=params)
    d2l.predict_ch3(net, test_iter)
    return history.record()


if __name__ == '__main__':
    d2l.main(run)
