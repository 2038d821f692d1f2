"""Folders of pictures as Kaggle's competitions give them, sorted by part and class."""
import contextlib
import csv
import fcntl
import hashlib
import math
import os
import shutil
from collections import Counter, defaultdict
from pathlib import Path

import numpy as onp

from ...errors import InputError
from ...files import hub
from ...files.archives import BadData
from ...files.reading import read_text
from ...files.whole import writable, writing
from ..toys.dogs import write_dogs
from ..toys.objects import write_objects
from .loading import PictureFiles

__all__ = ['read_csv_labels', 'copyfile', 'reorg_train_valid', 'reorg_test',
           'reorganized', 'read_reorganized']

hub.toy('cifar10_tiny')(write_objects)
hub.toy('dog_tiny')(write_dogs)


def read_csv_labels(fname) -> dict:
    """{name of a picture, without its ending: its label}, from a table of two columns.

    The first line names the columns. BadData, which names file and line, for a line
    that has not two values, and for a second label of a picture; and for no table.

    Book: 13.13 (sec_kaggle_cifar10)
    """
    labels = {}
    try:
        rows = list(csv.reader(read_text(fname).splitlines(), skipinitialspace=True))
    except csv.Error as error:
        raise BadData(f'{fname} is no table of names and labels: {error}') from error
    for number, row in enumerate(rows, start=1):
        if number == 1 or not row:
            continue
        row = [value.strip() for value in row]
        if len(row) != 2 or not all(row):
            raise BadData(f'{fname} must have the name of a picture, a comma and its '
                          f'label in each line, but line {number} has {row}')
        name, label = row
        if labels.setdefault(name, label) != label:
            raise BadData(f'{fname} calls {name} {labels[name]}, and then {label} in '
                          f'line {number}: delete one of them')
    if not labels:
        raise BadData(f'{fname} must have a line with the names of two columns, and '
                      'then a line for each picture; it has no picture')
    return labels


def copyfile(filename, target_dir) -> None:
    """Put a file into a folder, which is made where it is not there.

    The file appears whole, in place of an older one of its name. It is a hard link
    where the file system allows it, which takes no room, and a copy elsewhere.

    Book: 13.13 (sec_kaggle_cifar10)
    """
    # book: copies, by twice the room of the data set
    target = Path(target_dir, Path(filename).name)
    if _same(filename, target):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f'.{os.getpid()}-{target.name}')
    try:
        try:
            # of the file itself: a relative link would lead nowhere from there
            os.link(os.path.realpath(filename), part)
        except OSError:  # another file system, or one without links
            shutil.copy2(filename, part)  # its time, too, by which `_same` knows it
        part.replace(target)
    finally:
        with contextlib.suppress(FileNotFoundError):
            part.unlink()


def _same(source, target) -> bool:
    """Whether `copyfile` has put the source, as it is now, at the target."""
    try:
        there, here = os.stat(target), os.stat(source)
    except FileNotFoundError:
        return False
    return os.path.samestat(there, here) or (
        (there.st_size, there.st_mtime_ns) == (here.st_size, here.st_mtime_ns))


def reorganized(data_dir) -> Path:
    """Where `reorg_train_valid` and `reorg_test` put what they find in a folder.

    It is ``data_dir/train_valid_test``, or, where data_dir is read-only, a folder of
    the cache.

    Ours, for 13.13
    """
    data_dir = Path(data_dir).resolve()
    if writable(data_dir):
        return data_dir / 'train_valid_test'
    digest = hashlib.sha1(os.fsencode(data_dir)).hexdigest()
    return hub.cache() / f'{data_dir.name}-{digest[:8]}' / 'train_valid_test'


def reorg_train_valid(data_dir, labels: dict, valid_ratio: float) -> int:
    """Sort the pictures of ``data_dir/train`` into folders of their classes.

    In `reorganized(data_dir)`, ``train_valid`` gets all of them, ``valid`` the first of
    each class, by their names, and ``train`` the others; returns how many of a class
    are for validation: valid_ratio of the class that has the fewest labels, rounded
    down, and at least one. Only what is not there yet is done, so that a call that was
    cut off is completed by the next, and class folders hold nothing else afterwards;
    a link in the place of one is deleted, and what is behind it stays.

    Parameters
    ----------
    labels
        {name of a picture, without its ending: its class}.
    valid_ratio
        More than 0 and less than 1, else InputError.

    BadData for a folder without pictures, for one without a label, and for a label that
    can be no folder; Unwritable where the files cannot be put there.

    Book: 13.13 (sec_kaggle_cifar10)
    """
    if not 0 < valid_ratio < 1:
        raise InputError('valid_ratio must be more than 0 and less than 1, got '
                         f'{valid_ratio}')
    files = _pictures(Path(data_dir, 'train'))
    wanted, counts = defaultdict(list), Counter()
    n_valid_per_label = max(1, math.floor(min(Counter(labels.values()).values(),
                                              default=0) * valid_ratio))
    # book: in the order of the file system, another on each machine
    for file in files:
        label = _label_of(file, labels)
        part = 'valid' if counts[label] < n_valid_per_label else 'train'
        counts[label] += 1
        wanted[part, label].append(file)
        wanted['train_valid', label].append(file)
    _put(data_dir, ('train', 'valid', 'train_valid'), wanted)
    return n_valid_per_label


def reorg_test(data_dir) -> None:
    """The same of ``data_dir/test``, whose pictures go to the folder ``test/unknown``.

    Book: 13.13 (sec_kaggle_cifar10)
    """
    _put(data_dir, ('test',), {('test', 'unknown'): _pictures(Path(data_dir, 'test'))})


def read_reorganized(data_dir):
    """({part: (pictures, labels)}, names of the classes) of what was sorted there.

    Parts are 'train', 'valid', 'train_valid' and 'test'; pictures are `PictureFiles`,
    labels numbers of classes, int32 (n,), 0 throughout for the test. Classes are those
    of 'train_valid', in the order of their names, whichever a part has.

    Ours, for 13.13
    """
    place = reorganized(data_dir)
    classes = sorted(folder.name for folder in _folders(place / 'train_valid'))
    parts = {}
    for part in ('train', 'valid', 'train_valid', 'test'):
        names = ['unknown'] if part == 'test' else classes
        pairs = [(file, number) for number, name in enumerate(names)
                 if (place / part / name).is_dir()
                 for file in _pictures(place / part / name)]
        parts[part] = (PictureFiles(file for file, _ in pairs),
                       onp.array([number for _, number in pairs], 'int32'))
    return parts, classes


def _pictures(folder) -> list:
    """The visible files of a folder in the order of their names, at least one."""
    try:
        entries = [entry for entry in os.scandir(folder)
                   if not entry.name.startswith('.')]
        files = sorted(Path(entry.path) for entry in entries if entry.is_file())
    except OSError as error:
        raise BadData(f'{folder} must be a folder of pictures: '
                      f'{error.strerror or error}') from error
    for entry in entries:
        if entry.is_symlink() and not os.path.exists(entry.path):
            raise BadData(f'{entry.path} is a link to a file that is not there: fetch '
                          'that, or delete the link')
    if not files:
        raise BadData(f'{folder} must hold pictures, and is empty')
    return files


def _label_of(file, labels) -> str:
    if file.stem not in labels:
        raise BadData(f'{file} has no label: the table must have a line for '
                      f'{file.stem}')
    label = labels[file.stem]
    if label.startswith('.') or '/' in label or os.sep in label or '\0' in label:
        raise BadData(f'the label of {file.stem} must be a name that a folder can '
                      f'have, got {label!r}')
    return label


def _put(data_dir, parts, wanted) -> None:
    """Make class folders hold these files alone.

    parts: the folders of which they are; wanted: {(part, class): files}.
    """
    folder = reorganized(data_dir)
    with writing(folder), _alone(folder):
        _unlink_folders(folder, parts)
        for place in [place for part in parts for place in _folders(folder / part)]:
            names = {file.name for file in wanted.get((place.parent.name, place.name),
                                                      ())}
            for entry in list(os.scandir(place)):
                if entry.name not in names and not entry.is_dir():
                    os.unlink(entry.path)
            if not names:
                with contextlib.suppress(OSError):  # a folder of the reader's in it
                    place.rmdir()
        for (part, label), files in wanted.items():
            for file in files:
                copyfile(file, folder / part / label)


def _unlink_folders(folder, parts) -> None:
    """Delete links in the place of folders, behind which a reader's own files are."""
    for part in parts:
        for place in [folder / part, *_folders(folder / part)]:
            if place.is_symlink():
                place.unlink()


def _folders(folder) -> list:
    return [Path(entry.path) for entry in os.scandir(folder)
            if entry.is_dir()] if folder.is_dir() else []


@contextlib.contextmanager
def _alone(folder):
    """Within the block no other process, such as a worker, is in a block of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / '.lock', 'ab') as lock:
        with contextlib.suppress(OSError):  # a file system without locks
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
