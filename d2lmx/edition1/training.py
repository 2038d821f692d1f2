"""Batches, a regression from scratch, and the loop that trains classifiers."""
import time

import mxnet as mx
import numpy as onp
from mxnet import autograd, gluon, nd

from ..errors import InputError
from ..runtime.checks import check_whole
from ..runtime.devices import split_batch
from ..train.engine import RunningMeans
from ..train.ranges import check_classes, check_labels

__all__ = ['data_iter', 'evaluate_accuracy', 'linreg', 'sgd', 'squared_loss', 'train',
           'train_ch3', 'train_ch5']


def data_iter(batch_size: int, features, labels):
    """One pass over batches (features, labels) in random order; the last may be short.

    features (n, ...), labels (n, ...). The order is drawn from NumPy's global seed.
    InputError for another number of labels than of features, and for a batch_size that
    is no whole number of at least 1.

    Edition 1: 3.2
    """
    check_whole(batch_size=batch_size)
    if len(features) != len(labels):
        raise InputError(f'features and labels must hold as many examples, got '
                         f'{len(features)} and {len(labels)}')
    order = onp.random.permutation(len(features))
    for start in range(0, len(order), batch_size):
        chosen = nd.array(order[start:start + batch_size], dtype='int64')
        yield features.take(chosen), labels.take(chosen)


def linreg(X, w, b):
    """Linear regression: X (batch, d), w (d, 1), b (1,) -> (batch, 1).

    Edition 1: 3.2
    """
    return nd.dot(X, w) + b


def squared_loss(y_hat, y):
    """Half the squared error of each element: y_hat (batch, 1) -> (batch, 1).

    y has as many elements, in any shape.

    Edition 1: 3.2
    """
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2


def sgd(params, lr: float, batch_size: int) -> None:
    """One step of minibatch stochastic gradient descent, in place.

    params: arrays with gradients of the *sum* of the losses of batch_size examples.

    Edition 1: 3.2
    """
    for param in params:
        param[:] = param - lr * param.grad / batch_size


def evaluate_accuracy(data_iter, net, ctx=mx.cpu()) -> float:
    """Share of right predictions in [0, 1].

    data_iter gives batches X (batch, ...), y (batch, ...); net is any function of X ->
    scores (batch, classes, ...). ctx: a device, or a list of them over which each batch
    is split. InputError where there is no batch, and for a label without a score, but
    for -1, which is never right.

    Edition 1: 3.6
    """
    devices, means = devices_of(ctx), RunningMeans()
    for batch in passed(data_iter):
        for X, y in shards(batch, devices):
            y_hat = net(X)
            check_classes(y.asnumpy(), y_hat.shape[1], least=-1)  # -1: ignored
            means.add({'acc': accuracy(y_hat, y)})
    return means_of(means)['acc']


def train_ch3(net, train_iter, test_iter, loss, num_epochs: int, batch_size: int,
              params=None, lr: float = None, trainer=None) -> None:
    """Train a classifier on the CPU; prints loss and accuracies of each epoch.

    net: X (batch, ...) -> scores (batch, classes), a block or a function. loss:
    ``(y_hat, y)`` -> one loss an example. With a trainer it updates, else `sgd` does,
    which needs params and lr; gradients are divided by batch_size.

    Edition 1: 3.6
    """
    if trainer is None and (params is None or lr is None):
        raise InputError('give params and lr, which `sgd` updates, or a trainer')
    check_whole(batch_size=batch_size)

    def update(_):
        if trainer is None:
            sgd(params, lr, batch_size)
        else:
            trainer.step(batch_size)

    _train(net, train_iter, test_iter, loss, num_epochs, mx.cpu(), update)


def train_ch5(net, train_iter, test_iter, batch_size: int, trainer, ctx,
              num_epochs: int) -> None:
    """Train a classifier with softmax cross-entropy on one device.

    Prints loss, accuracies and seconds of each epoch. net: X (batch, ...) -> scores
    (batch, classes), on ctx as its trainer; gradients are divided by batch_size.

    Edition 1: 5.5
    """
    check_whole(batch_size=batch_size)
    print('training on', ctx)
    _train(net, train_iter, test_iter, gluon.loss.SoftmaxCrossEntropyLoss(), num_epochs,
           ctx, lambda _: trainer.step(batch_size), timed=True)


def train(train_iter, test_iter, net, loss, trainer, ctx, num_epochs: int) -> None:
    """Train a classifier on one device or several, over which each batch is split.

    Prints loss, accuracies and seconds of each epoch. net: X (batch, ...) -> scores
    (batch, classes, ...), on ctx as its trainer. loss: ``(y_hat, y)`` -> one loss an
    example. ctx: a device or a list of them. Gradients are divided by the examples of
    their batch.

    Edition 1: 9.1
    """
    devices = devices_of(ctx)
    print('training on', ctx)
    _train(net, train_iter, test_iter, loss, num_epochs, devices, trainer.step,
           timed=True)


def _train(net, train_iter, test_iter, loss, num_epochs, ctx, update, timed=False):
    """The epochs of all that train here; ``update(examples)`` follows each batch."""
    check_whole(num_epochs=num_epochs)
    devices = devices_of(ctx)
    for epoch in range(1, num_epochs + 1):
        start, means = time.perf_counter(), RunningMeans()
        for batch in passed(train_iter):
            parts = shards(batch, devices)
            with autograd.record():
                y_hats = [net(X) for X, _ in parts]
                ls = [loss(y_hat, y) for y_hat, (_, y) in zip(y_hats, parts)]
            for (_, y), y_hat in zip(parts, y_hats):
                check_labels(y, y_hat, loss)
            autograd.backward(ls)
            update(sum(len(X) for X, _ in parts))
            for (_, y), y_hat, l in zip(parts, y_hats, ls):
                means.add({'loss': (l.sum().asscalar(), l.size),
                           'acc': accuracy(y_hat, y)})
        trained = means_of(means)
        test_acc = evaluate_accuracy(test_iter, net, devices)
        print(f'epoch {epoch}, loss {trained["loss"]:.4f}, train acc '
              f'{trained["acc"]:.3f}, test acc {test_acc:.3f}'
              + f', time {time.perf_counter() - start:.1f} sec' * timed)


def passed(data_iter):
    """What gives the batches of one pass: MXNet's own iterators are set back first."""
    if isinstance(data_iter, mx.io.DataIter):
        data_iter.reset()
    return data_iter


def devices_of(ctx) -> list:
    """A device, or a list of them, as a list; InputError for anything else."""
    devices = list(ctx) if isinstance(ctx, (list, tuple)) else [ctx]
    if not devices or not all(isinstance(device, mx.Context) for device in devices):
        raise InputError('ctx must be a device, such as mx.cpu(), or a list of them, '
                         f'got {ctx!r}')
    return devices


def shards(batch, devices) -> list:
    """Pairs (X, y) of a batch, one a device; y float32, as arg-max is."""
    X, y = (batch.data[0], batch.label[0]) if isinstance(
        batch, mx.io.DataBatch) else batch
    return list(zip(*split_batch(X, y.astype('float32'), devices)))


def accuracy(y_hat, y):
    """(right predictions, labels) of scores (batch, classes, ...), y (batch, ...)."""
    right = y_hat.argmax(axis=1).astype('float32') == y
    return right.sum().asscalar(), y.size


def means_of(means) -> dict:
    """`RunningMeans.means`; InputError where no batch came."""
    values = means.means()
    if not values:
        raise InputError('the data gave no batch: is it empty, or a generator, which '
                         'gives its batches once?')
    return values
