"""Fashion-MNIST as the first edition spells it."""
import functools

import numpy as onp
from mxnet.gluon import data as gdata

from ..data.arrays import copied
from ..data.images import fashion_mnist
from ..runtime.checks import check_whole
from .datasets import read_garments

__all__ = ['get_fashion_mnist_labels', 'load_data_fashion_mnist']


def get_fashion_mnist_labels(labels) -> list:
    """Class names, such as 'ankle boot', of numeric labels 0 to 9, else ValueError.

    Edition 1: 3.5
    """
    return fashion_mnist.get_fashion_mnist_labels(labels)


def load_data_fashion_mnist(batch_size: int, resize: int = None,
                            root: str = '~/.mxnet/datasets/fashion-mnist'):
    """Gluon's DataLoaders of the training set, shuffled, and of the test set.

    A batch is X (batch, 1, h, w), float32 in [0, 1], and y (batch,), int32, with
    h = w = 28, or `resize` by bilinear interpolation as Gluon's ``Resize`` does it. The
    four files are those in root where they are there, else the hub's. InputError for a
    `batch_size` or `resize` below 1, BadData for damaged files.

    Edition 1: 5.6
    """
    check_whole(batch_size=batch_size)
    if resize is not None:
        check_whole(resize=resize)
    # edition 1: four processes transform a picture at a time. Whole batches take less
    # time than these take to hand them on, and need no processes, which Windows and
    # macOS would start anew for each pass
    together = functools.partial(batch_of, resize=resize)
    return tuple(gdata.DataLoader(gdata.ArrayDataset(*read_garments(root, is_train)),
                                  batch_size, shuffle=is_train, batchify_fn=together)
                 for is_train in (True, False))


def batch_of(examples, resize) -> list:
    """[X, y] of pairs of a picture (28, 28), uint8, and its label."""
    images, labels = map(onp.array, zip(*examples))
    return [copied(array).as_nd_ndarray()
            for array in (fashion_mnist.to_tensor(images, resize), labels)]
