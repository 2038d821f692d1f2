"""Compressed files: safe extraction, clear errors, bytes that repeat.

An archive comes from the network or from a friend, so its members are not trusted.
"""
import contextlib
import errno
import gzip
import shutil
import stat
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath, PureWindowsPath

from ..errors import InputError, Unavailable
from .whole import whole_folder

__all__ = []


class BadData(Unavailable, ValueError):
    """A data file cannot be used as it is."""


# An archive may unpack to so many times its size, and to so much more: far beyond what
# text or tables shrink by, and far below what a file made to fill a disk unpacks to.
LARGEST_RATIO, SPARED_BYTES = 100, 100 * 10 ** 6
# of a name that can be no file here: too long, or a folder and a file at once
BAD_NAMES = (errno.ENAMETOOLONG, errno.EISDIR, errno.ENOTDIR, errno.EEXIST,
             errno.EINVAL, errno.EILSEQ)
BROKEN = (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile, tarfile.TarError)


def is_archive(path: Path) -> bool:
    """Whether the file name is one that `extract` takes."""
    return path.name.endswith(('.zip', '.tar', '.tar.gz', '.tgz'))


def stem(path: Path) -> str:
    """The file name without '.zip', '.tar', '.tar.gz' or '.tgz'."""
    name = path.name[:-3] if path.name.endswith('.gz') else path.name
    return name.rsplit('.', 1)[0]


def extract(archive: Path, into: Path) -> None:
    """Unpack a .zip, .tar, .tar.gz or .tgz file into the folder `into`, or do nothing.

    `into` appears whole or not at all: members go to a temporary folder beside it,
    which is then renamed. ValueError where a member points outside, is a link or a
    device, has no name or one that can be none here, or is encrypted or packed in a way
    unknown to Python; where all are larger than archives unpack to; and where the
    archive is damaged.
    """
    if not is_archive(archive):
        raise InputError(f'only .zip, .tar, .tar.gz and .tgz files can be unpacked, '
                         f'got {archive.name}')
    with whole_folder(into, replace=False) as part:
        try:
            unpack = _unpack_zip if archive.suffix == '.zip' else _unpack_tar
            unpack(archive, part)
        except BROKEN as error:
            raise damaged(archive, error) from error
        except (NotImplementedError, RuntimeError, ValueError, OSError) as error:
            is_disk = isinstance(error, OSError) and error.errno not in BAD_NAMES
            if is_disk or isinstance(error, BadData):
                raise
            raise BadData(f'{archive} cannot be unpacked ({error}): unpack it by other '
                          'means, and put a plain .zip or .tar.gz there') from error


def _unpack_zip(archive, folder):
    with zipfile.ZipFile(archive) as file:
        for member in file.infolist():
            kind = stat.S_IFMT(member.external_attr >> 16)
            _check_member(archive, member.filename,
                          kind in (0, stat.S_IFREG, stat.S_IFDIR))
        _check_size(archive, sum(member.file_size for member in file.infolist()))
        file.extractall(folder)


def _unpack_tar(archive, folder):
    with tarfile.open(archive) as file:
        size = 0
        for member in file:
            size += member.size
            _check_size(archive, size)
            _check_member(archive, member.name, member.isreg() or member.isdir())
            target = folder / member.name
            if member.isdir():
                target.mkdir(parents=True, exist_ok=True)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            with file.extractfile(member) as source, open(target, 'wb') as copy:
                shutil.copyfileobj(source, copy)


def take(archive: Path, member: str, target) -> None:
    """Write one member of a .zip file to `target`; BadData where there is none."""
    try:
        with zipfile.ZipFile(archive) as file:
            _check_size(archive, file.getinfo(member).file_size)
            with file.open(member) as source, open(target, 'wb') as copy:
                shutil.copyfileobj(source, copy)
    except BROKEN as error:
        raise damaged(archive, error) from error
    except (KeyError, NotImplementedError, RuntimeError) as error:
        raise BadData(f'{archive} holds no plain file {member}: put that file in its '
                      'place') from error


def _check_member(archive, name, is_plain):
    """Refuse what is no plain file or folder below the target folder."""
    windows = PureWindowsPath(name)  # its parts split at both kinds of slash
    outside = (PurePosixPath(name).is_absolute() or windows.drive or windows.root
               or '..' in windows.parts)
    if not name:
        raise BadData(f'{archive} holds a member without a name: get the file from its '
                      'original source')
    if outside or not is_plain:
        fault = 'points outside its folder' if outside else 'is a link or a device'
        raise BadData(f'{archive} is not safe to unpack: its member {name!r} '
                      f'{fault}. Nothing was unpacked; get the file from its '
                      f'original source')


def _check_size(archive, size):
    """Refuse what unpacks to far more than data do; no more is read than announced."""
    most = LARGEST_RATIO * archive.stat().st_size + SPARED_BYTES
    if size > most:
        raise BadData(f'{archive} would unpack to {size} bytes or more, {most} at most '
                      'are believed of its size: unpack it by hand if you trust it')


def damaged(path: Path, error) -> BadData:
    """The error for a file that is cut off or damaged, with the mending step."""
    return BadData(f'{path} is cut off or damaged ({error}). Delete it and run '
                   f'again to download it anew, or put a whole copy there')


@contextlib.contextmanager
def opened_gzip(path):
    """A .gz file to read from; ValueError where it turns out to be damaged."""
    try:
        with gzip.open(path) as file:
            yield file
    except BROKEN as error:
        raise damaged(Path(path), error) from error


def write_gzip(path, content: bytes) -> None:
    """Write a .gz file whose bytes depend on `content` alone.

    Blocks are stored uncompressed: compressed bytes differ between releases of zlib.
    """
    size = 0xffff
    starts = range(0, len(content), size) or (0,)
    with open(path, 'wb') as file:
        file.write(b'\x1f\x8b\x08\0\0\0\0\0\0\xff')  # no name, no time, unknown system
        for start in starts:
            block = content[start:start + size]
            is_last = start == starts[-1]
            file.write(struct.pack('<BHH', is_last, len(block), len(block) ^ size))
            file.write(block)
        file.write(struct.pack('<II', zlib.crc32(content), len(content) & 0xffffffff))
