"""Training and prediction timed in every way, PyTorch beside, in one run."""
import contextlib
from pathlib import Path

from ..errors import InputError, MissingPackage
from ..pages.editions import add_edition
from ..pages.values import folder, number
from . import complain

BOXES = 'boxes'     # in a section's place


def options(parser):
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument('section', nargs='?',
                       help='a section with a network: lenet, batch_norm:concise; or '
                            "'boxes': the work on anchors beside loops over boxes; or "
                            'gluoncv:NAME')
    which.add_argument('--all', action='store_true',
                       help='every section with a port, or with --epochs every one '
                            'that trains, in few and short rounds; goes on after those '
                            'that were measured so before')
    parser.add_argument('--again', action='store_true',
                        help='of --all: measure those again')
    add_edition(parser)
    parser.add_argument('--rounds', type=number('rounds', int, 10),
                        help='timed rounds of each way (default: 10; of --all 5)')
    parser.add_argument('--batch-size', type=number('batch_size', int, 256),
                        help="(default: the section's, fewer for large images)")
    parser.add_argument('--params', type=Path, metavar='FILE',
                        help="of gluoncv's: trained weights, which tell its classes")
    parser.add_argument('--threads', type=numbers, default=(None,), metavar='LIST',
                        help='1,2: everything by one thread, and by two (default: as '
                             'many as d2lmx takes)')
    parser.add_argument('--under-load', action='store_true',
                        help='everything once more beside a busy process for each core')
    parser.add_argument('--grow', action='store_true',
                        help='how the time of a step grows: at half, once and twice '
                             'the batch size, and width and length where it has them')
    parser.add_argument('--epochs', action='store_true',
                        help="time whole epochs on the section's data, loading "
                             "included, the page's way beside (at most 3 rounds where "
                             'they are images)')
    parser.add_argument('--batches', type=number('batches', int, 100),
                        help='for --epochs of images and words: so many at most '
                             '(default: all, fewer for large networks; of --all 30)')
    parser.add_argument('--data', choices=['auto', 'book', 'toy'], default='auto',
                        help='for --epochs')
    parser.add_argument('--out', type=folder, default='results')


def numbers(text) -> tuple:
    """How many threads: '1,2'."""
    return tuple(map(number('threads', int, 1), text.split(',')))


def obey(args):
    if args.section == BOXES:
        return bench_boxes(args)
    if args.epochs and args.batch_size:
        raise InputError("--epochs trains on batches of the section's size: leave out "
                         '--batch-size')
    if args.grow:
        if args.all or args.epochs or args.under_load or len(args.threads) > 1:
            raise InputError('--grow times the steps of one section, by one number of '
                             'threads, on a quiet machine: leave out --all, --epochs '
                             'and --under-load')
        return bench_growth(args)
    return bench_all(args) if args.all else bench(args)


def plan_of(args, usual):
    """The `Plan` that the options ask for; usual: what they leave open."""
    from dataclasses import replace
    return replace(usual, rounds=args.rounds or usual.rounds, threads=args.threads,
                   under_load=args.under_load,
                   num_batches=args.batches or usual.num_batches)


def bench(args):
    """Measure one network, print the table, write JSON and a picture."""
    from ..bench.epochs import find_trained, kind_of
    from ..bench.measure import Plan
    from ..bench.records import epoch_record, step_record, write
    from ..pages.networks import find_network, with_params
    plan, token = plan_of(args, Plan()), with_params(args.section, args.params)
    network = find_trained(token) if args.epochs else find_network(token)
    if args.epochs:
        kind_of(network)  # complains before anything is begun
    with progress(network.title) as watch:
        record = (epoch_record(network, args.data, plan, watch) if args.epochs
                  else step_record(network, args.batch_size, plan, watch))
    files = write(record, args.out)
    print_record(record)
    print('numbers: {}\npicture: {}'.format(*files))


def bench_growth(args):
    """Steps of three sizes each: a table for each dimension, and JSON."""
    from ..bench.growth import growth_record, write
    from ..bench.measure import Plan
    from ..pages.networks import find_network, with_params
    from ..viz.tables import table
    network = find_network(with_params(args.section, args.params))
    with progress(network.title) as watch:
        record = growth_record(network, args.batch_size, plan_of(args, Plan()), watch)
    for dimension, rows in record['result'].items():
        print(table([{dimension: str(row['size']),
                      **{f'{way}, ms': f'{seconds * 1e3:.4g}'
                         for way, seconds in row['seconds'].items()}} for row in rows]))
        print(', '.join(f'{way} grows as {dimension} ** {power:.2f}'
                        for way, power in record['powers'][dimension].items()))
    for what, reason in record['refused'].items():
        print(f'  not timed: {what}: {reason}')
    print(f'numbers: {write(record, args.out)}')


def bench_all(args):
    """Rows for every section, as a table that a document can hold, and as JSON."""
    from ..bench.survey import EPOCHS, STEPS, survey, trained, with_ports
    from ..bench.tables import rows_of, write_table
    from ..parity.torch_side import NO_TORCH, has_torch
    if not has_torch():
        raise MissingPackage(NO_TORCH)
    found = list(trained()) if args.epochs else with_ports()
    plan = plan_of(args, EPOCHS if args.epochs else STEPS)
    try:
        with many() as begin:
            records, failed = survey(
                found, args.out, args.data, plan, is_epochs=args.epochs,
                batch_size=args.batch_size, again=args.again, begin=begin)
    except KeyboardInterrupt as stop:
        stop.args = 'the same command goes on with the sections that are left',
        raise
    for title, error in failed:
        complain(f'{title}: {error}')
    text, files = write_table(rows_of(records.values()), records.values(), args.out,
                              args.epochs)
    print(text)
    print('table: {}\nnumbers: {}'.format(*files))
    return max((error.status for _, error in failed), default=0)


def bench_boxes(args):
    """Targets of anchors, and suppression, beside loops: a table and JSON."""
    from ..bench.boxes import boxes_record
    from ..pages.results import as_json, write_json
    from ..viz.tables import table
    if args.epochs or args.batch_size or args.grow or args.under_load:
        raise InputError("'boxes' takes --rounds and --out alone")
    record = boxes_record(args.rounds or 10)
    path = write_json(args.out / f'bench_{BOXES}.json', as_json(record))
    for what, ways in record['result'].items():
        print(table([{what: way, 'ms a picture': f'{row["median_seconds"] * 1e3:.3g}',
                      'x loops': f'{row["times_loops"]:.1f}'}
                     for way, row in ways.items()]))
    print(f'numbers: {path}')


@contextlib.contextmanager
def progress(title):
    """A bar on a terminal: ``with progress(title) as watch``."""
    with many() as begin:
        yield begin(title)


@contextlib.contextmanager
def many():
    """The same for many networks: ``with many() as begin``, begin(title) -> watch.
    """
    from tqdm import tqdm
    with tqdm(disable=None, unit='turn', leave=False) as bar:
        def begin(title):
            bar.reset()
            bar.set_description(title)
            return show

        def show(done, total):
            bar.total = total
            bar.update(done - bar.n)

        yield begin


def print_record(record) -> None:
    """One network's table, for people."""
    from ..bench.records import slowdowns
    from ..viz.tables import table
    print(f'{record["title"]}, batch of {record["batch_size"]}; {record["processor"]}, '
          f'{record["threads"]} threads, medians of {record["rounds"]} rounds in turn')
    for what, ways in record['result'].items():
        print(table([{what: way, **cells(row, record['unit'])}
                     for way, row in ways.items()]))
    for condition, limits in record.get('limits', {}).items():
        print(f'{condition or "limits"}: {limits["peak_flops"] / 1e9:.0f} GFLOP/s, '
              f'{limits["peak_bytes"] / 1e9:.1f} GB/s, measured in this run by '
              'products of large float32 matrices and sums of large arrays; a training '
              'step counts as three predictions')
    for (what, way), times in slowdowns(record).items():
        print(f'  {what}, {way}: under load {times:.2f} times as long')
    for way, reason in record['refused'].items():
        print(f'  not timed: {way}: {reason}')
    for way, text in record.get('legend', {}).items():
        print(f'  {way}: {text}')


def cells(row, unit) -> dict:
    """One way's figures as texts."""
    baseline = next(name for name in row if name.startswith('times_')
                    and 'torch' not in name)
    texts = {f'{unit}/s': f'{row[f"{unit}_per_second"]:.0f}',
             'median ms': f'{row["median_seconds"] * 1e3:.4g}',
             'min': f'{row["min_seconds"] * 1e3:.4g}'}
    times = {f'x {baseline.partition("_")[2]}': row[baseline],
             'x best torch': row['times_best_torch'],
             'x torch scratch': row.get('times_torch_scratch')}
    shares = {'of peak': row['share_of_peak'],
              'of bandwidth': row.get('share_of_bandwidth')}
    return {**texts,
            **{name: f'{value:.2f}' for name, value in times.items() if value},
            **{name: f'{value:.1%}' for name, value in shares.items() if value}}
