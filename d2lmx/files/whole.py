"""Files and folders that appear whole or not at all.

What is written goes to a hidden folder beside the target and is moved into place when
all went well. The hidden folder is locked as long as its writer lives, so that a later
writer of the same target can remove what killed ones left.
"""
import contextlib
import fcntl
import glob
import os
import platform
import shutil
import tempfile
from pathlib import Path

from ..errors import Unavailable


class Unwritable(Unavailable, OSError):
    """A file or folder cannot be made or written."""


def writable(folder):
    """Whether files may go to `folder`, or to where it would be made.

    A folder marked read-only is respected even for root, who could write there.
    """
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return (folder.is_dir() and os.access(folder, os.W_OK)
            and bool(folder.stat().st_mode & 0o222))


@contextlib.contextmanager
def writing(target):
    """Make an OSError in the block an `Unwritable` that names the target."""
    try:
        yield
    except Unwritable:
        raise
    except OSError as error:
        raise Unwritable(f'cannot write {target}: {error.strerror or error}; make room '
                         'there, or choose another place (--out)') from error


@contextlib.contextmanager
def whole_file(path):
    """``with whole_file(path) as part``: what is written to part ends up at path.

    If the block raises, nothing is left behind, and what stood there stays. Folders on
    the way are made; Unwritable where that, or the last move, fails.
    """
    with whole_files(path) as (part,):
        yield part


@contextlib.contextmanager
def whole_files(*paths):
    """The same of several files of one folder: gives a list of parts in another."""
    paths = [Path(path) for path in paths]
    with _beside(paths[0]) as place:
        parts = [place / path.name for path in paths]
        yield parts
        for part, path in zip(parts, paths):
            with writing(path):
                part.replace(path)


@contextlib.contextmanager
def whole_folder(path, replace: bool = True):
    """The same of a folder, which is there, empty, when the block begins.

    replace: an older folder of that name gives way; False: it stays as it is, for
    content that is the same whoever writes it.
    """
    path = Path(path)
    with _beside(path) as place:
        part = place / path.name
        part.mkdir()
        yield part
        with writing(path):
            if replace:
                _put_in_place(part, path)
            elif not path.is_dir():
                with contextlib.suppress(FileExistsError):  # another was just first
                    part.rename(path)


@contextlib.contextmanager
def _beside(target):
    """A hidden folder beside the target, whose lock says that its writer lives."""
    with writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        _remove_leftovers(target)
        place = Path(tempfile.mkdtemp(prefix=f'.{target.name}-', dir=target.parent))
    try:
        with writing(target):
            lock = _hold(place)
        with lock:
            yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _hold(place):
    """An open file whose lock says that the folder's writer, or a fork of it, lives."""
    file = open(place / '.unlocked', 'wb', buffering=0)
    # without locks on this file system, no later run takes the folder for a leftover
    with contextlib.suppress(OSError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        file.write(_running_system())
        (place / '.unlocked').rename(place / '.lock')
    return file


def _remove_leftovers(target) -> None:
    """Remove the hidden folders of writers that were killed on this machine.

    A folder without a lock stays: it may be about to get one, or hold an older folder
    that `_put_in_place` had set aside.
    """
    for path in target.parent.glob(f'.{glob.escape(target.name)}-*/.lock'):
        with contextlib.suppress(OSError), open(path, 'rb+', buffering=0) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # OSError: it is held
            if lock.read() == _running_system():
                shutil.rmtree(path.parent)


def _running_system() -> bytes:
    """Which machine this is, since its start: others may not see each other's locks."""
    boot = Path('/proc/sys/kernel/random/boot_id')
    return boot.read_bytes() if boot.exists() else platform.node().encode()


def _put_in_place(folder, target) -> None:
    """Move a folder to where an older one may be, which stays if that fails."""
    with tempfile.TemporaryDirectory(dir=target.parent,
                                     prefix=f'.{target.name}-') as aside:
        old = Path(aside) / target.name
        try:
            if target.exists():
                target.rename(old)
            folder.rename(target)
        except BaseException:  # Ctrl-C too
            if old.exists() and not target.exists():
                old.rename(target)
            raise
