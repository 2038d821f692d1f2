"""A network against its PyTorch port, with the same weights."""
from pathlib import Path

from ..errors import InputError, MissingPackage, Unavailable
from ..pages.editions import add_edition
from ..pages.options import number


def options(parser):
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument('section', nargs='?', help='a section with a network')
    which.add_argument('--all', action='store_true', help='every section with a port')
    parser.add_argument('--torch', metavar='FILE.py:FACTORY', help='your own port')
    add_edition(parser)
    parser.add_argument('--batch-size', type=number('batch_size', int, 4), default=4)
    parser.add_argument('--lr', type=number('lr', float, 0.1),
                        help="of the ten steps (default: the section's)")
    parser.add_argument('--rounds', type=number('rounds', int, 0), default=5,
                        help='timed rounds; 0: no timing (default: 5)')
    parser.add_argument('--seed', type=number('seed', int, 0), default=0)
    parser.add_argument('--out', type=Path, default=Path('results'))


def obey(args):
    """1 where a difference exceeds its tolerance."""
    from ..parity.torch_side import NO_TORCH, has_torch
    if args.all and args.torch is not None:
        raise InputError('--torch needs a section, not --all')
    if not has_torch():
        raise MissingPackage(NO_TORCH)
    return compare_all(args) if args.all else compare(args)


def compare(args):
    """One network: the table, and out/compare_NAME.json."""
    from ..pages.networks import find_network
    record, file = measured(find_network(args.section), args)
    print_record(record)
    print(f'numbers: {file}')
    return 0 if record['passed'] else 1


def compare_all(args):
    """A row for every section that has a network and a twin; then those without."""
    from tqdm import tqdm

    from ..pages.networks import networks
    from ..parity.report import failure
    from ..parity.torch_side import find_twin
    from ..viz.tables import table
    found = networks()
    alone = [network.title for network in found if find_twin(network.twin) is None]
    rows, remarks, passed = [], [], True
    for network in tqdm([n for n in found if find_twin(n.twin)], disable=None,
                        unit='network', leave=False):
        try:
            record, _ = measured(network, args)
        except Unavailable as error:
            remarks.append(f'{network.title}: FAILED: {error}')
            passed = False
            continue
        rows.append(row_of(record))
        remarks += [f'{network.title}: {line}' for line in failure(record)]
        passed &= record['passed']
    print('largest relative differences, and how many times as fast as PyTorch:')
    print('\n'.join([table(rows), *remarks]))
    print('networks without a PyTorch twin: ' + (', '.join(alone) or 'none'))
    print(f'numbers: {args.out / "compare_NAME.json"}, of each')
    return 0 if passed else 1


def measured(network, args):
    """The record of a comparison, and the file that it was written to."""
    from ..bench.comparison import comparison_record
    from ..pages.results import write_json
    record = comparison_record(
        network, args.torch, lr=args.lr, batch_size=args.batch_size, seed=args.seed,
        rounds=args.rounds)
    return record, write_json(args.out / f'compare_{network.label}.json', record)


def print_record(record) -> None:
    """One comparison for people."""
    from ..parity.report import Report
    print(f'{record["title"]} against {record["port"]} (PyTorch {record["torch"]}), '
          f'batch of {record["batch_size"]}, {record["steps"]} steps of SGD, lr '
          f'{record["lr"]:g}')
    print(Report(record))
    if record['timing']:
        print('\n'.join(timing_lines(record['timing'])))


def timing_lines(timing) -> list:
    """Both sides' seconds."""
    from ..bench.ways import PREDICT, TRAIN
    lines = [f'milliseconds, medians of {timing["rounds"]} rounds in turn, batch of '
             f'{timing["batch_size"]}, {timing["threads"]} threads each:']
    for what in (TRAIN, PREDICT):
        row = timing[what]
        lines.append(f'  {what:14} Gluon, static {row["gluon"] * 1e3:.3g}, PyTorch, '
                     f'eager {row["torch"] * 1e3:.3g}: Gluon is {row["ratio"]:.2f} '
                     'times as fast')
    return lines


def row_of(record) -> dict:
    """One comparison in the table of all."""
    from ..bench.ways import PREDICT, TRAIN

    def largest(*words):
        return max((float(check.get('float64', check)['relative'])
                    for what, check in record['checks'].items()
                    if any(word in what for word in words)), default=float('nan'))

    timing, checks = record['timing'], record['checks']
    exceeded = ', '.join([*(f'{what} (at {check["at"]})' for what, check
                            in checks.items() if not check['passed']),
                          *(row['what'] for row in record['settings']
                            if not row['passed'])])
    double = any('float64' in check for check in checks.values())
    return {'': record['title'], 'outputs': f'{largest("predictions", "outputs"):.1e}',
            'gradients': f'{largest("gradients"):.1e}',
            'steps': f'{largest("steps"):.1e}',
            **{f'x torch: {word}': f'{timing[what]["ratio"]:.2f}' if timing else '-'
               for word, what in (('train', TRAIN), ('predict', PREDICT))},
            'training in': 'float64' if double else 'float32',
            'exceeded': exceeded or '-'}
