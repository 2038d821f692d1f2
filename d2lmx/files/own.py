"""Data sets of a reader's own, which no catalogue knows."""
import hashlib
import os
from pathlib import Path

from ..context import current
from ..errors import InputError, MissingFile
from . import archives, hub

__all__ = ['own_folder', 'own_file']


def own_folder(path) -> str:
    """The folder of a reader's own data set; an archive of one is unpacked.

    It counts among the run's files, as local. An archive is unpacked as by
    `download_extract`. MissingFile where there is nothing; InputError for a file that
    is no archive; BadData for a damaged or unsafe one.

    Ours, for 13.14
    """
    path = Path(path).expanduser()
    if not path.exists():
        raise MissingFile(f'there is no folder or archive {path}')
    if path.is_dir():
        folder, sha1 = str(path), _sha1_of_listing(path)
    elif archives.is_archive(path):
        folder, sha1 = hub.unpack(path), hub.sha1_of(path)
    else:
        raise InputError(f'{path} is neither a folder nor an archive (.zip, .tar, '
                         '.tar.gz or .tgz)')
    enter(path, sha1)
    return folder


def own_file(path) -> str:
    """A reader's own file; it counts among the run's files, as local.

    MissingFile where there is none.

    Ours, for 20.2
    """
    path = Path(path).expanduser()
    if not path.is_file():
        raise MissingFile(f'there is no file {path}')
    enter(path, hub.sha1_of(path))
    return str(path)


def enter(path, sha1) -> None:
    """Note a file or folder of the reader's among those that the run in force uses.

    Not what the run itself has written.
    """
    out = current().out
    if out and out.resolve() in path.resolve().parents:
        return
    current().files[path.stem] = {'name': path.stem, 'file': path.name, 'data': 'local',
                                  'sha1': sha1}


def _sha1_of_listing(folder) -> str:
    """SHA-1 of the names and sizes of all visible files in the folder, and below."""
    digest = hashlib.sha1()
    for place, folders, files in os.walk(folder):
        # what `reorg_train_valid` makes of the files is no part of the data
        folders[:] = sorted(name for name in folders
                            if name[0] != '.' and name != 'train_valid_test')
        for name in sorted(name for name in files if name[0] != '.'):
            file = os.path.join(place, name)
            digest.update(f'{os.path.relpath(file, folder)}\0'
                          f'{os.path.getsize(file)}\0'.encode('utf-8', 'replace'))
    return digest.hexdigest()
