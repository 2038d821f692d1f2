"""CIFAR-10: colour pictures of ten kinds of things, 32 x 32 pixels."""
from pathlib import Path

import numpy as onp

from ...files import hub
from ...files.archives import BadData
from ..toys.objects import write_cifar10

__all__ = ['read_cifar10', 'CIFAR10_CLASSES']

CIFAR10_CLASSES = ('airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog',
                   'horse', 'ship', 'truck')
RECORD = 1 + 3 * 32 * 32  # bytes: the label, then red, green and blue, row by row

hub.toy('cifar10')(write_cifar10)


def read_cifar10(is_train: bool = True):
    """The pictures and labels, as NumPy arrays.

    Pictures (n, 32, 32, 3), uint8, RGB, and labels (n,), int32, in 0 to 9, named by
    `CIFAR10_CLASSES`; n = 50,000, or 10,000 without `is_train`, in the data set's own
    files. BadData, a ValueError, for damaged files; DataUnavailable where they cannot
    be had.

    Ours, for 13.1
    """
    return read_folder(hub.download_extract('cifar10'), is_train)


def read_folder(folder, is_train: bool):
    """What `read_cifar10` gives, of the files in a folder or below it."""
    folder = Path(folder)
    pattern = 'data_batch_*.bin' if is_train else 'test_batch.bin'
    files = sorted(folder.rglob(pattern))  # at the top, or in a folder of the archive
    if not files:
        raise BadData(f'{folder} holds no file {pattern}: replace the archive by the '
                      "binary version of CIFAR-10 ('cifar-10-binary.tar.gz')")
    records = onp.concatenate([read_records(file) for file in files])
    pictures = records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return onp.ascontiguousarray(pictures), records[:, 0].astype('int32')


def read_records(file) -> onp.ndarray:
    """uint8 (n, RECORD) of a file of them, n at least 1."""
    content = onp.fromfile(file, 'uint8')
    if not len(content) or len(content) % RECORD:
        raise BadData(f'{file} has {len(content)} bytes, and should have {RECORD} a '
                      'picture: replace it by a whole copy')
    records = content.reshape(-1, RECORD)
    if not records[:, 0].max() < len(CIFAR10_CLASSES):
        raise BadData(f'{file} holds the label {records[:, 0].max()}, but there are '
                      '10 classes: it is no file of CIFAR-10')
    return records
