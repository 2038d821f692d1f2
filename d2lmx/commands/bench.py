"""Training and prediction timed in every way, PyTorch beside, in one run."""
from pathlib import Path

from ..errors import InputError, MissingPackage, Unavailable
from ..pages.values import folder, number
from . import complain

SECONDS_EACH = 20  # of measuring, for each network of --all
BOXES = 'boxes'     # in a section's place


def options(parser):
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument('section', nargs='?',
                       help='a section with a network: lenet, batch_norm:concise; or '
                            "'boxes': the work on anchors beside loops over boxes; or "
                            'gluoncv:NAME')
    which.add_argument('--all', action='store_true', help='every section with a port')
    parser.add_argument('--rounds', type=number('rounds', int, 10), default=10,
                        help='timed rounds of each way (default: 10)')
    parser.add_argument('--batch-size', type=number('batch_size', int, 256),
                        help="(default: the section's, fewer for large images)")
    parser.add_argument('--params', type=Path, metavar='FILE',
                        help="of gluoncv's: trained weights, which tell its classes")
    parser.add_argument('--epochs', action='store_true',
                        help="time whole epochs on the section's data, loading "
                             "included, the page's way beside (at most 3 rounds where "
                             'they are images)')
    parser.add_argument('--data', choices=['auto', 'book', 'toy'], default='auto',
                        help='for --epochs')
    parser.add_argument('--out', type=folder, default='results')


def obey(args):
    if args.epochs and args.all:
        raise InputError('--epochs needs a section, not --all')
    if args.section == BOXES:
        return bench_boxes(args)
    return bench_all(args) if args.all else bench(args)


def bench(args):
    """Measure one network, print the table, write JSON and a picture."""
    from ..bench.epochs import kind_of
    from ..bench.records import epoch_record, step_record, write
    from ..pages.networks import find_network, with_params
    network = find_network(with_params(args.section, args.params))
    if args.epochs:
        kind_of(network)  # complains before anything is begun
    with progress(network.title) as watch:
        record = (epoch_record(network, args.rounds, args.data, watch) if args.epochs
                  else step_record(network, args.batch_size, args.rounds, watch=watch))
    files = write(record, args.out)
    print_record(record)
    print('numbers: {}\npicture: {}'.format(*files))


def bench_all(args):
    """A row for every section that has a network and a port."""
    from ..bench.records import step_record, write
    from ..pages.networks import networks
    from ..parity.torch_side import NO_TORCH, find_twin, has_torch
    from ..viz.tables import table
    if not has_torch():
        raise MissingPackage(NO_TORCH)
    rows, status = [], 0  # a table when all is measured; a bar shows how far it came
    for network in filter(lambda network: find_twin(network.twin), networks()):
        try:
            with progress(network.title) as watch:
                record = step_record(network, args.batch_size, args.rounds,
                                     SECONDS_EACH, watch)
            write(record, args.out)
        except Unavailable as error:
            complain(f'{network.title}: {error}')
            status = error.status
            continue
        rows.append(row_of(record))
    print(table(rows))
    print('static: examples, or tokens, a second; x torch: how many times as fast as '
          'the best of PyTorch\'s ways\n'
          f'numbers: {args.out / "bench_NAME.json"}, of each')
    return status


def bench_boxes(args):
    """Targets of anchors, and suppression, beside loops: a table and JSON."""
    from ..bench.boxes import boxes_record
    from ..pages.results import as_json, write_json
    from ..viz.tables import table
    if args.epochs or args.batch_size:
        raise InputError("'boxes' takes --rounds and --out alone")
    record = boxes_record(args.rounds)
    path = write_json(args.out / f'bench_{BOXES}.json', as_json(record))
    for what, ways in record['result'].items():
        print(table([{what: way, 'ms a picture': f'{row["median_seconds"] * 1e3:.3g}',
                      'x loops': f'{row["times_loops"]:.1f}'}
                     for way, row in ways.items()]))
    print(f'numbers: {path}')


def progress(title):
    """A bar on a terminal: ``with progress(title) as watch``."""
    from tqdm import tqdm

    class Bar(tqdm):
        def __enter__(self):
            return self.show

        def show(self, done, total):
            self.total = total
            self.update(done - self.n)

    return Bar(desc=title, disable=None, unit='turn', leave=False)


def print_record(record) -> None:
    """One network's table, for people."""
    from ..viz.tables import table
    print(f'{record["title"]}, batch of {record["batch_size"]}; {record["processor"]}, '
          f'{record["threads"]} threads, medians of {record["rounds"]} rounds in turn')
    for what, ways in record['result'].items():
        print(table([{what: way, **cells(row, record['unit'])}
                     for way, row in ways.items()]))
    if record.get('peak_flops'):
        print(f'peak: {record["peak_flops"] / 1e9:.0f} GFLOP/s, measured in this run '
              'by products of large float32 matrices; a training step counts as three '
              'predictions')
    for way, reason in record['refused'].items():
        print(f'  not timed: {way}: {reason}')
    for way, text in record.get('legend', {}).items():
        print(f'  {way}: {text}')


def cells(row, unit) -> dict:
    """One way's figures as texts."""
    baseline = next(name for name in row if name.startswith('times_')
                    and name != 'times_best_torch')
    torch, share = row['times_best_torch'], row['share_of_peak']
    return {f'{unit}/s': f'{row[f"{unit}_per_second"]:.0f}',
            'median ms': f'{row["median_seconds"] * 1e3:.4g}',
            'min': f'{row["min_seconds"] * 1e3:.4g}',
            f'x {baseline.partition("_")[2]}': f'{row[baseline]:.2f}',
            'x best torch': f'{torch:.2f}' if torch else '-',
            'of peak': f'{share:.1%}' if share else '-'}


def row_of(record) -> dict:
    """One network in the table of all."""
    from ..bench.ways import PREDICT, TRAIN
    row = {'': record['title'], 'batch': str(record['batch_size'])}
    for word, what in (('train', TRAIN), ('predict', PREDICT)):
        static = record['result'][what]['static']
        row[f'{word}: static'] = f'{static[record["unit"] + "_per_second"]:.0f}'
        row[f'{word}: x imperative'] = f'{static["times_imperative"]:.2f}'
        row[f'{word}: x torch'] = f'{static["times_best_torch"]:.2f}'
    return row
