"""What is measured of a network, as a record for JSON, and as a picture."""
import statistics
from importlib.metadata import version
from pathlib import Path

import matplotlib
from matplotlib import pyplot as plt

from ..files.whole import whole_file
from ..pages.networks import find_network
from ..pages.results import as_json, write_json
from ..pages.runner import on_data, provenance
from ..parity.torch_side import find_twin, has_torch
from ..processor import UNTOUCHED
from ..viz.summaries import multiply_adds
from .epochs import PAGE, EPOCH, TORCH, TORCH_LEGEND, measure_epochs
from .processes import seconds_in_turn
from .ways import (GEMM_SIZE, PREDICT, TRAIN, gluon_functions, gluon_product,
                   port_functions, port_product, timed_batch_size)

OURS = ('imperative', 'hybridized', 'static', 'fused', 'bfloat16', 'int8')
THEIRS = ('eager', 'channels last', 'compiled')
PRODUCT = 'product'         # of two matrices, by which the machine's peak is measured
PASSES = {TRAIN: 3, PREDICT: 1}  # a training step goes back by data and by weights too


def step_record(network, batch_size, rounds, most_seconds=float('inf'),
                watch=None) -> dict:
    """Steps and predictions on one random batch, with the share of the peak.

    batch_size: None is the section's, or fewer examples where they are large.
    most_seconds, watch: as of `seconds_in_turn`.
    """
    batch_size = batch_size or timed_batch_size(network.example_inputs,
                                                network.batch_size)
    makers = {'gluon': (gluon_side, network.address, batch_size, OURS)}
    if has_torch() and find_twin(network.twin):
        makers['torch'] = (torch_side, network.address, batch_size, THEIRS)
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


def epoch_record(network, rounds, data, watch=None) -> dict:
    """Whole epochs on 'book', 'toy' or 'auto' data, the page's way beside them."""
    seconds, task, count = on_data(data, 0, lambda: measure_epochs(
        network, rounds, watch))
    return {**head(network, seconds), 'batch_size': network.batch_size,
            'unit': task.unit, 'result': summary(seconds, PAGE, count, unit=task.unit),
            'legend': {PAGE: task.legend, TORCH: TORCH_LEGEND},
            'refused': {}, 'seconds': nested(seconds)}


def gluon_side(address, batch_size, ways) -> dict:
    """What the process that times MXNet runs."""
    network = find_network(address)
    return {(PRODUCT, PRODUCT): gluon_product(),
            **gluon_functions(network.build_net, network.example_inputs, network.lr,
                              batch_size, ways)}


def torch_side(address, batch_size, ways) -> dict:
    """What the process that times PyTorch runs."""
    network = find_network(address).usual()  # with the inputs of the port
    return {(PRODUCT, PRODUCT): port_product(),
            **port_functions(network.build_net, network.example_inputs,
                             find_twin(network.twin), network.lr, batch_size, ways)}


def name_of(side, way) -> str:
    """'static', 'torch eager': a way as the table has it."""
    return way if side == 'gluon' else f'{side} {way}'


def head(network, seconds) -> dict:
    """What is the same for steps and epochs."""
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
    picture = path.parent / f'{path.stem}.svg'
    with whole_file(picture) as part:
        draw(record).savefig(part, bbox_inches='tight')
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
