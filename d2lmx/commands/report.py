"""Results as a folder of pages: numbers beside the book's, figures, speeds, files."""
from collections import Counter
from pathlib import Path


def options(parser):
    parser.add_argument('results', nargs='?', type=Path, default=Path('results'),
                        help='the folder that run, compare, bench and export wrote '
                             '(default: results)')
    parser.add_argument('--out', type=Path, metavar='DIR', default=Path('report'),
                        help='where the pages go (default: report)')


def obey(args):
    from ..report.entries import STATES
    from ..report.site import write_report
    entries = write_report(args.results, args.out)
    counts = Counter(entry.state.key for entry in entries)
    for state in STATES.values():
        if counts[state.key]:
            print(f'{counts[state.key]:5} {state.word.lower():15} {state.meaning}')
    print(f'pages: {args.out / "index.html"}')
