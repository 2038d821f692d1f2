"""Fashion-MNIST: 70,000 grey pictures of garments, 28 x 28 pixels, ten classes."""
import functools
import math
import struct
import sys

import numpy as onp

from ...errors import InputError
from ...files import hub
from ...files.archives import BadData, read_gzip
from ..arrays import BatchIterator
from ..toys.garments import write_images, write_labels

__all__ = ['get_fashion_mnist_labels', 'get_dataloader_workers',
           'load_data_fashion_mnist', 'read_fashion_mnist']

LABELS = ('t-shirt', 'trouser', 'pullover', 'dress', 'coat',
          'sandal', 'shirt', 'sneaker', 'bag', 'ankle boot')

for _part in ('train', 'test'):
    hub.toy(f'fashion_mnist_{_part}_images')(write_images)
    hub.toy(f'fashion_mnist_{_part}_labels')(write_labels)


def get_fashion_mnist_labels(labels) -> list:
    """Class names, such as 'ankle boot', of numeric labels 0 to 9.

    Book: 3.5 (sec_fashion_mnist)
    """
    return [LABELS[int(label)] for label in labels]


def get_dataloader_workers() -> int:
    """Worker processes for a Gluon DataLoader over pictures: 4, or 0 without fork.

    `load_data_fashion_mnist` needs none. A DataLoader written as in the book does:
    its transform of one picture at a time is what takes the time.

    Book: 3.5 (sec_fashion_mnist)
    """
    return 4 if sys.platform == 'linux' else 0


def load_data_fashion_mnist(batch_size: int, resize: int = None):
    """Batches of the training set, shuffled, and of the test set.

    A batch is X (batch, 1, h, w), float32 in [0, 1], and y (batch,), int32, with
    h = w = 28, or `resize` by bilinear interpolation as Gluon's ``Resize`` does it.
    ValueError for a `batch_size` or `resize` below 1 and for damaged files,
    DataUnavailable where the files cannot be had.

    Book: 3.5 (sec_fashion_mnist)
    """
    if resize is not None and resize < 1:
        raise InputError(f'resize must be None or at least 1 pixel, got {resize}')
    transform = functools.partial(_to_tensor, resize=resize)
    return tuple(BatchIterator(read_fashion_mnist(is_train), batch_size,
                               shuffle=is_train, transform=transform)
                 for is_train in (True, False))


def read_fashion_mnist(is_train: bool = True):
    """The decoded pictures and labels, as NumPy arrays.

    Pictures (n, 28, 28), uint8 in 0 to 255, and labels (n,), int32 in 0 to 9, with
    n = 60,000, or 10,000 without `is_train`. ValueError for damaged files.

    Ours, for 3.5
    """
    part = 'train' if is_train else 'test'
    images_path = hub.download(f'fashion_mnist_{part}_images')
    labels_path = hub.download(f'fashion_mnist_{part}_labels')
    images, labels = read_idx(images_path, 3), read_idx(labels_path, 1)
    if len(images) != len(labels):
        raise BadData(f'{images_path} holds {len(images)} pictures, but '
                      f'{labels_path} {len(labels)} labels: replace one of them by '
                      f'the file that belongs to the other')
    if labels.size and labels.max() >= len(LABELS):
        raise BadData(f'{labels_path} holds the label {labels.max()}, but there are '
                      f'{len(LABELS)} classes: it is no Fashion-MNIST file')
    return images, labels.astype(onp.int32)


def read_idx(path: str, num_axes: int):
    """The uint8 array in a gzipped IDX file; ValueError where it is not one.

    IDX: bytes 0, 0, 8 (uint8) and the number of axes, each axis as a big-endian
    32-bit integer, then the values.
    """
    content = read_gzip(path)
    start = 4 + 4 * num_axes
    if content[:4] != bytes((0, 0, 8, num_axes)) or len(content) < start:
        raise BadData(f'{path} is no IDX file of bytes with {num_axes} axes (it '
                      f'starts with {content[:4].hex(" ")}): replace it')
    shape = struct.unpack(f'>{num_axes}I', content[4:start])
    if len(content) - start != math.prod(shape):
        raise BadData(f'{path} announces {math.prod(shape)} values, shape {shape}, '
                      f'and holds {len(content) - start}: replace it by a whole '
                      f'copy')
    return onp.frombuffer(content, onp.uint8, offset=start).reshape(shape)


def _to_tensor(images, resize):
    """uint8 (batch, h, w) -> float32 (batch, 1, h, w) in [0, 1]."""
    if resize is not None and images.shape[1:] != (resize, resize):
        import cv2  # late: all else works where its system libraries are missing
        resized = onp.empty((len(images), resize, resize), onp.uint8)
        for source, target in zip(images, resized):
            cv2.resize(source, (resize, resize), dst=target)
        images = resized
    return onp.divide(images[:, None], onp.float32(255), dtype=onp.float32)
