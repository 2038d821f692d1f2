"""The results folder of a section: numbers as JSON, figures as SVG and PNG."""
import itertools
import json
import math
from pathlib import Path

from matplotlib import pyplot as plt

from ..errors import InputError
from ..files.whole import whole_file, writing
from ..viz.finish import finish
from ..viz.tables import table

MANY, ROWS = 8, 20  # numbers in a line, and rows, that people are shown
WIDEST = 40         # cells that those above and below are aligned with


def write(record, folder: Path) -> None:
    """metrics.json, and each open figure as SVG and PNG."""
    figures = folder / 'figures'
    with writing(figures):
        for i, number in enumerate(plt.get_fignums(), start=1):
            figures.mkdir(exist_ok=True)
            finish(plt.figure(number))
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
    lines = list_of({name: value for name, value in record['result'].items()
                     if name != 'series'})
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
                    'ours': number_text(row['ours'], (digits := digits_of(row))),
                    'book': number_text(row['book'], digits),
                    'builds': ' to '.join(number_text(row[end], max(digits, 5))
                                          for end in ('lowest', 'highest')),
                    '': 'inside' if row['inside'] else 'OUTSIDE'}
                   for name, row in book['numbers'].items()])]


def digits_of(row, least=4) -> int:
    """Digits that tell a range's ends apart, and from them what lies outside.

    row: 'lowest', 'highest' and perhaps 'ours', as beside the book's numbers.
    """
    lowest, highest, ours = row['lowest'], row['highest'], row.get('ours')
    if isinstance(ours, str) or ours is None:
        ours = lowest
    gaps = [gap for gap in (highest - lowest, lowest - ours, ours - highest) if gap > 0]
    if not gaps or not math.isfinite(max(gaps)):
        return least
    size = max(abs(lowest), abs(highest))
    return min(max(least, math.ceil(math.log10(max(size / min(gaps), 1))) + 1), 15)


def list_of(values: dict, indent='', rows=ROWS) -> list:
    """Lines for people of a dict of JSON values: one each, aligned, or a block each.

    rows: the most of a block that is shown.
    """
    texts = {str(key): in_a_line(value) for key, value in values.items()}
    width = max((len(key) for key, text in texts.items() if text is not None),
                default=0)
    lines = []
    for (key, text), value in zip(texts.items(), values.values()):
        if text is not None:
            lines.append(f'{indent}{key + ":":{width + 1}} {text}'.rstrip())
        else:
            lines += [f'{indent}{key}:', *block_of(value, indent + '  ', rows)]
    return lines


def block_of(value, indent, most) -> list:
    """Lines for a dict, a list of rows or a text of several lines; long ones are cut.
    """
    if isinstance(value, dict):
        return list_of(value, indent, most)
    if isinstance(value, str):
        return [f'{indent}{line}' for line in value.splitlines()]
    rows = [[in_a_line(cell, as_cell=True) for cell in row]
            if isinstance(row, list) else [in_a_line(row, as_cell=True)]
            for row in value[:most]]
    widths = [min(max(map(len, column)), WIDEST) for column in itertools.zip_longest(
        *rows, fillvalue='')]
    lines = [indent + '  '.join(f'{cell:{width}}' for cell, width in zip(row, widths)
                                ).rstrip() for row in rows]
    return lines + ([f'{indent}... ({len(value)} in all)'] if len(value) > most else [])


def in_a_line(value, as_cell=False):
    """A number, a text or a list of such as one text; None for what takes a block.

    as_cell: all becomes one text, and a list stands in brackets.
    """
    if isinstance(value, list) and (as_cell or not any(
            isinstance(part, (list, dict)) for part in value)):
        shown = value if len(value) <= MANY else [*value[:MANY // 2], '...', value[-1]]
        text = ', '.join(in_a_line(part, as_cell=True) for part in shown)
        text += f' ({len(value)} in all)' if len(value) > MANY else ''
        return f'({text})' if as_cell else text
    if isinstance(value, dict) and as_cell:
        return ', '.join(f'{key} {in_a_line(part, as_cell=True)}'
                         for key, part in value.items())
    if isinstance(value, (list, dict)) or (
            isinstance(value, str) and '\n' in value and not as_cell):
        return None
    return number_text(value)


def number_text(value, digits=6) -> str:
    """A number with few digits; anything else as it is."""
    return f'{value:.{digits}g}' if isinstance(value, float) else str(value)


def as_json(value):
    """The same value in JSON's types; numbers that are not finite become words."""
    if isinstance(value, dict):
        return {str(key): as_json(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(part) for part in value]
    if hasattr(value, 'tolist'):  # an array or one of its numbers, NumPy's or MXNet's
        return as_json(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise InputError('run returns JSON values: numbers, texts, lists, '
                     f'arrays, or dicts of such, got {type(value).__name__}')
