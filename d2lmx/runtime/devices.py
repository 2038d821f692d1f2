"""Where arrays live, and how a batch reaches several devices."""
import contextlib
import random
import re

import mxnet as mx
import numpy as onp
from mxnet import npx
from mxnet.gluon.utils import split_and_load

__all__ = ['try_gpu', 'try_gpus', 'try_all_gpus', 'as_devices', 'split_batch',
           'set_seed', 'parse_devices', 'use_devices', 'chosen_devices']

_choices = []  # lists of devices that `use_devices` put in force, the last one valid
_asked = set()  # places in _choices of those that somebody trained on


def try_gpu(i: int = 0):
    """GPU number i where the machine has it, else the CPU.

    Where devices were chosen for the run, the one at place i among them, else the CPU.

    Book: 5.6 (sec_use_gpu)
    """
    if _choices:
        return _choices[-1][i] if i < len(_choices[-1]) else npx.cpu()
    return npx.gpu(i) if npx.num_gpus() >= i + 1 else npx.cpu()


def try_gpus(n: int) -> list:
    """n devices: GPUs, or n contexts of the CPU where the machine has fewer.

    Contexts of the CPU are as far apart as GPUs to a network, and share the cores.
    Where devices were chosen for the run, the first n of them count as the GPUs.

    Book: 12.5 (sec_multi_gpu)
    """
    gpus = try_all_gpus()[:n]
    return gpus if len(gpus) == n else [npx.cpu(i) for i in range(n)]


def try_all_gpus() -> list:
    """All GPUs, or a list with the CPU alone; the devices chosen for the run, if any.

    Book: 5.6 (sec_use_gpu)
    """
    return (chosen_devices() or [npx.gpu(i) for i in range(npx.num_gpus())]
            or [npx.cpu()])


def as_devices(device) -> list:
    """A list of devices from one device, a list of them, or None (all GPUs).

    Where devices were chosen for the run, `try_gpu()` stands for all of them: a page
    that trains on one device trains on those.

    Book: 12.5 (sec_multi_gpu)
    """
    if device is None:
        return try_all_gpus()
    if isinstance(device, (list, tuple)):
        return list(device)
    return chosen_devices() if _choices and device == _choices[-1][0] else [device]


def parse_devices(text: str) -> list:
    """Devices from text: 'cpu:4' (four contexts of the CPU), 'gpu:0,1' (these GPUs).

    'cpu' is one context, 'gpu' all GPUs. ValueError for other texts, for a device
    named twice, and for a GPU that the machine has not.

    Book: 12.5 (sec_multi_gpu)
    """
    match = re.fullmatch(r'cpu(?::([1-9]\d?))?|gpu(?::(\d+(?:,\d+)*))?', text.strip())
    if match is None:
        raise ValueError("devices are 'cpu:4' (four contexts of the CPU) or 'gpu:0,1' "
                         f'(these GPUs), got {text!r}')
    if text.strip().startswith('cpu'):
        return [npx.cpu(i) for i in range(int(match[1] or 1))]
    count = npx.num_gpus()
    numbers = [int(n) for n in match[2].split(',')] if match[2] else list(range(count))
    if not numbers or max(numbers) >= count:
        raise ValueError(f'{text!r} names a GPU that is not there: MXNet sees {count}')
    if len(set(numbers)) < len(numbers):
        raise ValueError(f'{text!r} names a GPU twice')
    return [npx.gpu(i) for i in numbers]


@contextlib.contextmanager
def use_devices(devices):
    """Within the block, training is on these devices wherever it can be split.

    The first is where arrays and networks are made that do not say where. None: no
    choice. Gives a function that tells whether training asked for the devices.

    Book: 12.5 (sec_multi_gpu)
    """
    if devices is None:
        yield lambda: True
        return
    place = len(_choices)
    _choices.append(list(devices))
    _asked.discard(place)
    try:
        with devices[0]:
            yield lambda: place in _asked
    finally:
        _choices.pop()


def chosen_devices():
    """The devices that `use_devices` put in force, or None; asking is noted.

    Book: 12.5 (sec_multi_gpu)
    """
    if not _choices:
        return None
    _asked.add(len(_choices) - 1)
    return list(_choices[-1])


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
    return array.as_in_ctx(mx.current_context()) if shared else array


def set_seed(seed: int) -> None:
    """Seed MXNet (initial weights, dropout, ``np.random``), NumPy and Python.

    On one machine and one thread count a seeded run repeats bit by bit.

    Book: 2.6 (sec_prob)
    """
    mx.random.seed(seed)
    onp.random.seed(seed)
    random.seed(seed)
