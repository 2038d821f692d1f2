"""Gluon's own data sets, which pages make by themselves, from files that can be had."""
from pathlib import Path

from mxnet import nd
from mxnet.gluon.data import vision

from ..data.images.cifar10 import read_folder
from ..data.images.fashion_mnist import classes_of
from ..files import hub
from ..hooks import is_first_edition
from .places import find, from_hub

__all__ = []


def serve_gluon() -> None:
    """Have ``gluon.data.vision`` give these classes, where the edition is served."""
    if is_first_edition():
        vision.FashionMNIST, vision.CIFAR10 = FashionMNIST, CIFAR10


class FashionMNIST(vision.FashionMNIST):
    """Gluon's, of any files of that format in its folder, or the hub's."""

    # edition 1: Gluon knows its own copies by their SHA-1, and refuses all others
    def _get_data(self):
        images, self._label = read_garments(self._root, self._train)
        self._data = nd.array(images[..., None], dtype='uint8')


class CIFAR10(vision.CIFAR10):
    """Gluon's, of any files of that format in its folder, or the hub's."""

    def _get_data(self):
        is_there = any(Path(self._root).rglob('*_batch*.bin'))
        folder = self._root if is_there else hub.unpack(Path(from_hub('cifar10')))
        images, self._label = read_folder(folder, self._train)
        self._data = nd.array(images, dtype='uint8')


def read_garments(root, is_train: bool):
    """Pictures (n, 28, 28), uint8, and labels (n,), int32: the reader's, or the hub's.

    Both files are the reader's, where both lie in root, or neither is: Gluon's copies
    have another order than others. BadData for damaged files.
    """
    part = f'fashion_mnist_{"train" if is_train else "test"}'
    mine = {name: Path(root, hub.known(name).file).expanduser()
            for name in (f'{part}_images', f'{part}_labels')}
    if not all(path.is_file() for path in mine.values()):
        mine = dict.fromkeys(mine, '')
    return classes_of(*(find(path, name) for name, path in mine.items()),
                      'Fashion-MNIST')
