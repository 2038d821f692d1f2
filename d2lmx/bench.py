"""The command `bench`: how fast networks train and predict, in every way there is."""
import statistics
from pathlib import Path

import matplotlib
from matplotlib import pyplot as plt
from tqdm import tqdm

from . import sections
from .compat import UNTOUCHED, threads
from .data import hub
from .bench_epochs import BOOK, EPOCH, TORCH, TORCH_LEGEND, kind_of, measure_epochs
from .networks import complain, find_network, section_network
from .parity.speed import (GEMM_SIZE, PREDICT, TRAIN, gluon_functions, gluon_product,
                           port_functions, port_product, timed_batch_size)
from .parity.torch_side import NO_TORCH, find_twin, has_torch
from .results import ResultsUnwritable, as_json, write_json
from .runner import on_data, provenance
from .runtime.workers import WorkerDied, seconds_in_turn
from .viz.summaries import multiply_adds

OURS = ('imperative', 'hybridized', 'static', 'fused', 'bfloat16', 'int8')
THEIRS = ('eager', 'channels last', 'compiled')
PRODUCT = 'product'         # of two matrices, by which the machine's peak is measured
PASSES = {TRAIN: 3, PREDICT: 1}  # a training step goes back by data and by weights too
SECONDS_EACH = 20           # of measuring, for each network of --all
CANNOT = (hub.DataUnavailable, hub.BadData, ResultsUnwritable, WorkerDied)


def bench(token: str, options) -> int:
    """`d2lmx bench SECTION`: measure, print the table, write JSON and a picture.

    options: attributes rounds, batch_size (None: the section's, or fewer examples where
    they are large), epochs (time whole epochs instead, on options.data), out. Returns
    0, 1 where measuring fails, 2 for wrong usage.
    """
    try:
        network = find_network(token)
        if options.epochs:
            kind_of(token)
    except ValueError as error:
        return complain(error, 2)
    try:
        if options.epochs:
            record = epoch_record(token, network, options)
        else:
            record = step_record(token, network, options.batch_size, options.rounds)
        files = write(record, options.out)
    except CANNOT as error:
        return complain(error, 1)
    print_record(record)
    print('numbers: {}\npicture: {}'.format(*files))
    return 0


def bench_all(options) -> int:
    """`d2lmx bench --all`: a row for every section that has a network and a twin."""
    if not has_torch():
        return complain(NO_TORCH, 1)
    networks = [network for network in map(section_network, sections.sections())
                if network and find_twin(network.name)]
    print(f'{"":32}{"batch":>6}{"train: static":>15}{"x imperative":>13}{"x torch":>8}'
          f'{"predict: static":>17}{"x imperative":>13}{"x torch":>8}')
    status = 0
    for network in networks:
        try:
            record = step_record(network.name, network, options.batch_size,
                                 options.rounds, SECONDS_EACH)
            write(record, options.out)
        except CANNOT as error:
            status = complain(f'{network.title}: {error}', 1)
            continue
        print_row(record)
    print('static: examples, or tokens, a second; x torch: how many times as fast as '
          'the best of PyTorch\'s ways\n'
          f'numbers: {options.out / "bench_NAME.json"}, of each')
    return status


# ---- measuring -----------------------------------------------------------------------

def step_record(token, network, batch_size, rounds, most_seconds=float('inf')) -> dict:
    """Steps and predictions on one random batch, with the share of the peak."""
    batch_size = batch_size or timed_batch_size(network.example_inputs,
                                                network.batch_size)
    makers = {'gluon': (gluon_side, token, batch_size)}
    if has_torch() and find_twin(network.name):
        makers['torch'] = (torch_side, token, batch_size, THEIRS)
    with progress(network) as watch:
        times, refused = seconds_in_turn(
            makers, rounds, environments={'torch': UNTOUCHED}, watch=watch,
            most_seconds=most_seconds)
    peak = 2 * GEMM_SIZE ** 3 / min(min(times.pop((side, (PRODUCT, PRODUCT))))
                                    for side in makers)
    seconds = {(what, name_of(side, way)): values
               for (side, (way, what)), values in times.items()}
    inputs = network.example_inputs(batch_size)
    if inputs[0].dtype.kind == 'i':  # tokens; the loops over them are not counted
        unit, count, work, peak = 'tokens', inputs[0].size, None, None
    else:
        pairs = multiply_adds(network.build_net(), *inputs)
        unit, count = 'examples', batch_size
        work = {what: 2 * pairs * passes for what, passes in PASSES.items()}
    return {**head(network, seconds), 'batch_size': batch_size, 'unit': unit,
            'shapes': [X.shape for X in inputs], 'peak_flops': peak, 'flops': work,
            'result': summary(seconds, 'imperative', count, work, peak, unit),
            'refused': {f'{what}, {name_of(side, way)}': reason
                        for (side, (way, what)), reason in refused.items()},
            'seconds': nested(seconds)}


def epoch_record(token, network, options) -> dict:
    """Whole epochs on the data, the book's way beside them."""
    with progress(network) as watch:
        seconds, task, count = on_data(options.data, 0, lambda: measure_epochs(
            token, network, options.rounds, watch))
    return {**head(network, seconds), 'batch_size': network.batch_size,
            'unit': task.unit, 'result': summary(seconds, BOOK, count, unit=task.unit),
            'legend': {BOOK: task.legend, TORCH: TORCH_LEGEND},
            'refused': {}, 'seconds': nested(seconds)}


def progress(network):
    """A bar on a terminal: ``with progress(network) as watch``."""
    return _Bar(desc=network.title, disable=None, unit='turn', leave=False)


class _Bar(tqdm):
    def __enter__(self):
        return self.show

    def show(self, done, total):
        self.total = total
        self.update(done - self.n)


def gluon_side(token, batch_size) -> dict:
    """What the process that times MXNet runs."""
    network = find_network(token)
    return {(PRODUCT, PRODUCT): gluon_product(),
            **gluon_functions(network.build_net, network.example_inputs, network.lr,
                              batch_size, OURS)}


def torch_side(token, batch_size, ways) -> dict:
    """What the process that times PyTorch runs."""
    network = find_network(token.partition(':')[0])  # with the inputs of the port
    return {(PRODUCT, PRODUCT): port_product(),
            **port_functions(network.build_net, network.example_inputs,
                             find_twin(network.name), network.lr, batch_size, ways)}


def name_of(side, way) -> str:
    """'static', 'torch eager': a way as the table has it."""
    return way if side == 'gluon' else f'{side} {way}'


# ---- the record ----------------------------------------------------------------------

def head(network, seconds) -> dict:
    """What is the same for steps and epochs."""
    from importlib.metadata import version
    versions = {'torch': version('torch')} if has_torch() else {}
    rounds = min(len(values) for values in seconds.values())
    return {'section': network.number, 'name': network.label, 'title': network.title,
            'processor': processor(), 'rounds': rounds, **provenance(), **versions}


def processor() -> str:
    """The processor's name as Linux has it."""
    try:
        lines = Path('/proc/cpuinfo').read_text(encoding='utf-8').splitlines()
    except OSError:
        return 'unknown processor'
    return next((line.partition(':')[2].strip() for line in lines
                 if line.startswith('model name')), 'unknown processor')


def nested(seconds) -> dict:
    """{what: {way: seconds}} from {(what, way): seconds}."""
    tree = {}
    for (what, way), values in seconds.items():
        tree.setdefault(what, {})[way] = values
    return tree


def summary(seconds, baseline, count, work=None, peak=None, unit='examples') -> dict:
    """{what: {way: figures}}: units a second, medians, ratios, share of the peak.

    seconds: {(what, way): seconds of each call}, of `count` units; baseline: the way
    all are measured by; work: {what: floating-point operations of a call}.
    """
    result = {}
    for what, ways in nested(seconds).items():
        medians = {way: statistics.median(times) for way, times in ways.items()}
        torch = [median for way, median in medians.items() if way.startswith('torch')]
        result[what] = {way: {
            f'{unit}_per_second': count / medians[way],
            'median_seconds': medians[way], 'min_seconds': min(times),
            f'times_{baseline}': (medians[baseline] / medians[way]),
            'times_best_torch': min(torch) / medians[way] if torch else None,
            'share_of_peak': work[what] / medians[way] / peak if work else None,
        } for way, times in ways.items()}
    return result


def write(record, out):
    """The JSON file and the picture; their paths."""
    what = 'epochs' if EPOCH in record['result'] else 'bench'
    path = write_json(out / f'{what}_{record["name"]}.json', as_json(record))
    matplotlib.use('Agg')
    picture = path.with_suffix('.svg')
    draw(record).savefig(picture, bbox_inches='tight')
    plt.close('all')
    return path, picture


def draw(record):
    """Bars of units a second: a figure, with axes for each thing that was timed."""
    result, unit = record['result'], record['unit']
    figure, axes = plt.subplots(1, len(result), squeeze=False,
                                figsize=(4.5 * len(result), 3))
    for ax, (what, ways) in zip(axes[0], result.items()):
        rates = [row[f'{unit}_per_second'] for row in ways.values()]
        colors = ['C1' if way.startswith('torch') else 'C0' for way in ways]
        bars = ax.barh(list(ways), rates, color=colors)
        ax.bar_label(bars, fmt='%.0f', padding=2)
        ax.margins(x=0.2)
        ax.invert_yaxis()
        ax.set_xlabel(f'{unit} a second')
        ax.set_title(what)
    figure.suptitle(f'{record["title"]}, batch of {record["batch_size"]}, '
                    f'{record["threads"]} threads')
    figure.tight_layout()
    return figure


# ---- the table -----------------------------------------------------------------------

def print_record(record) -> None:
    """The table, for people."""
    print(f'{record["title"]}, batch of {record["batch_size"]}; {record["processor"]}, '
          f'{record["threads"]} threads, medians of {record["rounds"]} rounds in turn')
    for what, ways in record['result'].items():
        print_ways(what, ways, record['unit'])
    if record.get('peak_flops'):
        print(f'peak: {record["peak_flops"] / 1e9:.0f} GFLOP/s, measured in this run '
              f'by products of {GEMM_SIZE} x {GEMM_SIZE} float32 matrices; a training '
              'step counts as three predictions')
    for way, reason in record['refused'].items():
        print(f'  not timed: {way}: {reason}')
    for way, text in record.get('legend', {}).items():
        print(f'  {way}: {text}')


def print_ways(what, ways, unit) -> None:
    """A row for each way."""
    baseline = next(key for key in next(iter(ways.values())) if key.startswith('times_')
                    and key != 'times_best_torch').partition('_')[2]
    print(f'{what:20}{unit + "/s":>11}{"median ms":>11}{"min":>9}'
          f'{"x " + baseline:>13}{"x best torch":>13}{"of peak":>9}')
    for way, row in ways.items():
        torch, share = row['times_best_torch'], row['share_of_peak']
        print(f'{way:20}{row[f"{unit}_per_second"]:11.0f}'
              f'{row["median_seconds"] * 1e3:11.4g}{row["min_seconds"] * 1e3:9.4g}'
              f'{row[f"times_{baseline}"]:13.2f}' + (f'{torch:13.2f}' if torch else
                                                     f'{"-":>13}')
              + (f'{share:9.1%}' if share else f'{"-":>9}'))


def print_row(record) -> None:
    """One network as a row of the table of all."""
    rate = f'{record["unit"]}_per_second'
    cells = ''.join(
        f'{row[rate]:{width}.0f}{row["times_imperative"]:13.2f}'
        f'{row["times_best_torch"]:8.2f}'
        for width, row in ((15, record['result'][TRAIN]['static']),
                           (17, record['result'][PREDICT]['static'])))
    print(f'{record["title"]:32}{record["batch_size"]:6}{cells}', flush=True)
