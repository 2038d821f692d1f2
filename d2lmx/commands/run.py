"""Run a section of the book: its numbers, its figures; `run SECTION --help` for more.

A section's hyperparameters are options, with the book's values as defaults. With --all,
or --chapters, many are run, in turn, each by a process of its own.
"""
import argparse
import inspect
import sys
from pathlib import Path

from ..errors import InputError
from ..pages import sections
from ..pages.editions import add_edition
from ..pages.options import parse
from ..pages.values import folder, number
from . import status_of

__all__ = ['main']


def options(parser):
    parser.usage = ('d2lmx run SECTION [options], or d2lmx run --all [options below]')
    section = parser.add_argument(
        'section', metavar='SECTION',
        help='number (6.6), name (lenet) or file; d2lmx list shows all')
    rest = parser.add_argument('arguments', type=str, nargs=argparse.REMAINDER,
                               help=argparse.SUPPRESS)
    section.required = rest.required = False
    add_edition(parser)
    many = parser.add_argument_group('many sections')
    many.add_argument('--all', action='store_true', help='every section, in turn')
    many.add_argument('--chapters', metavar='LIST', help='those of chapters, as in 3,4')
    many.add_argument('--smoke', action='store_true',
                      help='runs of seconds, on toy data unless --data says otherwise')
    many.add_argument('--data', choices=['auto', 'book', 'toy'],
                      help='as of a section (default: auto)')
    many.add_argument('--seed', type=number('seed', int, 0), help='(default: 0)')
    many.add_argument('--out', type=folder, help='(default: results)')
    many.add_argument('--again', action='store_true',
                      help='run also what has results of the same options, seed and '
                           'version there (default: go on after those)')


def obey(args):
    if args.all or args.chapters is not None:
        return run_all(args)
    if args.section is None:
        raise InputError('the following arguments are required: SECTION, or --all '
                         '(--help shows the options)')
    if given := [name for name in ('smoke', 'data', 'seed', 'out', 'again')
                 if getattr(args, name) not in (None, False) or name == 'seed'
                 and args.seed is not None]:
        raise InputError(f'--{given[0]} comes after the section, as in d2lmx run '
                         f'{args.section} --{given[0]}')
    section = sections.find(args.section)
    return run_with(section, sections.load(section), args.arguments)


def main(run, argv=None) -> None:
    """The command line of a section's own file; exits with its status.

    run: the section's function; its keyword arguments become options.

    Ours, for all sections
    """
    def obey():
        section = sections.find(inspect.getsourcefile(run))
        return run_with(section, sys.modules[run.__module__], argv)

    sys.exit(status_of(obey))


def run_with(section, module, argv) -> int:
    """Parse the section's options, run it, and tell the results and where they are."""
    from matplotlib import pyplot as plt

    from ..context import current
    from ..pages.results import summary
    from ..pages.runner import run_section
    args, hyperparameters = parse(section, module, argv)
    try:
        record = run_section(section, module, args, hyperparameters)
    except KeyboardInterrupt as stop:
        stop.args = ('nothing was written' if args.checkpoint is None else
                     f'go on from {args.checkpoint} with --resume'),
        raise
    if current().workers.rank == 0:
        print(summary(record, args.out / section.slug))
        if args.show:
            plt.show()
    return 0


# ---- many sections


def run_all(args) -> int:
    """Run all sections, or those of chapters, and tell how each went; 1: one failed."""
    from ..pages.batch import SUMMARY, chosen, done_before
    if args.section is not None:
        raise InputError(f'--all and --chapters stand alone, got {args.section!r} too')
    found = chosen(args.chapters and args.chapters.split(','))
    out, argv = args.out or Path('results'), words_of(args)
    before = {} if args.again else done_before(found, argv, out)
    rows = rows_of(found, argv, out, before)
    print(text_of(rows))
    if before:
        print(f'{len(before)} of {len(rows)} were done before (--again runs them too)')
    print(f'summary: {out / SUMMARY}')
    return int(any(row['state'] == 'failed' for row in rows))


def words_of(args) -> list:
    """The options of each section's own run."""
    words = ['--smoke'] if args.smoke else []
    for name in ('data', 'seed'):
        if getattr(args, name) is not None:
            words += [f'--{name}', str(getattr(args, name))]
    return words


def rows_of(found, argv, out, before) -> list:
    """A row for each section; a bar shows the time left, where there is a terminal."""
    from tqdm import tqdm

    from ..pages.batch import run_all
    begun = []
    with tqdm(total=len(found), initial=len(before), disable=None, unit='section',
              leave=False) as bar:
        def watch(section):
            bar.update(bool(begun))
            begun.append(section)
            bar.set_description(section.slug)

        try:
            return run_all(found, argv, out, before, watch)
        except KeyboardInterrupt as stop:
            done = len(before) + len(begun) - bool(begun)
            stop.args = (f'{done} of {len(found)} sections are done: the same command '
                         'goes on with the others'),
            raise


def text_of(rows) -> str:
    """A table of all, then a line for each that failed."""
    from ..viz.tables import table
    lines = [table([{'': f'{row["section"]} {row["name"]}', 'run': row['state'],
                     'seconds': (f'{row["seconds"]:.1f}' if row['seconds'] is not None
                                 else '-'),
                     'data': row['data'] or '-',
                     "the book's numbers": row['book'] or '-'} for row in rows])]
    lines += [f'{row["section"]} {row["name"]}: OUTSIDE: {", ".join(row["outside"])}'
              for row in rows if row['outside']]
    lines += [f'{row["section"]} {row["name"]}: FAILED: {row["reason"]}'
              for row in rows if row['state'] == 'failed']
    return '\n'.join(lines)
