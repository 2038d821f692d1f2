"""Use what a section trained: `predict ssd photo.jpg`; SECTION --help for more.

The model is what a run of the section wrote; figures go beside it.
"""
import argparse
import json
import sys

from ..pages import sections
from ..pages.editions import add_edition
from ..pages.values import one_line


def options(parser):
    parser.usage = 'd2lmx predict SECTION INPUT... [options]'
    parser.add_argument('section', metavar='SECTION',
                        help='number (13.7), name (ssd) or file')
    add_edition(parser)
    parser.add_argument('arguments', type=str, nargs=argparse.REMAINDER,
                        help=argparse.SUPPRESS)


def obey(args):
    """What the section predicts for each input; remarks go to standard error."""
    from ..pages.prediction import find, parse, predictions
    from ..pages.results import list_of
    section, meant = find(args.section)
    module = sections.load(section)
    args, keywords = parse(section, module, [*meant, *args.arguments])
    results, figures = predictions(section, module, args, keywords)
    if args.json:
        print(json.dumps({'results': results, 'figures': list(map(str, figures))},
                         ensure_ascii=False, indent=1))
        return
    for result in results:
        lines = (list_of(result, rows=sys.maxsize) if isinstance(result, dict)
                 else [str(result)])
        print('\n'.join(map(one_line, lines)))
    for figure in figures:
        print(f'figure: {figure}')
