"""Logistic regression as a neuron (作为神经元的逻辑回归)

Source: deep-learning-specialization, topic 1

Three things are said of a single neuron, a weighted sum below a sigmoid. Its gradient
is the error times the input, which is held here against what autograd finds. It learns
to tell one garment from the nine others: on examples that it has not seen it must be
wrong less than half as often as whoever always says no. And its border is a straight
line: a ring around a disc is beyond it, until it is given the squares of its inputs as
well.
"""
from typing import Literal

import numpy as onp
from mxnet import autograd, gluon, np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels')
SMOKE = dict(num_seeds=2, num_epochs=3, num_train=320, num_valid=320, num_points=200)
RANGES = dict(num_seeds=(1, 100), num_train=(1, 30000), num_valid=(1, 30000),
              num_points=(4, 10 ** 5))
Garment = Literal['t-shirt', 'trouser', 'pullover', 'dress', 'coat', 'sandal', 'shirt',
                  'sneaker', 'bag', 'ankle boot']


def build_net():
    """One neuron without its sigmoid. X (batch, ...) -> score (batch, 1)."""
    net = nn.HybridSequential()
    net.add(nn.Dense(1))
    return net


def example_inputs(batch_size=2):
    return (np.random.uniform(size=(batch_size, 1, 28, 28)),)


def gradient_by_hand(X, y, w, b):
    """Of the mean loss of examples X (n, d), y (n,): with respect to w (d,) and b."""
    error = 1 / (1 + onp.exp(-(X @ w + b))) - y  # (n,)
    return X.T @ error / len(y), error.mean()


def gradient_by_autograd(X, y, w, b):
    """The same, by the network and its loss."""
    net, loss = build_net(), gluon.loss.SigmoidBinaryCrossEntropyLoss()
    net.initialize()
    net(np.array(X))
    net[0].weight.set_data(np.array(w).reshape(1, -1))
    net[0].bias.set_data(np.array([b]))
    with autograd.record():
        l = loss(net(np.array(X)), np.array(y)).mean()
    l.backward()
    return [param.grad().asnumpy().reshape(-1) for param in (net[0].weight,
                                                             net[0].bias)]


def difference_of_gradients(X, y):
    """By how much both differ, as a share of the largest, at weights drawn by chance.
    """
    X = X.reshape(len(X), -1)
    w = onp.random.normal(0, 0.1, X.shape[1]).astype('float32')
    pairs = zip(gradient_by_hand(X, y, w, onp.float32(0.5)),
                gradient_by_autograd(X, y, w, onp.float32(0.5)))
    return max(float(abs(ours - theirs).max() / abs(theirs).max())
               for ours, theirs in pairs)


def with_squares(X):
    """X (n, 2) -> (n, 4): each input, and its square."""
    return np.concatenate([X, X ** 2], axis=1)


def train(data, valid_data, num_epochs, lr, batch_size):
    """A neuron that has learnt from (X, y), and the history of its training."""
    net = build_net()
    net.initialize(ctx=d2l.try_all_gpus())
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': lr})
    history = d2l.fit(
        d2l.logistic_step(net, trainer), d2l.load_array(data, batch_size), num_epochs,
        evaluate=lambda: {'valid acc': d2l.logistic_accuracy(net, *valid_data)})
    return net, history


def learn_a_garment(garment, num_train, num_valid, num_epochs, lr, batch_size):
    """How one garment is told from the rest; the network and its history."""
    names = d2l.get_fashion_mnist_labels(range(10))
    parts = [(X, (y == names.index(garment)).astype('float32'))
             for X, y in d2l.sample_garments(num_train, num_valid)]
    net, history = train(*parts, num_epochs, lr, batch_size)
    return {'gradients differ by': difference_of_gradients(*parts[0]),
            'error': 1 - history['valid acc'],
            'error of always no': float(parts[1][1].mean())}, net, history


def learn_a_ring(num_points, num_epochs, lr, batch_size):
    """Accuracy on new points without and with squares; what draws the last."""
    (X, y), new = d2l.ring(num_points), d2l.ring(num_points)
    squares = [(with_squares(np.array(X)), y) for X, y in ((X, y), new)]
    line, history = train((X, y), new, num_epochs, lr, batch_size)
    curve, history_of_squares = train(*squares, num_epochs, lr, batch_size)

    def draw():
        d2l.show_decisions(line, X, y, 'x1, x2')
        d2l.show_decisions(lambda X: curve(with_squares(X)), X, y,
                           'x1, x2 and their squares')

    return {'a line on the ring': history['valid acc'],
            'squares on the ring': history_of_squares['valid acc']}, draw


def claims(found, garment):
    """The three claims, beside what each seed gave."""
    difference, error, always, line, squares = found.values()
    return [
        d2l.claim("the gradient is the error times the input, as autograd's",
                  {'relative difference': difference}, max(difference) < 1e-5),
        d2l.claim(f'one neuron tells a garment ({garment}) from the rest',
                  {'error': error, 'error of always no': always},
                  all(2 * e < a for e, a in zip(error, always))),
        d2l.claim('a ring is beyond a line, and not beyond squares',
                  {'accuracy of a line': line, 'accuracy with squares': squares},
                  max(line) < 0.8 and min(squares) > 0.95)]


def run(*, num_seeds: int = 3, garment: Garment = 'sneaker', num_epochs: int = 20,
        lr: float = 0.1, batch_size: int = 32, num_train: int = 5000,
        num_valid: int = 5000, num_points: int = 400) -> dict:
    last = {}

    def measure():
        row, last['net'], last['history'] = learn_a_garment(
            garment, num_train, num_valid, num_epochs, lr, batch_size)
        ring, last['draw'] = learn_a_ring(num_points, num_epochs, lr, batch_size)
        return {**row, **ring}

    found = d2l.over_seeds(measure, num_seeds)
    d2l.plot_history(last['history'])
    weight = last['net'][0].weight.data(d2l.try_gpu()).reshape(28, 28)
    d2l.show_images([weight], 1, 1, [f'weights: {garment}'], scale=2.5)
    last['draw']()
    return {'claims': claims(found, garment), **last['history'].record()}


if __name__ == '__main__':
    d2l.main(run)
