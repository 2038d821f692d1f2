"""Optimisers on the airfoil data, and on a function of two variables."""
import time

from mxnet import autograd, gluon, init, nd
from mxnet.gluon import nn

from ..data.tables.airfoil import standardized
from ..runtime.checks import check_whole
from ..viz.lines import plot
from .places import find
from .training import data_iter, linreg, squared_loss

__all__ = ['get_data_ch7', 'train_2d', 'train_ch7', 'train_gluon_ch7']

EVERY = 100  # examples, after which the loss over all of them is a point of the figure


def get_data_ch7():
    """The airfoil measurements: features (1503, 5) and labels (1503,).

    Each column has mean 0 and variance 1. The file is ../data/airfoil_self_noise.dat,
    where it is there, else the hub's. BadData for one that is no such table.

    Edition 1: 7.3
    """
    data = standardized(find('../data/airfoil_self_noise.dat', 'airfoil'))
    return nd.array(data[:, :-1]), nd.array(data[:, -1])


def train_2d(trainer) -> list:
    """Minimise a function of two variables by 20 steps from (-5, -2).

    trainer: ``(x1, x2, s1, s2) -> (x1, x2, s1, s2)``, s1 and s2 being states that
    start at 0. Prints the last of the 21 points and returns all.

    Edition 1: 7.2
    """
    x1, x2, s1, s2 = -5, -2, 0, 0
    results = [(x1, x2)]
    for step in range(1, 21):
        x1, x2, s1, s2 = trainer(x1, x2, s1, s2)
        results.append((x1, x2))
    print(f'epoch {step}, x1 {float(x1):f}, x2 {float(x2):f}')
    return results


def train_ch7(trainer_fn, states, hyperparams, features, labels, batch_size: int = 10,
              num_epochs: int = 2) -> None:
    """Train a linear regression by an optimiser from scratch.

    trainer_fn: ``(params, states, hyperparams)``, updates params [w (d, 1), b (1,)] in
    place by the gradients of the mean loss of a batch. features (n, d), labels (n,).
    Prints the last loss over all examples and an epoch's seconds; draws the losses.

    Edition 1: 7.3
    """
    w = nd.random.normal(scale=0.01, shape=(features.shape[1], 1))
    b = nd.zeros(1)
    for param in (w, b):
        param.attach_grad()

    def mean_loss(y_hat, y):
        return squared_loss(y_hat, y).mean()

    def update():
        trainer_fn([w, b], states, hyperparams)

    _train(lambda X: linreg(X, w, b), mean_loss, update, features, labels, batch_size,
           num_epochs)


def train_gluon_ch7(trainer_name: str, trainer_hyperparams: dict, features, labels,
                    batch_size: int = 10, num_epochs: int = 2) -> None:
    """Train a linear regression by one of Gluon's optimisers, given by its name.

    Prints and draws as `train_ch7` does.

    Edition 1: 7.3
    """
    net = nn.Sequential()
    net.add(nn.Dense(1))
    net.initialize(init.Normal(sigma=0.01))
    trainer = gluon.Trainer(net.collect_params(), trainer_name, trainer_hyperparams)
    _train(net, gluon.loss.L2Loss(), lambda: trainer.step(batch_size), features, labels,
           batch_size, num_epochs)


def _train(net, loss, update, features, labels, batch_size, num_epochs):
    """The epochs; ``update()`` follows the gradients of ``loss(net(X), y)``."""
    def evaluate():
        return loss(net(features), labels).mean().asscalar()

    check_whole(num_epochs=num_epochs)
    epochs, losses, seconds = [0], [evaluate()], []
    for epoch in range(num_epochs):
        start, seen = time.perf_counter(), 0
        for X, y in data_iter(batch_size, features, labels):
            with autograd.record():
                l = loss(net(X), y)
            l.backward()
            update()
            seen += len(X)
            # edition 1: never looks at the loss of batches that 100 is no multiple of
            # nor a divisor of, and takes all points of the figure to be equally far
            if seen % EVERY == 0 or seen == len(features):
                epochs.append(epoch + seen / len(features))
                losses.append(evaluate())
        seconds.append(time.perf_counter() - start)
    print(f'loss: {losses[-1]:f}, {seconds[-1]:f} sec per epoch')
    plot(epochs, losses, 'epoch', 'loss')
