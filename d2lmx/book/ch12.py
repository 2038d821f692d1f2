"""Evaluation on several devices as chapter 12 spells it."""
from ..runtime.devices import split_batch
from ..train.evaluate import mean_over_shards
from ..metrics import num_correct
from ..train.replicas import devices_of

__all__ = ['evaluate_accuracy_gpus']


def evaluate_accuracy_gpus(net, data_iter, split_f=split_batch) -> float:
    """Share of right predictions of a block, computed on all devices that hold it.

    split_f: ``(X, y, devices) -> (X shards, y shards)``.

    Book: 12.6 (sec_multi_gpu_concise)
    """
    def measure(y_hat, y):
        return num_correct(y_hat, y), y.size

    return mean_over_shards(measure, net, data_iter, devices_of(net), split_f)
