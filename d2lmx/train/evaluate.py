"""Metrics of a network over a data set, in prediction mode."""
from ..errors import InputError
from ..metrics import num_correct
from ..runtime.devices import split_batch
from .engine import RunningMeans
from .ranges import TokenCheck, check_classes, check_labels
from .replicas import devices_of

__all__ = ['evaluate_accuracy', 'evaluate_loss']


def mean_over_shards(measure, net, data_iter, devices, split_f=split_batch):
    """Mean of ``measure(net(X), y) -> (sum, count)`` over all shards of all batches.

    devices None: those that hold net; a batch of fewer examples goes to the first.
    """
    devices, check_tokens = devices or devices_of(net), TokenCheck(net)
    means = RunningMeans()
    for X, y in data_iter:
        if not len(y):  # a worker may be left without a share of the last examples
            means.add({'mean': (0.0, 0)})
            continue
        check_tokens(X)
        for X_shard, y_shard in zip(*split_f(X, y, devices and devices[:y.shape[0]])):
            means.add({'mean': measure(net(X_shard), y_shard)})
    result = means.means()
    if not result:
        raise InputError('data_iter gave no batch: there is nothing to evaluate on')
    return result['mean']


def evaluate_accuracy(net, data_iter, devices=None, split_f=split_batch) -> float:
    """Share of right predictions in [0, 1]; net may be any function of X.

    devices: a list over which batches are split; None means those that hold net, where
    it is a block, and where the arrays are, where it is a function.
    split_f: ``(X, y, devices) -> (X shards, y shards)``, which splits them.
    ValueError where data_iter is empty, and for a label that has no column in the
    scores, but for -1, which is never right.

    Book: 3.6 (sec_softmax_scratch)
    """
    def measure(y_hat, y):
        correct = num_correct(y_hat, y)
        if y_hat.ndim > 1 and y_hat.shape[1] > 1:  # scores, not classes
            check_classes(y.asnumpy(), y_hat.shape[1], least=-1)  # -1: ignored
        return correct, y.size

    return mean_over_shards(measure, net, data_iter, devices, split_f)


def evaluate_loss(net, data_iter, loss, devices=None) -> float:
    """Mean of the loss over all elements that ``loss(net(X), y)`` gives.

    devices and errors as in `evaluate_accuracy`.

    Book: 4.4 (sec_model_selection)
    """
    def measure(y_hat, y):
        check_labels(y, y_hat, loss)
        l = loss(y_hat, y)
        return l.sum(), l.size

    return mean_over_shards(measure, net, data_iter, devices)
