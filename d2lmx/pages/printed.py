"""The numbers that the book prints for a section, beside those of a run.

A section holds them as PRINTED, a list of (options, numbers): options that differ from
the defaults of its run, and {name: (printed, lowest, highest)}, where the last two
bound what executed builds of the book reached. A name is one of the result's 'final'
values, or a path to a number in the result: 'k folds/valid log rmse', 'losses/2' for
the third of a list.

Where one run says little, since much depends on its seed, the section has OVER_SEEDS
too, a list of (options, numbers) whose {name: (statistic, runs, printed, lowest,
highest)} bound 'mean', 'min' or 'max' of a number over so many runs, of seeds 0, 1, ...
"""
import statistics
from dataclasses import dataclass

from .options import hyperparameters

STATISTICS = {'mean': statistics.mean, 'min': min, 'max': max}


@dataclass(frozen=True)
class Page:
    """The numbers that the book prints for a section with these options."""

    changed: dict     # the options that differ from the defaults of its run
    options: dict     # all of them
    numbers: dict     # of one run
    over_seeds: dict  # of several, with other seeds

    @property
    def num_seeds(self) -> int:
        """How many runs the numbers are of."""
        return max((runs for _, runs, *_ in self.over_seeds.values()), default=1)

    def compare(self, result) -> dict:
        """{name: row} of each number of one run, with the book's beside it."""
        return {name: compared(number_at(result, name), *bounds)
                for name, bounds in self.numbers.items()}

    def compare_over_seeds(self, results: list) -> dict:
        """The same of the numbers over seeds, from the results of `num_seeds` runs."""
        rows = {}
        for name, (statistic, runs, *bounds) in self.over_seeds.items():
            found = [number_at(result, name) for result in results[:runs]]
            words = [value for value in found if isinstance(value, str)]
            numbers = [value for value in found if not isinstance(value, str)]
            lost = words if statistic == 'mean' or not numbers else []
            ours = lost[0] if lost else STATISTICS[statistic](numbers)
            rows[f'{name}, {statistic} of {runs} seeds'] = compared(ours, *bounds)
        return rows


def pages(module) -> list:
    """A section's printed numbers, a `Page` for each set of options; [] without."""
    defaults = {name: default for name, (_, default)
                in hyperparameters(module.run).items()}
    lotteries = getattr(module, 'OVER_SEEDS', [])
    return [Page(changed, {**defaults, **changed}, numbers, next(
                (rows for options, rows in lotteries if options == changed), {}))
            for changed, numbers in getattr(module, 'PRINTED', [])]


def beside_the_book(module, options, data: str, result):
    """What a run's record says of the book's numbers; None where the section has none.

    {'numbers': {name: {'ours', 'book', 'lowest', 'highest', 'inside'}}}, or {'reason':
    why there is no comparison}: other options than the page's, or other data.
    """
    found = pages(module)
    if not found:
        return None
    if data not in ('book', 'none'):
        return {'reason': f"the data is {data}, not the book's"}
    for page in found:
        if page.options == options:
            return {'numbers': page.compare(result)}
    page = min(found, key=lambda page: len(differing(page.options, options)))
    return {'reason': 'options other than the page\'s: ' + ', '.join(
        f'{name} is {options[name]}, not {page.options[name]}'
        for name in differing(page.options, options))}


def differing(page: dict, options: dict) -> list:
    """Names of the options that have other values."""
    return [name for name in options if options[name] != page[name]]


def compared(ours, book, lowest, highest) -> dict:
    """One number of ours beside the book's."""
    return {'ours': ours, 'book': book, 'lowest': lowest, 'highest': highest,
            'inside': isinstance(ours, (int, float)) and lowest <= ours <= highest}


def standing(book) -> str:
    """How a record's 'book' stands: 'inside', 'outside', 'not compared', or ''.

    '' is of a section without printed numbers, whose 'book' is None.
    """
    if book is None:
        return ''
    if 'reason' in book:
        return 'not compared'
    return 'outside' if outside(book['numbers']) else 'inside'


def outside(rows: dict) -> list:
    """Names of the numbers, of such rows, that no build of the book has reached."""
    return [name for name, row in rows.items() if not row['inside']]


def number_at(result: dict, name: str):
    """A number of a result in JSON's types, by its name in 'final' or by its path.

    A word where there is none: a run is not lost for a wrong name of its page.
    """
    final = result.get('final')
    value = final.get(name, result) if isinstance(final, dict) else result
    for key in name.split('/') if value is result else ():
        if isinstance(value, list):
            value = dict(enumerate(value)).get(int(key) if key.isdecimal() else key)
        else:
            value = value.get(key) if isinstance(value, dict) else None
    if isinstance(value, (int, float, str)):  # such as 'nan'
        return value
    return f'no number at {name!r}'
