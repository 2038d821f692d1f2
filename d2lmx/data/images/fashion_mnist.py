"""Fashion-MNIST: 70,000 grey pictures of garments, 28 x 28 pixels, ten classes."""
import functools
import math
import struct
import sys

import numpy as onp

from ...errors import InputError
from ...files import hub
from ...files.archives import BadData, opened_gzip
from ..arrays import BatchIterator
from ..toys.garments import write_images, write_labels

__all__ = ['get_fashion_mnist_labels', 'get_dataloader_workers',
           'load_data_fashion_mnist', 'read_fashion_mnist']

MOST_ROWS = 10 ** 6  # that a file may announce
LABELS = ('t-shirt', 'trouser', 'pullover', 'dress', 'coat',
          'sandal', 'shirt', 'sneaker', 'bag', 'ankle boot')

for _part in ('train', 'test'):
    hub.toy(f'fashion_mnist_{_part}_images')(write_images)
    hub.toy(f'fashion_mnist_{_part}_labels')(write_labels)


def get_fashion_mnist_labels(labels) -> list:
    """Class names, such as 'ankle boot', of numeric labels 0 to 9, else ValueError.

    Book: 3.5 (sec_fashion_mnist)
    """
    numbers = [int(label) for label in labels]
    for number in numbers:
        if not 0 <= number < len(LABELS):
            raise ValueError(f'labels must be from 0 to {len(LABELS) - 1}, got '
                             f'{number}')
    return [LABELS[number] for number in numbers]


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
    transform = functools.partial(to_tensor, resize=resize)
    return tuple(BatchIterator(read_fashion_mnist(is_train), batch_size,
                               shuffle=is_train, transform=transform)
                 for is_train in (True, False))


def read_fashion_mnist(is_train: bool = True):
    """The decoded pictures and labels, as NumPy arrays.

    Pictures (n, 28, 28), uint8 in 0 to 255, and labels (n,), int32 in 0 to 9, with
    n = 60,000, or 10,000 without `is_train`, in the data set's own files. ValueError
    for damaged files, and for pictures of another size.

    Ours, for 3.5
    """
    return read_classes('fashion_mnist', 'Fashion-MNIST', is_train)


def read_classes(name: str, title: str, is_train: bool):
    """Pictures (n, 28, 28) and labels (n,), 0 to 9, of the hub's files of a name."""
    part = 'train' if is_train else 'test'
    return classes_of(hub.download(f'{name}_{part}_images'),
                      hub.download(f'{name}_{part}_labels'), title)


def classes_of(images_path, labels_path, title: str):
    """Pictures (n, 28, 28) and labels (n,), 0 to 9, of two files that belong together.
    """
    images, labels = read_idx(images_path, 28, 28), read_idx(labels_path)
    if len(images) != len(labels):
        raise BadData(f'{images_path} holds {len(images)} pictures, but '
                      f'{labels_path} {len(labels)} labels: replace one of them by '
                      f'the file that belongs to the other')
    if labels.size and labels.max() >= len(LABELS):
        raise BadData(f'{labels_path} holds the label {labels.max()}, but there are '
                      f'{len(LABELS)} classes: it is no {title} file')
    return images, labels.astype(onp.int32)


def read_idx(path: str, *row_shape: int):
    """The uint8 array (n, *row_shape) in a gzipped IDX file, n from 1 to a million.

    IDX: bytes 0, 0, 8 (uint8) and the number of axes, each axis as a big-endian
    32-bit integer, then the values. ValueError where the file is not so; no more of it
    is unpacked than its first bytes announce.
    """
    num_axes = 1 + len(row_shape)
    with opened_gzip(path) as file:
        head = file.read(4 + 4 * num_axes)
        if head[:4] != bytes((0, 0, 8, num_axes)) or len(head) < 4 + 4 * num_axes:
            raise BadData(f'{path} is no IDX file of bytes with {num_axes} axes (it '
                          f'starts with {head[:4].hex(" ")}): replace it')
        n, *shape = struct.unpack(f'>{num_axes}I', head[4:])
        if tuple(shape) != row_shape or not 1 <= n <= MOST_ROWS:
            raise BadData(f'{path} must hold values of shape (n, *{row_shape}), n from '
                          f'1 to {MOST_ROWS}, and announces {(n, *shape)}: replace it')
        size = n * math.prod(row_shape)
        content = file.read(size + 1)  # one more, for the checksum is behind it
    if len(content) != size:
        raise BadData(f'{path} announces {size} values and holds '
                      f'{"more" if len(content) > size else len(content)}: replace it '
                      'by a whole copy')
    return onp.frombuffer(content, onp.uint8).reshape(n, *row_shape)


def to_tensor(images, resize):
    """uint8 (batch, h, w) -> float32 (batch, 1, h, w) in [0, 1]."""
    if resize is not None and images.shape[1:] != (resize, resize):
        import cv2  # late: all else works where its system libraries are missing
        resized = onp.empty((len(images), resize, resize), onp.uint8)
        for source, target in zip(images, resized):
            cv2.resize(source, (resize, resize), dst=target)
        images = resized
    return onp.divide(images[:, None], onp.float32(255), dtype=onp.float32)
