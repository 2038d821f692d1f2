"""Dropout (暂退法)

Source: chapter_multilayer-perceptrons/dropout
"""
from typing import Literal

from mxnet import autograd, gluon, init, np, npx
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels',
        'fashion_mnist_test_images', 'fashion_mnist_test_labels')
SMOKE = dict(num_epochs=4, batch_size=64, lr=0.2)
# printed, then 3 % (loss) and 1 % (acc) about the builds' median, or their range (test)
PRINTED = [
    ({}, {'train loss': (0.348, 0.341, 0.363), 'train acc': (0.872, 0.862, 0.88),
          'test acc': (0.877, 0.864, 0.877)}),
    ({'variant': 'concise'},
     {'train loss': (0.346, 0.339, 0.361), 'train acc': (0.874, 0.862, 0.88),
      'test acc': (0.866, 0.847, 0.866)})]
num_inputs, num_outputs = 784, 10


def dropout_layer(X, dropout):
    """X with elements zeroed by chance, the others scaled so that the mean is kept.

    dropout: the chance; ValueError unless 0 <= dropout <= 1.
    """
    if not 0 <= dropout <= 1:
        raise ValueError(f'dropout is a chance in [0, 1], got {dropout}')
    if dropout == 1:
        return np.zeros_like(X)
    if dropout == 0:
        return X
    mask = np.random.uniform(0, 1, X.shape) > dropout
    return mask.astype('float32') * X / (1 - dropout)


def dropout_examples():
    """What the layer makes of 0 to 15 for three chances."""
    X = np.arange(16).reshape(2, 8)
    return {f'dropout {p:g}': dropout_layer(X, p).tolist() for p in (0, 0.5, 1)}


def init_params(num_hiddens1, num_hiddens2):
    """Weights and biases of three layers, with room for gradients."""
    sizes = [num_inputs, num_hiddens1, num_hiddens2, num_outputs]
    params = []
    for n_in, n_out in zip(sizes, sizes[1:]):
        params += [np.random.normal(scale=0.01, size=(n_in, n_out)), np.zeros(n_out)]
    for param in params:
        param.attach_grad()
    return params


def make_net(params, dropout1, dropout2):
    """The function net, with these parameters and chances."""
    W1, b1, W2, b2, W3, b3 = params

    def net(X):
        X = X.reshape(-1, num_inputs)
        H1 = npx.relu(np.dot(X, W1) + b1)   # (batch, num_hiddens1)
        if autograd.is_training():          # no dropout in prediction
            H1 = dropout_layer(H1, dropout1)
        H2 = npx.relu(np.dot(H1, W2) + b2)  # (batch, num_hiddens2)
        if autograd.is_training():
            H2 = dropout_layer(H2, dropout2)
        return np.dot(H2, W3) + b3          # (batch, num_outputs)

    return net


def build_net(num_hiddens1=256, num_hiddens2=256, dropout1=0.2, dropout2=0.5):
    """Two hidden layers with dropout. X (batch, 1, 28, 28) -> scores (batch, 10)."""
    net = nn.HybridSequential()
    net.add(nn.Dense(num_hiddens1, activation='relu'),
            nn.Dropout(dropout1),
            nn.Dense(num_hiddens2, activation='relu'),
            nn.Dropout(dropout2),
            nn.Dense(num_outputs))
    return net


def example_inputs(batch_size=2):
    return (np.random.uniform(size=(batch_size, 1, 28, 28)),)


def run(*, variant: Literal['scratch', 'concise'] = 'scratch', num_epochs: int = 10,
        lr: float = 0.5, batch_size: int = 256, num_hiddens1: int = 256,
        num_hiddens2: int = 256, dropout1: float = 0.2, dropout2: float = 0.5) -> dict:
    examples = dropout_examples()
    train_iter, test_iter = d2l.load_data_fashion_mnist(batch_size)
    if variant == 'scratch':
        params = init_params(num_hiddens1, num_hiddens2)
        net = make_net(params, dropout1, dropout2)

        def updater(batch_size):
            d2l.sgd(params, lr, batch_size)

        state = params
    else:
        net = build_net(num_hiddens1, num_hiddens2, dropout1, dropout2)
        net.initialize(init.Normal(sigma=0.01))
        updater = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': lr})
        state = net, updater
    history = d2l.train_ch3(net, train_iter, test_iter,
                            gluon.loss.SoftmaxCrossEntropyLoss(), num_epochs, updater,
                            trains=state)
    return {'dropout_layer': examples, **history.record()}


if __name__ == '__main__':
    d2l.main(run)
