"""The results folder of a section: numbers as JSON, figures as SVG and PNG."""
import contextlib
import json
import math
import os
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
def results_folder(out: Path, slug: str):
    """A temporary folder that takes the place of out/slug if all goes well."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f'.{slug}-', dir=out))
    except OSError as error:
        raise ResultsUnwritable(out, error) from error
    try:
        yield folder
        umask = os.umask(0)
        os.umask(umask)
        folder.chmod(0o777 & ~umask)  # mkdtemp makes a private folder
        try:
            put_in_place(folder, out / slug)
        except OSError as error:
            raise ResultsUnwritable(out / slug, error) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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
    try:
        for i, number in enumerate(plt.get_fignums(), start=1):
            figures.mkdir(exist_ok=True)
            for suffix in ('svg', 'png'):
                plt.figure(number).savefig(figures / f'{i}.{suffix}', dpi=150,
                                           bbox_inches='tight')
    except OSError as error:
        raise ResultsUnwritable(figures, error) from error
    write_json(folder / 'metrics.json', record)


def write_json(path: Path, record) -> Path:
    """Write a record to a file, which appears whole or not at all."""
    text = json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + '\n'
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix='.json-') as folder:
            whole = Path(folder) / path.name
            whole.write_text(text, encoding='utf-8')
            return whole.replace(path)
    except OSError as error:
        raise ResultsUnwritable(path.parent, error) from error


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
