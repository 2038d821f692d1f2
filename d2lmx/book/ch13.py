"""Training on all devices as chapter 13 spells it."""
from mxnet import gluon

from ..runtime.devices import split_batch, try_all_gpus
from ..train.engine import fit
from ..train.evaluate import evaluate_accuracy
from ..train.steps import classification_step
from ..viz.animator import Animator
from .ch03 import TRAIN_LEGEND, animate

__all__ = ['train_batch_ch13', 'train_ch13']


def ch13_step(net, loss, trainer, devices, split_f):
    """The `classification_step` of a trainer that lets parameters without a new
    gradient be, such as those of a part that a batch does not use."""
    updater = trainer
    if isinstance(trainer, gluon.Trainer):
        def updater(batch_size):
            trainer.step(batch_size, ignore_stale_grad=True)
    step = classification_step(net, loss, updater, devices, split_f)
    step.trains = (net, trainer)
    return step


def train_batch_ch13(net, features, labels, loss, trainer, devices,
                     split_f=split_batch):
    """Train on one batch: (sum of its losses, number of right predictions).

    features (batch, ...), or what split_f takes; labels (batch,), or (batch, h, w) with
    a class for each pixel. Waits for both numbers. Errors as of `classification_step`.

    Book: 13.1 (sec_image_augmentation)
    """
    sums = ch13_step(net, loss, trainer, devices, split_f)(features, labels)
    return float(sums['train loss'][0]), float(sums['train acc'][0])


def train_ch13(net, train_iter, test_iter, loss, trainer, num_epochs, devices=None,
               split_f=split_batch):
    """Train a network as it is, each batch on all devices; prints the closing lines.

    Parameters
    ----------
    net
        An initialized block, on the devices.
    train_iter, test_iter
        Batches of X and y, as of `classification_step`; both sized.
    loss
        One value an example: ``loss(net(X), y)``.
    devices
        A list; None: all GPUs, or those chosen for the run.
    split_f
        ``(X, y, devices) -> (X shards, y shards)``.

    Returns the `History`; its five points an epoch are running means since the epoch's
    start: of the losses over the examples, of the accuracy over all labels.

    Book: 13.1 (sec_image_augmentation)
    """
    devices = try_all_gpus() if devices is None else devices
    animator = Animator(xlabel='epoch', ylabel='loss, accuracy', xlim=[1, num_epochs],
                        ylim=[0, 1], legend=TRAIN_LEGEND)
    history = fit(
        ch13_step(net, loss, trainer, devices, split_f), train_iter, num_epochs,
        points_per_epoch=5, watch=animate(animator),
        evaluate=lambda: {'test acc': evaluate_accuracy(net, test_iter,
                                                        split_f=split_f)})
    print(', '.join(f'{name.replace("train loss", "loss")} {history[name]:.3f}'
                    for name in TRAIN_LEGEND))
    # book: its clock leaves out the loading of data
    print(f'{history.examples_per_sec:.1f} examples/sec on {devices}')
    return history
