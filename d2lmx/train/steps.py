"""What happens to one batch: a function for each kind of task.

A step's attribute ``state`` is what it trains, which `fit` saves within `Checkpoints`.
"""
from mxnet import autograd

from ..metrics import num_correct
from ..optim import as_updater
from ..runtime.devices import split_batch
from .replicas import clear_gradients, training_devices

__all__ = ['classification_step', 'regression_step']


def _backward(net, loss, X, y, devices):
    """Outputs, labels and losses of each shard, gradients computed; does not wait."""
    busy = devices and devices[:X.shape[0]]  # a last batch may be smaller than they are
    Xs, ys = split_batch(X, y, busy)
    with autograd.record():
        y_hats = [net(X_shard) for X_shard in Xs]
        ls = [loss(y_hat, y_shard) for y_hat, y_shard in zip(y_hats, ys)]
    autograd.backward(ls)
    if busy != devices:
        clear_gradients(net, devices[len(busy):])
    return y_hats, ys, ls


def _total(arrays):
    """Sum of arrays that may live on several devices, as one array on the first."""
    sums = [a.sum() for a in arrays]
    return sum((s.as_in_ctx(sums[0].ctx) for s in sums[1:]), sums[0])


def classification_step(net, loss, updater, devices=None):
    """A step for (X, y) with one class an example: reports loss and accuracy.

    net maps X (batch, ...) to scores (batch, classes); y (batch,). loss gives one
    value an example. updater is a `gluon.Trainer` or a function of the batch size.
    devices: a list, over which each batch is split. None: those chosen for the run
    with ``--devices``, else those that hold net; a net that is a function trains where
    its arrays are.

    Book: 3.6 (sec_softmax_scratch)
    """
    update, devices = as_updater(updater), training_devices(net, devices)

    def step(X, y):
        y_hats, ys, ls = _backward(net, loss, X, y, devices)
        update(X.shape[0])
        correct = [num_correct(y_hat, y_shard) for y_hat, y_shard in zip(y_hats, ys)]
        return {'train loss': (_total(ls), y.size),
                'train acc': (_total(correct), y.size)}

    step.state = net, updater
    return step


def regression_step(net, loss, updater, devices=None):
    """A step for (X, y) with numeric targets: reports the loss.

    Arguments as in `classification_step`.

    Book: 3.2 (sec_linear_scratch)
    """
    update, devices = as_updater(updater), training_devices(net, devices)

    def step(X, y):
        _, _, ls = _backward(net, loss, X, y, devices)
        update(X.shape[0])
        return {'train loss': (_total(ls), sum(l.size for l in ls))}

    step.state = net, updater
    return step
