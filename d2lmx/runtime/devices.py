"""Where arrays live, and how a batch reaches several devices."""
import random

import mxnet as mx
import numpy as onp
from mxnet import npx
from mxnet.gluon.utils import split_and_load

__all__ = ['try_gpu', 'try_all_gpus', 'as_devices', 'split_batch', 'set_seed']


def try_gpu(i: int = 0):
    """GPU number i where the machine has it, else the CPU.

    Book: 5.6 (sec_use_gpu)
    """
    return npx.gpu(i) if npx.num_gpus() >= i + 1 else npx.cpu()


def try_all_gpus() -> list:
    """All GPUs, or a list with the CPU alone.

    Book: 5.6 (sec_use_gpu)
    """
    return [npx.gpu(i) for i in range(npx.num_gpus())] or [npx.cpu()]


def as_devices(device) -> list:
    """A list of devices from one device, a list of them, or None (all GPUs).

    Book: 12.5 (sec_multi_gpu)
    """
    if device is None:
        return try_all_gpus()
    return list(device) if isinstance(device, (list, tuple)) else [device]


def split_batch(X, y, devices):
    """Shards of a batch, one a device: (list of X shards, list of y shards).

    X (batch, ...), y (batch, ...). The first shards take one example more each where
    the batch does not divide. devices None: one shard, left where it is.
    ValueError where X and y differ in length, and for fewer examples than devices.

    Book: 12.5 (sec_multi_gpu)
    """
    if X.shape[0] != y.shape[0]:
        raise ValueError(f'X and y must hold as many examples, got {X.shape[0]} '
                         f'and {y.shape[0]}')
    if devices is None:
        return [_in_own_memory(X)], [_in_own_memory(y)]
    if X.shape[0] < len(devices):
        raise ValueError(f'a batch of {X.shape[0]} cannot be split over {len(devices)} '
                         'devices: choose another batch size, or drop the last batch')
    # book: even_split=True there, which refuses the last, smaller batch
    return (split_and_load(X, devices, even_split=False),
            split_and_load(y, devices, even_split=False))


def _in_own_memory(array):
    """The array, out of the shared memory through which DataLoader workers hand it on.

    A hybridized network refuses shared memory: to it that is another device.
    """
    shared = array.ctx.device_type in ('cpu_shared', 'cpu_pinned')
    return array.as_in_ctx(npx.cpu()) if shared else array


def set_seed(seed: int) -> None:
    """Seed MXNet (initial weights, dropout, ``np.random``), NumPy and Python.

    On one machine and one thread count a seeded run repeats bit by bit.

    Book: 2.6 (sec_prob)
    """
    mx.random.seed(seed)
    onp.random.seed(seed)
    random.seed(seed)
