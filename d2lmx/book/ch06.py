"""Training on a device as chapter 6 spells it."""
from mxnet import gluon, init, npx

from ..runtime.devices import as_devices
from ..train.engine import fit
from ..train.evaluate import evaluate_accuracy
from ..train.replicas import devices_of
from ..train.steps import classification_step
from ..viz.animator import Animator
from .ch03 import TRAIN_LEGEND, animate

__all__ = ['evaluate_accuracy_gpu', 'train_ch6']


def evaluate_accuracy_gpu(net, data_iter, device=None):
    """Share of right predictions, on the device given, else where net's parameters are.

    net: X (batch, ...) -> scores (batch, classes); batches: X, y (batch,).

    Book: 6.6 (sec_lenet)
    """
    if device is None:
        device = (devices_of(net) or [npx.cpu()])[0]
    return evaluate_accuracy(net, data_iter, as_devices(device))


def train_ch6(net, train_iter, test_iter, num_epochs, lr, device):
    """Train by SGD from fresh Xavier weights; prints the book's closing lines.

    net: X (batch, channels, h, w) -> scores (batch, classes); batches: X, y (batch,).
    device: one device or a list. Returns the `History`; its five points an epoch are
    running means since the epoch's start, as in the book.

    Book: 6.6 (sec_lenet)
    """
    devices = as_devices(device)
    net.initialize(force_reinit=True, ctx=devices, init=init.Xavier())
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': lr})
    animator = Animator(xlabel='epoch', ylabel='loss, accuracy', xlim=[1, num_epochs],
                        legend=TRAIN_LEGEND)
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    loss.hybridize(static_alloc=True, static_shape=True)
    history = fit(
        classification_step(net, loss, trainer, devices), train_iter, num_epochs,
        points_per_epoch=5, watch=animate(animator),
        evaluate=lambda: {'test acc': evaluate_accuracy(net, test_iter, devices)})
    print(', '.join(f'{name.replace("train loss", "loss")} {history[name]:.3f}'
                    for name in TRAIN_LEGEND))
    # book: its clock leaves out the loading of data
    print(f'{history.examples_per_sec:.1f} examples/sec on '
          f'{", ".join(map(str, devices))}')
    return history
