"""Run a section of the book: its numbers, its figures; `run SECTION --help` for more.

A section's hyperparameters are options, with the book's values as defaults.
"""
import argparse
import inspect
import sys

from ..pages import sections
from ..pages.options import parse
from . import status_of

__all__ = ['main']


def options(parser):
    parser.usage = 'd2lmx run SECTION [options]'
    parser.add_argument('section', metavar='SECTION',
                        help='number (6.6), name (lenet) or file; d2lmx list shows all')
    parser.add_argument('arguments', type=str, nargs=argparse.REMAINDER,
                        help=argparse.SUPPRESS)


def obey(args):
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
