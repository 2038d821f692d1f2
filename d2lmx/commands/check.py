"""Whether sections reach the book's numbers: inside or outside what its builds did."""
import json
from pathlib import Path

from ..pages import sections
from ..pages.editions import add_edition
from ..pages.values import folder

NOTHING_TO_COMPARE = 3


def options(parser):
    parser.add_argument('sections', nargs='+', metavar='SECTION',
                        help="numbers, names or files; each is run on the book's data")
    parser.epilog = ('Exit status 0: all inside; 1: a number is outside; 3: none is, '
                     'but a section could not be compared.')
    add_edition(parser)
    parser.add_argument('--out', type=folder, default=Path('results'),
                        help='where results are, and are put (default: results)')
    parser.add_argument('--again', action='store_true',
                        help='run also what has results of the same options, seed and '
                             'version there (default: those count)')
    parser.add_argument('--json', action='store_true', help='as JSON')


def obey(args):
    from tqdm import tqdm

    from ..pages.checks import check
    chosen = [sections.find(token) for token in args.sections]
    verdicts = []
    with tqdm(chosen, disable=None, unit='section', leave=False) as bar:
        for section in bar:
            bar.set_description(section.slug)
            verdicts += check(section, args.out, args.again)
    if args.json:
        print(json.dumps(verdicts, indent=1, ensure_ascii=False))
    else:
        print('\n'.join(map(text_of, verdicts)))
    return status_of_all({verdict['state'] for verdict in verdicts})


def status_of_all(states) -> int:
    """The exit status for the states of all verdicts."""
    from ..pages.checks import NOT_COMPARED, OUTSIDE
    return 1 if OUTSIDE in states else NOTHING_TO_COMPARE * (NOT_COMPARED in states)


def text_of(verdict) -> str:
    """A section's verdict as a line, and the table of its numbers."""
    from ..pages.printed import outside
    from ..pages.results import book_lines
    title = ', '.join([f'{verdict["section"]} {verdict["name"]}'.strip(), *(
        f'{name} {value}' for name, value in verdict['options'].items())])
    rows = verdict['numbers']
    if verdict['reason']:
        return f'{title}: not compared: {verdict["reason"]}'
    names = ', '.join(outside(rows))
    word = f'OUTSIDE the range of the book\'s builds: {names}' if names else 'inside'
    return '\n'.join([f'{title}: {word}', *book_lines({'numbers': rows})])
