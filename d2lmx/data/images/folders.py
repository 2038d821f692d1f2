"""Pictures in a folder a class, and pictures with a table of labels."""
import csv
from pathlib import Path

import numpy as onp

from ...errors import InputError
from ...files import hub
from ...files.archives import BadData
from ..toys.hotdogs import write_hotdogs
from ..toys.sprites import write_sprites
from .loading import PictureFiles

__all__ = ['LabeledPictures', 'read_labeled_pictures', 'pictures_below']

ENDINGS = ('.jpg', '.jpeg', '.png', '.webp', '.bmp', '.gif', '.tif', '.tiff')
EVERY = 5  # picture is one to test on, where none are set apart

hub.toy('hotdog')(write_hotdogs)
hub.toy('pokemon')(write_sprites)


class LabeledPictures:
    """Pictures in files, each with the number of its class.

    ``data[i]`` is (picture, label): uint8 (h, w, 3), RGB, and a number; negative i
    count from the end. ``len(data)`` counts them.

    Attributes
    ----------
    pictures
        `PictureFiles`.
    labels
        int32 (n,)
    classes
        Names of the classes, by number.

    Ours, for 13.2
    """

    def __init__(self, files, labels, classes):
        self.pictures = PictureFiles(files)
        self.labels, self.classes = onp.array(labels, 'int32'), list(classes)

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, i):
        i = range(len(self))[i]
        return self.pictures[i], int(self.labels[i])


def read_labeled_pictures(folder):
    """(pictures to train on, pictures to test on), two `LabeledPictures` of one folder.

    The folder holds 'train' and 'test', each with a folder of pictures for each class;
    or such folders of classes alone, of whose pictures every fifth is one to test on;
    or 'train' with pictures, and a table labels.csv of their names, without ending, and
    classes below a line of headings, with 'test' and test_labels.csv or without.
    Classes are numbered in the order of their names.

    InputError where it is none of these, for fewer than two classes, for a class that
    is in the test alone, and for a table that names no picture.

    Ours, for 13.2
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f'there is no folder {folder}')
    inner = [path for path in folder.iterdir() if is_shown(path) and path.is_dir()]
    if len(inner) == 1 and inner[0].name != 'train':  # of an archive
        folder = inner[0]
    if (folder / 'labels.csv').is_file():
        train = by_table(folder / 'labels.csv', folder / 'train')
        has_test = (folder / 'test_labels.csv').is_file()
        test = by_table(folder / 'test_labels.csv', folder / 'test') if has_test else []
    elif (folder / 'train').is_dir():
        train, test = (by_folder(folder / part) for part in ('train', 'test'))
    else:
        train, test = by_folder(folder), []
    if not test:
        train, test = ([pair for i, pair in enumerate(train)
                        if (i % EVERY == EVERY - 1) == is_test]
                       for is_test in (False, True))
    classes = sorted({name for _, name in train})
    check(folder, classes, {name for _, name in test})
    return tuple(LabeledPictures([file for file, _ in pairs],
                                 [classes.index(name) for _, name in pairs], classes)
                 for pairs in (train, test))


def check(folder, classes, tested) -> None:
    if len(classes) < 2 or not tested:
        raise InputError(
            f'{folder} must hold pictures of two classes at least, to train and to '
            'test on: in folders train/CLASS and test/CLASS, or CLASS alone, or in a '
            "folder 'train' with a table labels.csv; there are pictures to train on of "
            f'{", ".join(classes) or "no class"}')
    if unknown := sorted(tested - set(classes)):
        raise InputError(f'{folder} has pictures of {", ".join(unknown)} to test on, '
                         'and none to train on')


def is_shown(path) -> bool:
    """Whether a reader would see it; archives made on a Mac have more."""
    return path.name[0] != '.' and path.name != '__MACOSX'


def pictures_in(folder) -> list:
    """The files of pictures of a folder, numbered names in the order of numbers."""
    def key(path):
        return (0, int(path.stem), '') if path.stem.isdecimal() else (1, 0, path.name)
    return sorted((path for path in Path(folder).iterdir() if is_shown(path)
                   and path.suffix.lower() in ENDINGS), key=key)


def pictures_below(folder) -> PictureFiles:
    """All pictures in a folder and in the folders within, in the order of their paths.

    Where there is a folder 'train', in it or in its only folder, those of that alone.
    InputError where there is none.

    Ours, for 17.2
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f'there is no folder {folder}')
    inner = [path for path in folder.iterdir() if is_shown(path)]
    place = inner[0] if len(inner) == 1 and inner[0].is_dir() else folder
    place = place / 'train' if (place / 'train').is_dir() else place
    files = [file for path in sorted(place.rglob('*')) if path.is_dir() and all(
                 map(is_shown, map(Path, path.relative_to(place).parts)))
             for file in pictures_in(path)]
    files = pictures_in(place) + files
    if not files:
        raise InputError(f'{place} must hold pictures, itself or in folders, as files '
                         f'that end in {", ".join(ENDINGS)}')
    return PictureFiles(files)


def by_folder(folder) -> list:
    """(file, class) of the pictures in each folder of a folder, if there is one."""
    if not folder.is_dir():
        return []
    return [(file, place.name) for place in sorted(folder.iterdir())
            if place.is_dir() and is_shown(place) for file in pictures_in(place)]


def by_table(table, folder) -> list:
    """(file, class) of each row of a table: name without ending, class."""
    if not folder.is_dir():
        raise InputError(f'{table} needs a folder {folder} with its pictures')
    files = {path.stem: path for path in pictures_in(folder)}
    try:
        with open(table, encoding='utf-8', newline='') as stream:
            rows = [row for row in csv.reader(stream) if row][1:]
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadData(f'{table} is no table of text in UTF-8: {error}') from error
    for number, row in enumerate(rows, start=2):
        if len(row) < 2 or row[0] not in files:
            raise InputError(f'{table}: line {number} must name a picture in {folder} '
                             f'and its class, and is {",".join(row)!r}')
    return [(files[row[0]], row[1]) for row in rows]
