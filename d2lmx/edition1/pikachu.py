"""A picture with one thing in it, and the box around it: the set of 9.6 and 9.7."""
from pathlib import Path

from mxnet import MXNetError, image

from ..errors import InputError
from ..files.archives import BadData
from .places import DATA, find

__all__ = ['load_data_pikachu']

FILES = {'train.rec': 'pikachu_train_rec', 'train.idx': 'pikachu_train_idx',
         'val.rec': 'pikachu_val_rec'}


def load_data_pikachu(batch_size: int, edge_size: int = 256):
    """(train_iter, val_iter): batches of pictures with the box of what is in them.

    Both are `image.ImageDetIter`; a batch has ``data``, a list of X (batch, 3,
    edge_size, edge_size), float32 in 0 to 255, and ``label``, of Y (batch, 1, 5): class
    0 and the corners (x1, y1, x2, y2) in 0 to 1. Pictures to train on come shuffled,
    and are cropped so that 0.95 of the thing or more stays. The files are those of
    ``../data/pikachu`` where the reader has them; else they are sought as all data are,
    and the toy stand-in shows drawn bananas. InputError for sizes below 1; BadData for
    files that are damaged, or some of which are missing.

    Edition 1: 9.6
    """
    if min(batch_size, edge_size) < 1:
        raise InputError('batch_size and edge_size must be from 1 on, got '
                         f'{batch_size} and {edge_size}')
    train, index, val = _files()
    same = dict(batch_size=batch_size, data_shape=(3, edge_size, edge_size))
    train_iter = _opened(train, path_imgidx=index, shuffle=True, rand_crop=1,
                         min_object_covered=0.95, max_attempts=200, **same)
    return train_iter, _opened(val, shuffle=False, **same)


def _files():
    folder = Path(DATA, 'pikachu')
    missing = [file for file in FILES if not (folder / file).is_file()]
    if 0 < len(missing) < len(FILES):
        raise BadData(f'{folder} must hold {", ".join(FILES)} of one set, and lacks '
                      f'{", ".join(missing)}: put it there, or move the others away')
    return [find(folder / file, name) for file, name in FILES.items()]


def _opened(file, **how):
    try:
        return image.ImageDetIter(path_imgrec=file, **how)
    except (MXNetError, RuntimeError, UnboundLocalError,  # the last: empty
            ValueError, IndexError) as error:             # an index without numbers
        raise BadData(f'{file} cannot be read as records of pictures with boxes: it is '
                      'damaged, or its index is of another file; delete it to have it '
                      'fetched anew') from error
