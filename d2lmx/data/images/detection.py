"""Pictures with boxes around their objects, as folders in the banana set's layout."""
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as onp

from ...files import hub
from ...files.archives import BadData
from ...files.own import own_folder
from ...files.reading import first_line, read_text
from ..arrays import BatchIterator
from ..toys.fruit import COLUMNS
from .reading import read_picture

__all__ = ['detection_folder', 'read_detection', 'read_detection_classes',
           'load_data_detection', 'stretched', 'as_floats']

BANANAS = 'banana-detection'


def detection_folder(images: str = BANANAS) -> Path:
    """The folder of a detection data set: the book's, or a reader's own.

    images: 'banana-detection', or a folder or archive that holds, at its top or in one
    folder there, NAME_train and NAME_val, each with ``label.csv`` and ``images/``.
    Errors as of `own_folder`, and of `download_extract`.

    Ours, for 13.7
    """
    if images == BANANAS:
        return Path(hub.download_extract(BANANAS))
    return Path(own_folder(images))


def read_detection(folder, is_train: bool = True, size: int = 256):
    """All pictures of one part of a detection data set, and their boxes.

    Gives pictures (n, 3, size, size), uint8 RGB, stretched where they are of another
    size, in the order in which ``label.csv`` names them first; and labels (n, m, 5),
    float32: class and corners (x1, y1, x2, y2) in 0 to 1 of each of at most m objects,
    -1 where a picture has fewer. ``label.csv`` has a line an object: img_name, label (a
    number from 0), xmin, ymin, xmax, ymax in pixels.

    BadData, naming file and line, for another layout, a picture that is missing, a
    class without name, and a box that is empty or leaves its picture.

    Ours, for 13.7
    """
    file = _labels_file(folder, 'train' if is_train else 'val')
    names, rows = _read_labels(file, len(read_detection_classes(folder)))
    order = list(dict.fromkeys(names))
    paths = [file.parent / 'images' / name for name in order]
    for name, path in zip(order, paths):
        if not path.is_file():
            raise BadData(f'{file}, line {names.index(name) + 2}: there is no picture '
                          f'{path}')
    images, sides = _read_pictures(paths, size)
    return images, _by_picture(file, names, order, rows, sides)


def read_detection_classes(folder) -> list:
    """The names of the classes: the lines of ``classes.txt`` beside the two parts.

    Without that file, the numbers of the training part as text; 'banana' for the book's
    set. BadData as of `read_detection`.

    Ours, for 13.7
    """
    file = next(iter(_labels_files(folder, '*')), Path(folder, '*'))
    names = file.parent.parent / 'classes.txt'
    if names.is_file():
        return [line.strip() for line in read_text(names).splitlines() if line.strip()]
    if file.parent.name.startswith('bananas_'):
        return ['banana']
    _, rows = _read_labels(_labels_file(folder, 'train'))
    return [str(label) for label in range(int(rows[:, 0].max()) + 1)]


def load_data_detection(images: str, batch_size: int, size: int = 256):
    """Training batches, shuffled, validation batches, and the names of the classes.

    A batch is X (batch, 3, size, size), float32 in 0 to 255, and Y (batch, m, 5), as of
    `read_detection`. images: as of `detection_folder`. Pictures are decoded once, and
    kept as bytes.

    Ours, for 13.7
    """
    folder = detection_folder(images)
    train_iter, val_iter = (
        BatchIterator(read_detection(folder, is_train, size), batch_size,
                      shuffle=is_train, transform=as_floats)
        for is_train in (True, False))
    return train_iter, val_iter, read_detection_classes(folder)


def stretched(picture, size: int):
    """A picture (h, w, 3), uint8, as one of (size, size, 3).

    Ours, for 13.7
    """
    if picture.shape[:2] == (size, size):
        return picture
    import cv2  # late: all else works where its system libraries are missing
    return cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA)


def as_floats(images):
    """Bytes, an array of NumPy, as float32 of the same values.

    Ours, for 13.7
    """
    return images.astype(onp.float32)


def _labels_files(folder, part):
    """The files label.csv of a part, at the top or one folder below."""
    folder = Path(folder)
    return (sorted(folder.glob(f'*_{part}/label.csv'))
            or sorted(folder.glob(f'*/*_{part}/label.csv')))


def _labels_file(folder, part):
    found = _labels_files(folder, part)
    if len(found) != 1:
        raise BadData(f'{folder} must hold one folder NAME_{part} with label.csv and '
                      f'images/ (a detection data set), and holds {len(found)}')
    return found[0]


def _read_labels(file, num_classes=None):
    """Names of pictures, a list, and (rows, 5) numbers: class, corners in pixels."""
    lines = [line.split(',') for line in read_text(file).splitlines() if line.strip()]
    header = [cell.strip() for cell in lines[0]] if lines else []
    if header != list(COLUMNS):
        raise BadData(f'{file} must begin with the line {",".join(COLUMNS)}, but '
                      f'begins with {first_line(",".join(header))}')
    if len(lines) == 1:
        raise BadData(f'{file} names no picture: each of its lines is an object')
    for i, cells in enumerate(lines[1:], start=2):
        if len(cells) != len(header):
            raise BadData(f'{file}, line {i} must have {len(header)} values, and has '
                          f'{len(cells)}')
    names = [cells[0].strip() for cells in lines[1:]]
    rows = onp.array([_numbers(cells[1:]) for cells in lines[1:]])
    labels, boxes = rows[:, 0], rows[:, 1:]
    _refuse(file, ~onp.isfinite(rows).all(axis=1), 'label and corners must be numbers')
    most = f' of {num_classes} classes' if num_classes else ''
    _refuse(file, (labels < 0) | (labels % 1 > 0) | (labels >= (num_classes or 1e6)),
            f'label must be the number{most}, from 0')
    _refuse(file, (boxes[:, 2:] <= boxes[:, :2]).any(axis=1),
            'xmax must be greater than xmin, ymax than ymin')
    return names, rows


def _numbers(cells):
    """The numbers in a line; NaN for those that are none."""
    try:
        return [float(cell) for cell in cells]
    except ValueError:
        return [onp.nan] * len(cells)


def _refuse(file, wrong, rule):
    """BadData with the first line of a file that breaks a rule, if one does."""
    lines = onp.flatnonzero(wrong)
    if len(lines):
        raise BadData(f'{file}, line {lines[0] + 2}: {rule}')


def _read_pictures(paths, size):
    """Decoded in threads: (n, 3, size, size), and widths and heights (n, 2)."""
    images = onp.empty((len(paths), 3, size, size), onp.uint8)
    sides = onp.empty((len(paths), 2))
    with ThreadPoolExecutor() as threads:
        found = threads.map(lambda path: _decoded(path, size), paths)
        for i, (image, side) in enumerate(found):
            images[i], sides[i] = image.transpose(2, 0, 1), side
    return images, sides


def _decoded(path, size):
    """The picture in a file, stretched, and its (width, height) before."""
    picture = read_picture(path)
    return stretched(picture, size), picture.shape[1::-1]


def _by_picture(file, names, order, rows, sides):
    """Rows of all objects as labels (n, m, 5), corners in 0 to 1."""
    places = {name: i for i, name in enumerate(order)}
    pictures = onp.array([places[name] for name in names])
    corners = rows[:, 1:] / onp.tile(sides[pictures], 2)
    _refuse(file, (corners < 0).any(axis=1) | (corners > 1).any(axis=1),
            'the box must lie within its picture')
    # the rank of a row among those of its picture, in their order
    by_picture = onp.argsort(pictures, kind='stable')
    counts = onp.bincount(pictures)
    ranks = onp.empty(len(rows), int)
    ranks[by_picture] = onp.arange(len(rows)) - onp.repeat(
        onp.cumsum(counts) - counts, counts)
    labels = onp.full((len(order), counts.max(), 5), -1, onp.float32)
    labels[pictures, ranks, 0], labels[pictures, ranks, 1:] = rows[:, 0], corners
    return labels
