"""Linear regression implementation from scratch (线性回归的从零开始实现)

Source: chapter_linear-networks/linear-regression-scratch
"""
import random

from mxnet import autograd, np

import d2lmx as d2l

SMOKE = dict(num_epochs=2)
# 0.000051 or 0.000052 in every build
PRINTED = [({}, {'loss after each epoch/2': (5.1e-5, 5.05e-5, 5.25e-5)})]


def plot_data(features, labels):
    """Draw the labels over the second feature."""
    d2l.set_figsize()
    _, axes = d2l.plt.subplots()
    axes.scatter(features[:, 1].asnumpy(), labels.asnumpy(), 1)
    axes.set_xlabel('second feature')
    axes.set_ylabel('label')


def data_iter(batch_size, features, labels):
    """Batches in random order: X (batch, num_inputs), y (batch, 1)."""
    num_examples = len(features)
    indices = list(range(num_examples))
    random.shuffle(indices)
    for i in range(0, num_examples, batch_size):
        batch_indices = np.array(indices[i:i + batch_size], dtype='int64')
        yield features[batch_indices], labels[batch_indices]


def init_params(num_inputs):
    """Random weights w (num_inputs, 1) and zero bias b (1,), with gradients."""
    w = np.random.normal(0, 0.01, (num_inputs, 1))
    b = np.zeros(1)
    w.attach_grad()
    b.attach_grad()
    return w, b


def train(features, labels, w, b, num_epochs, lr, batch_size):
    """Train w and b in place; the mean loss over all examples after each epoch."""
    net, loss, history = d2l.linreg, d2l.squared_loss, d2l.History()
    # range(num_epochs), but for checkpoints, which save w, b and the history
    for epoch in d2l.epochs(num_epochs, (w, b), history):
        for X, y in data_iter(batch_size, features, labels):
            with autograd.record():
                l = loss(net(X, w, b), y)  # (batch, 1)
            l.backward()
            # book: divides by batch_size in a smaller last batch too
            d2l.sgd([w, b], lr, len(X))
        l = loss(net(features, w, b), labels).mean()
        history.add(epoch + 1, {'loss': l})
    return [l for _, l in history.series['loss']]


def run(*, num_examples: int = 1000, num_epochs: int = 3, lr: float = 0.03,
        batch_size: int = 10) -> dict:
    true_w, true_b = np.array([2, -3.4]), 4.2
    features, labels = d2l.synthetic_data(true_w, true_b, num_examples)
    plot_data(features, labels)
    X, y = next(data_iter(batch_size, features, labels))
    w, b = init_params(len(true_w))
    losses = train(features, labels, w, b, num_epochs, lr, batch_size)
    return {'first example': {'features': features[0].tolist(),
                              'label': labels[0].tolist()},
            'a batch': {'X': X.tolist(), 'y': y.tolist()},
            'loss after each epoch': losses,
            'error of w': (true_w - w.reshape(true_w.shape)).tolist(),
            'error of b': (true_b - b).tolist()}


if __name__ == '__main__':
    d2l.main(run)
