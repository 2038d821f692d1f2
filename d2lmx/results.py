"""The results folder of a section: numbers as JSON, figures as SVG and PNG."""
import contextlib
import fcntl
import glob
import json
import math
import os
import platform
import shutil
import tempfile
from pathlib import Path

import numpy as onp
from matplotlib import pyplot as plt


class ResultsUnwritable(OSError):
    """The results folder cannot be made or written."""

    def __init__(self, folder, error):
        super().__init__(f'cannot write results to {folder}: '
                         f'{error.strerror or error}; choose another folder with --out')


@contextlib.contextmanager
def writing(folder):
    """Make an OSError a `ResultsUnwritable` that names the folder."""
    try:
        yield
    except OSError as error:
        raise ResultsUnwritable(folder, error) from error


@contextlib.contextmanager
def results_folder(out: Path, slug: str):
    """A temporary folder that takes the place of out/slug if all goes well.

    Those of runs that were killed are removed.
    """
    with writing(out):
        out.mkdir(parents=True, exist_ok=True)
        remove_leftovers(out, slug)
        place = Path(tempfile.mkdtemp(prefix=f'.{slug}-', dir=out))
    try:
        folder = place / 'results'
        with writing(out):
            folder.mkdir()
            lock = hold(place)
        with lock:
            yield folder
            with writing(out / slug):
                put_in_place(folder, out / slug)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def hold(place: Path):
    """An open file whose lock says that the folder's writer, or a fork of it, lives."""
    file = open(place / 'unlocked', 'wb', buffering=0)
    # without locks on this file system, no later run takes the folder for a leftover
    with contextlib.suppress(OSError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        file.write(running_system())
        (place / 'unlocked').rename(place / 'lock')
    return file


def remove_leftovers(out: Path, slug: str) -> None:
    """Remove the temporary folders of runs that were killed on this machine.

    A folder without a lock stays: it may be about to get one, or hold older results
    that `put_in_place` had set aside.
    """
    for path in out.glob(f'.{glob.escape(slug)}-*/lock'):
        with contextlib.suppress(OSError), open(path, 'rb+', buffering=0) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # OSError: it is held
            if lock.read() == running_system():
                shutil.rmtree(path.parent)


def running_system() -> bytes:
    """Which machine this is, since its start: others may not see each other's locks."""
    boot = Path('/proc/sys/kernel/random/boot_id')
    return boot.read_bytes() if boot.exists() else platform.node().encode()


def put_in_place(folder: Path, target: Path) -> None:
    """Move a folder to where an older one may be, which stays if that fails."""
    out, slug = target.parent, target.name
    with tempfile.TemporaryDirectory(dir=out, prefix=f'.{slug}-') as aside:
        old = Path(aside) / slug
        try:
            if target.exists():
                target.rename(old)
            folder.rename(target)
        except BaseException:  # Ctrl-C too
            if old.exists() and not target.exists():
                old.rename(target)
            raise


def write(record, folder: Path) -> None:
    """metrics.json, and each open figure as SVG and PNG."""
    figures = folder / 'figures'
    with writing(figures):
        for i, number in enumerate(plt.get_fignums(), start=1):
            figures.mkdir(exist_ok=True)
            for suffix in ('svg', 'png'):
                plt.figure(number).savefig(figures / f'{i}.{suffix}', dpi=150,
                                           bbox_inches='tight')
    write_json(folder / 'metrics.json', record)


def write_json(path: Path, record) -> Path:
    """Write a record to a file, which appears whole or not at all."""
    text = json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + '\n'
    with writing(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix='.json-') as folder:
            whole = Path(folder) / path.name
            whole.write_text(text, encoding='utf-8')
            return whole.replace(path)


def show(record, target: Path) -> None:
    """Print what the run returned, on which data, and where the files are."""
    for name, value in record['result'].items():
        if name != 'series':
            print(f'{name}: {readable(value)}')
    if record.get('resumed'):
        place = record['resumed']
        print(f'resumed: training {place["fit"]}, after epoch {place["epoch"]}')
    toy = ' (generated stand-ins, not the book\'s data)'
    print(f'data: {record["data"]}{toy if record["data"] == "toy" else ""}')
    print(f'numbers: {target / "metrics.json"}')
    if (target / 'figures').is_dir():
        print(f'figures: {target / "figures"}')


def readable(value, indent='  ') -> str:
    """A JSON value for people: short numbers, a line for each row or key."""
    if isinstance(value, float):
        return f'{value:.6g}'
    if isinstance(value, list) and value and isinstance(value[0], list):
        return ''.join(f'\n{indent}{readable(row, indent + "  ").lstrip()}'
                       for row in value)
    if isinstance(value, list):
        return '[' + ', '.join(readable(part) for part in value) + ']'
    if isinstance(value, dict):
        return ''.join(f'\n{indent}{key}: {readable(part, indent + "  ")}'
                       for key, part in value.items())
    return str(value)


def as_json(value):
    """The same value in JSON's types; numbers that are not finite become words."""
    if isinstance(value, dict):
        return {str(key): as_json(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(part) for part in value]
    if isinstance(value, onp.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise TypeError(f'a section returns JSON values, got {type(value).__name__}')
