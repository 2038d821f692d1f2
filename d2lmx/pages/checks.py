"""Whether a section reaches the numbers that the book prints, by runs of it."""
from ..errors import Unavailable
from . import sections
from .apart import is_of, run_apart, saved
from .options import flag, parse
from .printed import beside_the_book, outside, pages

INSIDE, OUTSIDE, NOT_COMPARED = 'inside', 'outside', 'not compared'


def check(section, out, again: bool = False) -> list:
    """A verdict for each set of options for which the section has numbers of their own.

    Each is a dict: 'section', 'name', 'title', 'options' (those that differ from the
    defaults), 'state' (INSIDE, OUTSIDE or NOT_COMPARED), 'reason' ('' where numbers
    were compared), 'numbers' ({name: row}, as in a run's record) and 'results', the
    folders of the runs.

    The runs are of the book's data, by processes of their own. Where `out` holds the
    results of one with these options, seed and version it counts instead, since a run
    repeats itself bit by bit; `again` runs all.
    """
    module = sections.load(section)
    found, seen = [], []
    for page in pages(module):
        if id(page.numbers) not in seen:  # else of a form that is tuned to be equal
            seen.append(id(page.numbers))
            found.append(verdict(section, module, page, out, again))
    return found or [verdict_of(section, {}, reason='the book prints no number')]


def verdict(section, module, page, out, again) -> dict:
    """Whether the page's numbers are reached, by a run, or by several."""
    records, places = [], []
    for seed in range(page.num_seeds):
        place = out / label(page.changed, seed)
        try:
            records.append(record_of(section, module, [
                '--data', 'book', '--seed', str(seed), *words_of(page.changed)],
                place, again))
        except Unavailable as error:
            return verdict_of(section, page.changed, reason=str(error))
        places.append(str(place / section.slug))
    first = records[0]
    book = beside_the_book(module, first['options'], first['data'], first['result'])
    if 'reason' in book:
        return verdict_of(section, page.changed, reason=book['reason'], results=places)
    rows = {**book['numbers'],
            **page.compare_over_seeds([record['result'] for record in records])}
    return verdict_of(section, page.changed, rows, results=places)


def verdict_of(section, changed, rows=None, reason='', results=()) -> dict:
    """See `check`."""
    state = NOT_COMPARED if reason else OUTSIDE if outside(rows) else INSIDE
    return {'section': section.number, 'name': section.name, 'title': section.title,
            'options': changed, 'state': state, 'reason': reason, 'numbers': rows or {},
            'results': list(results)}


def record_of(section, module, argv, out, again: bool = False) -> dict:
    """The record of a run with these words, an old one of the same or a new one's."""
    record = None if again else saved(section, out)
    if record and is_of(record, *parse(section, module, argv)):
        return record
    return run_apart(section, argv, out)


def words_of(changed: dict) -> list:
    """Hyperparameters as the words of a command line."""
    words = []
    for name, value in changed.items():
        if isinstance(value, bool):
            words.append(flag(name if value else f'no_{name}'))
        else:
            words += [flag(name), str(value)]
    return words


def label(changed: dict, seed: int) -> str:
    """The folder, below that of all results, of runs with other options or seeds."""
    parts = [f'{name}-{value}' for name, value in changed.items()]
    return '_'.join(parts + ([f'seed-{seed}'] if seed else []))
