"""Metrics of a network over a data set, in prediction mode."""
from ..metrics import num_correct
from ..runtime.devices import split_batch
from .engine import RunningMeans

__all__ = ['evaluate_accuracy', 'evaluate_loss']


def _mean(measure, net, data_iter, devices):
    """Mean of ``measure(net(X), y) -> (sum, count)`` over all shards of all batches."""
    means = RunningMeans()
    for X, y in data_iter:
        for X_shard, y_shard in zip(*split_batch(X, y, devices)):
            means.add({'mean': measure(net(X_shard), y_shard)})
    result = means.means()
    if not result:
        raise ValueError('data_iter gave no batch: there is nothing to evaluate on')
    return result['mean']


def evaluate_accuracy(net, data_iter, devices=None) -> float:
    """Share of right predictions in [0, 1]; net may be any function of X.

    devices: a list over which batches are split; None leaves arrays where they are.
    ValueError where data_iter is empty.

    Book: 3.6 (sec_softmax_scratch)
    """
    def measure(y_hat, y):
        return num_correct(y_hat, y), y.size

    return _mean(measure, net, data_iter, devices)


def evaluate_loss(net, data_iter, loss, devices=None) -> float:
    """Mean of the loss over all elements that ``loss(net(X), y)`` gives.

    devices and errors as in `evaluate_accuracy`.

    Book: 4.4 (sec_model_selection)
    """
    def measure(y_hat, y):
        l = loss(y_hat, y)
        return l.sum(), l.size

    return _mean(measure, net, data_iter, devices)
