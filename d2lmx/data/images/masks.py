"""The shapes of the objects that a detection data set has boxes for."""
from collections import Counter

import numpy as onp

from ...errors import MissingFile
from .detection import _labels_file, _read_labels
from .reading import read_picture

__all__ = ['read_detection_masks']


def read_detection_masks(folder, is_train: bool = True, cells: int = 64):
    """The pixels of each object in one part of a detection data set.

    Gives (n, m, cells, cells), float32: 1 where the object is, 0 elsewhere and where a
    picture has fewer than m objects; pictures and objects in the order of
    `read_detection`. A mask is a grey picture ``masks/NAME`` beside ``images/NAME``, in
    which object i of that picture, as ``label.csv`` names them, has the value i + 1;
    other sizes are sampled.

    MissingFile where the set has no masks, or lacks one; BadData as of
    `read_detection`.

    Ours, for 13.8
    """
    file = _labels_file(folder, 'train' if is_train else 'val')
    objects = Counter(_read_labels(file)[0])  # in the order of their pictures
    masks = onp.zeros((len(objects), max(objects.values()), cells, cells), onp.float32)
    for i, (name, count) in enumerate(objects.items()):
        path = file.parent / 'masks' / name
        if not path.is_file():
            raise MissingFile(
                f'there is no mask {path}: Mask R-CNN learns shapes, which a data set '
                'has as grey pictures masks/NAME beside images/NAME, the toy set of '
                'bananas among them')
        numbers = thinned(read_picture(path)[:, :, 0], cells)
        masks[i, :count] = numbers == onp.arange(1, count + 1)[:, None, None]
    return masks


def thinned(numbers, cells):
    """(h, w) -> (cells, cells): the values at the middles of as many cells."""
    rows, columns = (((onp.arange(cells) + 0.5) * length / cells).astype(int)
                     for length in numbers.shape)
    return numbers[rows[:, None], columns]
