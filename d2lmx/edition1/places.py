"""Data where the pages look for them, in ``../data``, or else from the hub."""
import logging
import shutil
from pathlib import Path

from ..data import toys  # with the loaders, who enter their writers
from ..files import archives, hub, own
from ..files.archives import BadData
from ..files.whole import whole_folder

__all__ = []

LOG = logging.getLogger('d2lmx')
DATA = '../data'


def find(path, name: str) -> str:
    """The reader's file at a path of the edition's, or else the hub's of that name.

    Toy data are warned of in the log 'd2lmx'. Errors as of `hub.download`.
    """
    return own.own_file(path) if Path(path).expanduser().is_file() else from_hub(name)


def from_hub(name: str) -> str:
    """Path of the hub's file of that name; a warning where it is toy data."""
    path = hub.download(name)
    warn_of_toys(name)
    return path


def warn_of_toys(name: str) -> None:
    """A warning where what came of the hub under that name is toy data."""
    if hub.policy() == 'toy':
        _warn(name)


def data_folder(name: str, inner: str, place) -> str:
    """The reader's folder `place`, or the folder `inner` of the hub's archive `name`.

    Toy data are warned of, and errors are as in `find`.
    """
    if _is_there(place):
        return str(place)
    archive = from_hub(name)
    return hub.unpack(Path(archive), inner)


def unpack_into(data_dir, name: str, inner: str) -> str:
    """The folder `inner` of an archive, unpacked to stand in `data_dir`; its path.

    What stands there stays, but for toy data where real ones are wanted. The archive is
    the reader's in `data_dir`, or the hub's. The folder appears whole or not at all.
    BadData for an archive that is damaged, unsafe, or holds no such folder.
    """
    place = Path(data_dir, inner)
    if _is_there(place):
        return str(place)
    archive = Path(find(Path(data_dir, hub.known(name).file), name))
    with whole_folder(place) as part:
        scratch = part / '.unpacked'
        # edition 1: extractall, which on Python below 3.14 trusts what members are
        # called, and says so or not as Python's version is
        archives.extract(archive, scratch)
        found = scratch / inner
        if not found.is_dir():
            raise BadData(f'{archive} holds no folder {inner}: put the archive that '
                          'the page names in its place')
        for child in found.iterdir():
            child.rename(part / child.name)
        shutil.rmtree(scratch)
    return str(place)


def _is_there(place) -> bool:
    """Whether the reader has that folder; one of toy data counts where toys do."""
    is_toy = Path(place, toys.MARK).is_file()
    if is_toy and hub.policy() == 'toy':
        _warn(place)
    return Path(place).is_dir() and (not is_toy or hub.policy() == 'toy')


def _warn(what) -> None:
    LOG.warning('*** %s is TOY DATA: numbers that come of it mean nothing ***', what)
