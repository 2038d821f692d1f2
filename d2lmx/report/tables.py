"""Rows of texts for the pages, from records that commands wrote."""
import math
from typing import NamedTuple

from ..pages.options import flag
from ..pages.results import digits_of, in_a_line, number_text
from ..parity.report import failure

SERIES, CLAIMS = 'series', 'claims'  # of a result: what figures draw; see `claims_of`
WIDTH, EDGE, INNER = 120, 6, 36  # of the drawing of a range: whole, margins, range


class Compared(NamedTuple):
    """One number beside the book's."""

    name: str
    ours: str
    book: str
    range: str
    is_inside: bool
    marks: tuple  # where the book's and ours stand in a drawing, or ()


def compared(book) -> list:
    """A row for each number that a run compared with the book's."""
    rows = []
    for name, row in ((book or {}).get('numbers') or {}).items():
        digits = digits_of(row)
        rows.append(Compared(
            name, number_text(row['ours'], digits), number_text(row['book'], digits),
            range_text(row['lowest'], row['highest'], digits), row['inside'],
            marks(row)))
    return rows


def range_text(lowest, highest, digits=None) -> str:
    """'0.437 to 0.465', or one number; by default of as many digits as differ."""
    digits = digits or digits_of({'lowest': lowest, 'highest': highest})
    ends = dict.fromkeys(number_text(end, digits) for end in (lowest, highest))
    return ' to '.join(ends)


def marks(row) -> tuple:
    """Where the book's number and ours stand in a drawing of the range.

    The range lies from INNER to WIDTH - INNER; what is far outside stands at an edge.
    () where there is nothing to draw.
    """
    numbers = [row[name] for name in ('lowest', 'highest', 'book', 'ours')]
    if isinstance(row['ours'], str) or not all(map(math.isfinite, numbers)):
        return ()
    lowest, highest, *values = numbers
    width = highest - lowest or abs(lowest) * 0.01 or 1  # of a range of one number
    middle = (lowest + highest) / 2
    places = [WIDTH / 2 + (value - middle) / width * (WIDTH - 2 * INNER)
              for value in values]
    return tuple(round(min(max(place, EDGE), WIDTH - EDGE), 1) for place in places)


def headline(run) -> tuple:
    """(name, ours, the book's or '') of the first number of a run, or ()."""
    for row in compared(run['book']):
        return row.name, row.ours, row.book
    final = run['result'].get('final')
    for name, value in final.items() if isinstance(final, dict) else ():
        if isinstance(value, (int, float)):
            return name, number_text(value, 4), ''
    return ()


def values(result, path=(), shown_apart=(SERIES,)) -> list:
    """(path, text, whether it takes lines) of all that a run returned.

    path: of keys, which lead to a value; shown_apart: those that are left out.
    """
    rows = []
    for key, value in result.items():
        if not path and key in shown_apart:
            continue
        if isinstance(value, dict):
            rows += values(value, (*path, key))
        else:
            is_block = isinstance(value, str) and '\n' in value
            rows.append((' / '.join((*path, key)),
                         value if is_block else in_a_line(value, as_cell=True),
                         is_block))
    return rows


class Claim(NamedTuple):
    """A row of a run's claims, as `companions/claims.py` makes it."""

    text: str
    measured: list  # (name, numbers as a text)
    holds: bool


def claims_of(run) -> list:
    """A `Claim` each of what a run measured of what is said; else []."""
    rows, num_seeds = run['result'].get(CLAIMS), run['options'].get('num_seeds')
    return [Claim(str(row['claim']), [(name, over_seeds(value, num_seeds))
                                      for name, value in row['measured'].items()],
                  row['holds'] is True)
            for row in (rows if isinstance(rows, list) else ())
            if isinstance(row, dict) and {'claim', 'measured', 'holds'} <= set(row)
            and isinstance(row['measured'], dict)]


def over_seeds(value, num_seeds) -> str:
    """A number; of a list of each seed's the mean and, of several, both ends."""
    if not (isinstance(value, list) and len(value) == num_seeds
            and all(isinstance(part, (int, float)) for part in value)):
        return in_a_line(value, as_cell=True)
    mean, lowest, highest = (number_text(part, 4) for part in (
        sum(value) / len(value), min(value), max(value)))
    if num_seeds == 1:
        return f'{mean} (1 seed)'
    return f'{mean} ({lowest} to {highest}, {num_seeds} seeds)'


def options(run, defaults) -> list:
    """(option, value, the book's value where it is another) of a run."""
    usual = dict(defaults)
    return [(flag(name), number_text(value),
             number_text(usual[name]) if usual.get(name, value) != value else '')
            for name, value in run['options'].items()]


def circumstances(run) -> list:
    """(what, text) of how a run was made."""
    rows = [('seed', run['seed']), ('device', run['device']),
            ('threads', run['threads'] or 'unknown'),
            ('time', seconds(run['timing']['total_seconds'])),
            ('networks', 'compiled' if run['hybridized'] else 'imperative')]
    if run['workers'] > 1:
        rows.append(('workers', run['workers']))
    if run.get('resumed'):
        rows.append(('resumed', in_a_line(run['resumed'], as_cell=True)))
    return rows


def seconds(value) -> str:
    """A time for people: '8.4 s', '3 min 5 s'."""
    if not 60 <= value < math.inf:
        return f'{value:.3g} s'
    minutes, rest = divmod(round(value), 60)
    hours, minutes = divmod(minutes, 60)
    return f'{hours} h {minutes} min' if hours else f'{minutes} min {rest} s'


def milliseconds(value) -> str:
    """Of a time in seconds."""
    return f'{value * 1e3:.4g} ms'


def checks(comparison) -> list:
    """(what, absolute, relative, allowed, passed) of the differences to PyTorch."""
    rows = []
    for what, check in comparison['checks'].items():
        double = check.get('float64')
        for name, one in ((what, check), *([('in float64', double)] if double else [])):
            judged = one is double or not double
            rows.append((name, *(difference(one[kind]) for kind in (
                'absolute', 'relative', 'tolerance')),
                one['passed'] if judged else None))
    return rows


def parted(comparison) -> list:
    """Lines that say where and how the two networks part, if they do."""
    return [] if comparison['passed'] else failure(comparison)


def difference(value) -> str:
    """A small number: '1.2e-07'."""
    return value if isinstance(value, str) else f'{value:.1e}'


class Way(NamedTuple):
    """One way of computing, timed."""

    name: str
    rate: str       # units a second, or ''
    median: str
    times: str      # as fast as the first of the ways
    torch: str      # as fast as PyTorch's best way, or ''
    share: float    # of the fastest way's speed
    is_torch: bool


def timed(record) -> list:
    """(what, its unit, a `Way` each) of what `bench` timed."""
    unit = str(record.get('unit', ''))
    return [(what, unit, ways_of(ways, unit)) for what, ways
            in record['result'].items() if ways]


def ways_of(ways, unit) -> list:
    """A row each, with the speed as a share of the fastest."""
    fastest = min(row['median_seconds'] for row in ways.values())
    rows = []
    for name, row in ways.items():
        median, rate = row['median_seconds'], row.get(f'{unit}_per_second')
        base = next((value for key, value in row.items() if key.startswith('times_')
                     and key != 'times_best_torch'), None)
        rows.append(Way(
            name, f'{rate:,.0f}' if rate else '', milliseconds(median), ratio(base),
            ratio(row.get('times_best_torch')), fastest / median if median else 1.0,
            name.startswith('torch')))
    return rows


def ratio(value) -> str:
    """'1.41 x'; '' for none."""
    return f'{value:.2f} ×' if isinstance(value, (int, float)) else ''


def speed_beside_torch(found) -> str:
    """How many times as fast as PyTorch a training step is, and as which; or ''."""
    for _, record in found.speeds:
        static = record['result'].get('training step', {}).get('static', {})
        if times := ratio(static.get('times_best_torch')):
            return f'{times} best'
    for _, record in found.comparisons:
        if record['timing']:
            return f'{ratio(record["timing"]["training step"]["ratio"])} eager'
    return ''
