"""The one way to a data file: roots on this machine, download, or toy data.

Roots are the folders that the environment variable D2LMX_DATA names, the per-user
cache, and what the system's packages installed. ``DATA_HUB`` is the book's plain dict.
"""
import contextlib
import difflib
import functools
import os
import zlib
from pathlib import Path

from ..context import current
from ..errors import InputError, Unavailable
from . import archives
from .archives import BadData
from .catalogue import DATA_URL, FILES, MIRRORS, WEIGHTS, DataFile
from .sources import source_digest
from .whole import whole_file, writable

__all__ = ['DATA_HUB', 'DATA_URL', 'download', 'download_extract', 'download_all']

DATA_HUB = {}  # name -> (url, SHA-1)
SYSTEM_ROOT = Path('/usr/share/datasets')  # where Debian's dataset-* packages install
TOYS = {}      # name -> writer(path, rng); the loaders' modules enter theirs
CHECKS = {}    # name -> check(path) of a file that is not the book's; theirs, too

_KNOWN = {}    # name -> DataFile, with what the book's pair cannot say


class DataUnavailable(Unavailable, OSError):
    """A data file is in no root and could be neither downloaded nor written."""


def register(name: str, known: DataFile) -> None:
    """Enter a file in DATA_HUB, and what the book's pair there cannot say."""
    DATA_HUB[name] = (known.url, known.sha1)
    _KNOWN[name] = known


for _name, _file in {**FILES, **WEIGHTS}.items():
    register(_name, _file)


def toy(name: str):
    """Decorator: `writer(path, rng)` writes the toy file for `name`.

    `rng` is a ``numpy.random.RandomState`` seeded by the name. Its uniform and integer
    draws are the same on every machine; its normal draws need not be.
    """
    def enter(writer):
        TOYS[name] = writer
        return writer
    return enter


def check(name: str):
    """Decorator: `check(path)` raises BadData where a file cannot be that of `name`.

    `download` asks it of a file that is not the book's, before it is used: for files
    that a page reads by itself.
    """
    def enter(checker):
        CHECKS[name] = checker
        return checker
    return enter


def policy() -> str:
    """Whether files are the real ones ('book') or 'toy': as the run says, or else the
    environment."""
    default = 'toy' if os.environ.get('D2LMX_DATA') == 'toy' else 'book'
    return current().data or default


def cache() -> Path:
    """The per-user cache folder (XDG_CACHE_HOME moves it). It may not exist yet."""
    from .fetcher import pooch  # late: most runs need it not
    return Path(pooch.os_cache('d2lmx'))


def roots() -> list:
    """The folders that are searched, in order.

    InputError where D2LMX_DATA names a folder that does not exist.
    """
    value = os.environ.get('D2LMX_DATA', '')
    names = [] if value == 'toy' else [name for name in value.split(os.pathsep) if name]
    folders = [Path(os.path.expanduser(name)) for name in names]
    for folder in folders:
        if not os.path.isdir(folder):  # where Path.is_dir raises, for a name too long
            raise InputError(f'D2LMX_DATA names {folder}, which is no folder: create '
                             f"it or name another (or 'toy' alone for toy data)")
    return [*folders, cache(), SYSTEM_ROOT]


def locate(name: str, cache_dir=None):
    """(path, kind) of a file that is on this machine, or None; downloads nothing.

    `kind` is 'book' where the bytes are the book's (or a known repack of them),
    'local' for any other file of that name in a root, and for an archive that the file
    has not been taken from yet, 'toy' under the toy policy.
    """
    file = known(name)
    if policy() == 'toy':
        path = _toy_path(name) if name in TOYS else None
        return (path, 'toy') if path and path.is_file() else None
    for root in roots() if cache_dir is None else [Path(cache_dir)]:
        for folder in (root, root / file.folder)[file.at_home:]:
            for path in (folder / name for name in file.files):
                if path.is_file():
                    return path, _kind(path, file)
    return None


def _kind(path, file) -> str:
    return 'book' if sha1_of(path) in (file.sha1, *file.twins) else 'local'


def sha1_of(path) -> str:
    """SHA-1 of a file, computed once as long as the file stays the same."""
    status = os.stat(path)
    return _sha1(str(path), status.st_size, status.st_mtime_ns)


@functools.lru_cache(maxsize=None)
def _sha1(path, _size, _mtime):
    from .fetcher import pooch
    return pooch.file_hash(path, alg='sha1')


def known(name: str) -> DataFile:
    """What is known of a file, whose address and SHA-1 are those of DATA_HUB."""
    if name not in DATA_HUB:
        near = difflib.get_close_matches(str(name), DATA_HUB, n=1)
        hint = f' Did you mean {near[0]!r}?' if near else ''
        raise InputError(f'{name!r} is not in DATA_HUB.{hint} It holds: '
                         f'{", ".join(sorted(DATA_HUB))}')
    url, sha1 = DATA_HUB[name]
    return (_KNOWN.get(name) or DataFile(url, sha1))._replace(url=url, sha1=sha1)


def download(name: str, cache_dir=None) -> str:
    """Path of the file that DATA_HUB enters under `name`, downloaded where needed.

    A file in a root is used as it is. `cache_dir` stands for the roots and is where
    the file goes; without it the file goes to the first root that can be written.
    Under the toy policy it is a small made-up file instead, kept in the cache.
    ValueError for an unknown name, and for a file of your own that cannot be what the
    name says; DataUnavailable where the file cannot be had.

    Book: 4.10 (sec_kaggle_house)
    """
    file = known(name)
    if policy() == 'toy':
        path, kind = _toy_file(name), 'toy'
    else:
        path, kind = locate(name, cache_dir) or (_fetch(name, file, cache_dir), 'book')
        if file.member and path.name != file.member:
            path = _taken(path, file.member)
            kind = _kind(path, file)
    if kind == 'local' and name in CHECKS:
        CHECKS[name](path)
    current().files[name] = {'name': name, 'file': path.name, 'data': kind,
                             'sha1': sha1_of(path)}
    return str(path)


def download_extract(name: str, folder: str = None) -> str:
    """Folder with the unpacked content of a .zip, .tar or .tar.gz file.

    Gives `folder` of the archive; without it the folder named like the archive, or
    all of it where it holds none of that name. Unpacks once, beside the archive or,
    where that folder is read-only, in the cache, under the archive's name and SHA-1.
    ValueError for an archive that is damaged, unsafe or without `folder`.

    Book: 4.10 (sec_kaggle_house)
    """
    return unpack(Path(download(name)), folder)


def unpack(archive: Path, folder: str = None) -> str:
    """What `download_extract` does, of an archive that is there."""
    unpacked = f'{archives.stem(archive)}-{sha1_of(archive)[:8]}'
    places = [archive.parent / unpacked, cache() / unpacked]
    whole = next((place for place in places if place.is_dir()), None)
    if whole is None:
        whole = places[0] if writable(archive.parent) else places[1]
        with _told(whole.parent, archive.name):
            archives.extract(archive, whole)
    inner = whole / (folder or archives.stem(archive))
    if inner.is_dir():
        return str(inner)
    if folder:
        raise BadData(f'{archive} holds no folder {folder!r}; at its top are: '
                      f'{", ".join(sorted(os.listdir(whole)))}')
    return str(whole)


def download_all() -> None:
    """Download every file of DATA_HUB that has an address.

    Book: 4.10 (sec_kaggle_house)
    """
    for name in filter(has_address, DATA_HUB):
        download(name)


def has_address(name: str) -> bool:
    """Whether a file can be downloaded from anywhere."""
    return bool(_addresses(known(name).url))


def _taken(archive, member):
    """A member of an archive as a file beside it, or in the cache."""
    place = archive.parent if writable(archive.parent) else cache()
    path = place / member
    if not path.is_file():
        with _told(place, member), whole_file(path) as part:
            archives.take(archive, member, part)
    return path


def _fetch(name, file, cache_dir):
    from . import transfer  # late: what it imports takes longer than all else here
    if cache_dir is None:
        searched = roots()
        root = next(filter(writable, searched[:-1]), cache())  # never the system's
    else:
        searched, root = [Path(cache_dir)], Path(cache_dir)
    path = root / file.folder / file.file
    with _told(path.parent, path.name):
        try:
            transfer.fetch(_addresses(file.url), file.sha1, path, file.member)
        except transfer.TransferError as error:
            fault = ('could not be downloaded' if error.reasons else
                     'there is no address to download it from')
            tried = ''.join(f'; tried {reason}' for reason in error.reasons)
            raise DataUnavailable(
                f'{path.name} ({name!r}) is in no data folder and {fault}; searched: '
                f'{", ".join(map(str, searched))}{tried}. Put it into one of these '
                'folders, or name its folder in D2LMX_DATA, or use toy data: '
                'D2LMX_DATA=toy, or `d2lmx run` with --data toy') from error
    return path


def _addresses(url):
    """The address and its mirrors, in the order in which they are tried; maybe none."""
    if '://' not in url:
        return []
    return [url] + [other + url[len(prefix):] for prefix, others in MIRRORS.items()
                    if url.startswith(prefix) for other in others]


@contextlib.contextmanager
def _told(folder, file):
    """Make an OSError while writing to `folder` a DataUnavailable that says so."""
    try:
        yield
    except DataUnavailable:
        raise
    except OSError as error:
        raise DataUnavailable(
            f'{file} could not be written to {folder}: {error.strerror or error}. Make '
            f'room or name a folder you may write to in D2LMX_DATA (toy data and '
            f'unpacked archives: XDG_CACHE_HOME)') from error


def _toy_path(name):
    """A changed writer, or helper of it, gets a new folder: no old file is served."""
    return cache() / 'toy' / source_digest(TOYS[name]) / known(name).file


def _toy_file(name):
    if name not in TOYS:
        raise DataUnavailable(f'{name!r} has no toy version, only these have: '
                              f'{", ".join(sorted(TOYS))}. Run with --data book')
    path = _toy_path(name)
    if not path.is_file():
        import numpy as onp
        rng = onp.random.RandomState(zlib.crc32(name.encode()))
        with _told(path.parent, path.name), whole_file(path) as part:
            TOYS[name](part, rng)
    return path


def used() -> list:
    """The files that the run in force has used: dicts with name, file, data and sha1.

    `data` is 'book', 'local' or 'toy', as `locate` tells it.
    """
    return list(current().files.values())
