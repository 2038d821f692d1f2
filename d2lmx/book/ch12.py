"""Evaluation on several devices as chapter 12 spells it."""
from ..runtime.devices import split_batch
from ..train.evaluate import evaluate_accuracy

__all__ = ['evaluate_accuracy_gpus']


def evaluate_accuracy_gpus(net, data_iter, split_f=split_batch) -> float:
    """Share of right predictions of a block, computed on all devices that hold it.

    split_f: ``(X, y, devices) -> (X shards, y shards)``.

    Book: 12.6 (sec_multi_gpu_concise)
    """
    return evaluate_accuracy(net, data_iter, split_f=split_f)
