"""What is wrong with a section's training: the debugging list, a line a check.

The section runs until its first training would begin. On its first batches: finite
numbers, the loss at the start beside chance, a softmax that is taken twice, dead units,
gradients by layer and by differences, frozen layers, updates beside weights, steps of
its own on one batch, a few examples learnt by heart, labels that belong to the inputs.
"""
import argparse
from pathlib import Path

from ..errors import InputError
from ..pages import sections
from ..pages.editions import add_edition


def options(parser):
    parser.usage = 'd2lmx debug SECTION [options]'
    parser.epilog = ('Status 0: nothing to look at; 1: a check says look. d2lmx debug '
                     'SECTION --help shows the options of a section.')
    parser.add_argument('section', metavar='SECTION',
                        help='number (6.6), name (lenet) or file; d2lmx list shows all')
    parser.add_argument('arguments', type=str, nargs=argparse.REMAINDER,
                        help=argparse.SUPPRESS)
    add_edition(parser)


def obey(args):
    """1 where a check says that one should look."""
    from ..pages.debugging import examination
    from ..pages.options import parse
    from ..pages.results import write_json
    section = sections.find(args.section)
    module = sections.load(section)
    args, options = parse(section, module, args.arguments, 'debug')
    for name in ('checkpoint', 'resume', 'show'):
        if getattr(args, name):
            raise InputError(f'--{name} is of a run: nothing is trained here')
    record = examination(section, module, args, options)
    file = write_json(args.out / f'debug_{section.slug}.json', record)
    print(text_of(record))
    print(f'data: {record["data"]}\nnumbers: {file}')
    return 0 if record['passed'] else 1


def text_of(record) -> str:
    """A line for each finding, and what to do where one should look; then the verdict.
    """
    marks = {True: 'ok  ', False: 'look', None: '-   '}
    found = record['findings']
    lines = [f'{marks[row["ok"]]} {row["name"]}: {row["message"]}'
             + (f' -> {row["mend"]}' if row['ok'] is False else '') for row in found]
    count = sum(row['ok'] is False for row in found)
    return '\n'.join([*lines, f'\n{count or "nothing"} to look at'])
