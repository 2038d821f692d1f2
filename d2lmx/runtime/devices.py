"""Where arrays live, and how a batch reaches several devices."""
import contextlib
import random
import re

import mxnet as mx
import numpy as onp
from mxnet import npx
from mxnet.gluon.utils import split_and_load

from ..context import current, running
from ..errors import InputError
from .checks import check_whole

__all__ = ['try_gpu', 'try_gpus', 'try_all_gpus', 'as_devices', 'split_batch',
           'split_array', 'set_seed', 'parse_devices', 'use_devices']


def try_gpu(i: int = 0):
    """GPU number i where the machine has it, else the CPU.

    Where devices were chosen for the run, the one at place i among them, else the CPU.
    InputError for i below 0.

    Book: 5.6 (sec_use_gpu)
    """
    check_whole(0, i=i)
    chosen = current().devices
    if chosen:
        return chosen[i] if i < len(chosen) else npx.cpu()
    return npx.gpu(i) if npx.num_gpus() >= i + 1 else npx.cpu()


def try_gpus(n: int) -> list:
    """n devices: GPUs, or n contexts of the CPU where the machine has fewer.

    Contexts of the CPU are as far apart as GPUs to a network, and share the cores.
    Where devices were chosen for the run, the first n of them count as the GPUs.
    InputError for n below 1.

    Ours, for 12.5
    """
    check_whole(n=n)
    gpus = try_all_gpus()[:n]
    return gpus if len(gpus) == n else [npx.cpu(i) for i in range(n)]


def try_all_gpus() -> list:
    """All GPUs, or a list with the CPU alone; the devices chosen for the run, if any.

    Book: 5.6 (sec_use_gpu)
    """
    return (list(current().devices or ())
            or [npx.gpu(i) for i in range(npx.num_gpus())] or [npx.cpu()])


def as_devices(device) -> list:
    """A list of devices from one device, a list of them, or None (all GPUs).

    Where devices were chosen for the run, `try_gpu()` stands for all of them: a page
    that trains on one device trains on those.

    Ours, for 12.5
    """
    if device is None:
        return try_all_gpus()
    if isinstance(device, (list, tuple)):
        return list(device)
    chosen = current().devices
    return list(chosen) if chosen and device == chosen[0] else [device]


def parse_devices(text: str) -> list:
    """Devices from text: 'cpu:4' (four contexts of the CPU), 'gpu:0,1' (these GPUs).

    'cpu' is one context, 'gpu' all GPUs. ValueError for other texts, for a device
    named twice, and for a GPU that the machine has not.

    Ours, for 12.5
    """
    match = re.fullmatch(r'cpu(?::([1-9]\d?))?|gpu(?::(\d+(?:,\d+)*))?', text.strip())
    if match is None:
        raise InputError("devices are 'cpu:4' (four contexts of the CPU) or 'gpu:0,1' "
                         f'(these GPUs), got {text!r}')
    if text.strip().startswith('cpu'):
        return [npx.cpu(i) for i in range(int(match[1] or 1))]
    count = npx.num_gpus()
    numbers = [int(n) for n in match[2].split(',')] if match[2] else list(range(count))
    if not numbers or max(numbers) >= count:
        raise InputError(f'{text!r} names a GPU that is not there: MXNet sees {count}')
    if len(set(numbers)) < len(numbers):
        raise InputError(f'{text!r} names a GPU twice')
    return [npx.gpu(i) for i in numbers]


@contextlib.contextmanager
def use_devices(devices):
    """Within the block, training is on these devices wherever it can be split.

    The first is where arrays and networks are made that do not say where. None: no
    choice. Gives the set of devices on which batches are put in the block.

    Ours, for 12.5
    """
    chosen = devices and list(devices)
    with contextlib.ExitStack() as stack:
        run = stack.enter_context(running(devices=chosen, used=set()))
        if chosen:
            stack.enter_context(chosen[0])
        yield run.used


def put(array, device):
    """An array on a device, which counts as used from then on.

    Ours, for 12.5
    """
    current().used.add(device)
    return array.as_in_ctx(device)


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
    return split_array(X, devices), split_array(y, devices)


def split_array(array, devices) -> list:
    """Shards of one array (batch, ...), as `split_batch` makes them of two.

    Ours, for 12.5
    """
    if devices is None:
        return [_in_own_memory(array)]
    if array.shape[0] < len(devices):
        raise InputError(f'a batch of {array.shape[0]} cannot be split over '
                         f'{len(devices)} devices: choose another batch size, or drop '
                         'the last batch')
    if len(devices) == 1 and isinstance(array, mx.np.ndarray):
        return [put(array, devices[0])]
    current().used.update(devices)
    # book: even_split=True there, which refuses the last, smaller batch
    return split_and_load(array, devices, even_split=False)


def _in_own_memory(array):
    """The array, out of the shared memory through which DataLoader workers hand it on.

    A hybridized network refuses shared memory: to it that is another device.
    """
    shared = array.ctx.device_type in ('cpu_shared', 'cpu_pinned')
    return array.as_in_ctx(mx.current_context()) if shared else array


def set_seed(seed: int) -> None:
    """Seed MXNet (initial weights, dropout, ``np.random``), NumPy and Python.

    On one machine and one thread count a seeded run repeats bit by bit.

    Ours, for 2.6
    """
    mx.random.seed(seed)
    onp.random.seed(seed)
    random.seed(seed)
