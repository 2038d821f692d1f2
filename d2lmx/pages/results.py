"""The results folder of a section: numbers as JSON, figures as SVG and PNG."""
import json
import math
from pathlib import Path

import numpy as onp
from matplotlib import pyplot as plt

from ..errors import InputError
from ..files.whole import whole_file, writing
from ..viz.tables import table


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
    with whole_file(path) as part, writing(path):
        part.write_text(text, encoding='utf-8')
    return path


def summary(record, target: Path) -> str:
    """What the run returned, on which data, and where the files are: lines of text."""
    lines = [f'{name}: {readable(value)}' for name, value in record['result'].items()
             if name != 'series']
    if record.get('resumed'):
        place = record['resumed']
        lines.append(f'resumed: training {place["fit"]}, after epoch {place["epoch"]}')
    lines += book_lines(record.get('book'))
    toy = ' (generated stand-ins, not the book\'s data)'
    lines += [f'data: {record["data"]}{toy if record["data"] == "toy" else ""}',
              f'numbers: {target / "metrics.json"}']
    if (target / 'figures').is_dir():
        lines.append(f'figures: {target / "figures"}')
    return '\n'.join(lines)


def book_lines(book) -> list:
    """The book's numbers beside ours, or why there is no comparison."""
    if book is None:
        return []
    if 'reason' in book:
        return [f'not compared with the book: {book["reason"]}']
    return [table([{"beside the book's numbers": name,
                    'ours': readable(row['ours'], digits=4),
                    'book': f'{row["book"]:.4g}',
                    'builds': f'{row["lowest"]:.4g} to {row["highest"]:.4g}',
                    '': 'inside' if row['inside'] else 'OUTSIDE'}
                   for name, row in book['numbers'].items()])]


def readable(value, indent='  ', digits=6) -> str:
    """A JSON value for people: short numbers, a line for each row or key."""
    if isinstance(value, float):
        return f'{value:.{digits}g}'
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
    raise InputError('run returns JSON values: numbers, texts, lists and dicts of '
                     f'such, got {type(value).__name__} (of an array, .tolist())')
