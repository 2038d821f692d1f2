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
from .epochs import EPOCH, PAGE, SCRATCH, TORCH_LEGEND, measure_epochs
from .measure import Plan, measure, with_condition
from .processes import UNDER_LOAD
from .roofline import bytes_of_the_rest, gluon_limits, limits_of, port_limits
from .ways import PREDICT, TRAIN, gluon_functions, port_functions, timed_batch_size

OURS = ('imperative', 'hybridized', 'static', 'fused', 'bfloat16', 'int8')
THEIRS = ('eager', 'channels last', 'compiled')
PASSES = {TRAIN: 3, PREDICT: 1}  # a training step goes back by data and by weights too


def step_record(network, batch_size=None, plan=Plan(), watch=None) -> dict:
    """Steps and predictions on one random batch, with the shares of what could be.

    batch_size: None is the section's, or fewer examples where they are large. watch: as
    of `seconds_in_turn`.
    """
    batch_size = batch_size or timed_batch_size(network.example_inputs,
                                                network.batch_size)
    makers = {'gluon': (gluon_side, network.address, batch_size, plan.wants(OURS))}
    if has_torch() and find_twin(network.twin):
        ways = [way for way in THEIRS if plan.wants([name_of('torch', way)])]
        makers['torch'] = (torch_side, network.address, batch_size, ways)
    found, refused = measure(makers, plan, {'torch': UNTOUCHED}, watch=watch)
    limits = {condition: limits_of(seconds) for condition, seconds in found.items()}
    inputs = network.example_inputs(batch_size)
    is_text = inputs[0].dtype.kind == 'i'  # tokens; the loops over them are not counted
    unit, count = ('tokens', inputs[0].size) if is_text else ('examples', batch_size)
    asked = None if is_text else asked_of(network, inputs)
    result = {condition: summary(seconds, 'imperative', count, unit,
                                 shares(asked, limits[condition]))
              for condition, seconds in found.items()}
    return {**head(network, found), 'batch_size': batch_size, 'unit': unit,
            'shapes': [X.shape for X in inputs], 'asked': asked,
            'limits': {} if is_text else limits, 'result': joined(result),
            'refused': refused, 'seconds': joined(map_values(nested, found))}


def asked_of(network, inputs) -> dict:
    """{what: {'flops', 'bytes'}}: the products' operations, and what the rest moves."""
    net = network.build_net()
    work = {'flops': 2 * multiply_adds(net, *inputs),
            'bytes': bytes_of_the_rest(net, *inputs)}
    return {what: {name: passes * amount for name, amount in work.items()}
            for what, passes in PASSES.items()}


def shares(asked, limits) -> dict:
    """{what: {'peak', 'bandwidth': seconds}} that each would take at the limits."""
    return {what: {'peak': work['flops'] / limits['peak_flops'],
                   'bandwidth': work['bytes'] / limits['peak_bytes']}
            for what, work in (asked or {}).items()}


def epoch_record(network, data, plan=Plan(), watch=None) -> dict:
    """Whole epochs on 'book', 'toy' or 'auto' data, the page's way beside them."""
    found, refused, task = on_data(data, 0, lambda: measure_epochs(
        network, plan, watch))
    count, unit, asked, limits = task.count(), task.unit, None, {}
    if getattr(task, 'counts_work', False):
        step = asked_of(network, network.example_inputs(1))[TRAIN]
        asked = {EPOCH: {name: count * amount for name, amount in step.items()}}
        limits = {condition: limits_of(seconds) for condition, seconds in found.items()}
    result = {condition: summary(seconds, PAGE, count, unit,
                                 shares(asked, limits.get(condition)))
              for condition, seconds in found.items()}
    return {**head(network, found), 'batch_size': task.network.batch_size,
            'unit': unit, 'units_an_epoch': count, 'asked': asked, 'limits': limits,
            'result': joined(result),
            'legend': {PAGE: task.legend, **legend(found)},
            'refused': refused, 'seconds': joined(map_values(nested, found))}


def legend(found) -> dict:
    """What PyTorch's ways are, of those that were timed."""
    ways = {way for seconds in found.values() for _, way in seconds}
    return {way: text for way, text in TORCH_LEGEND.items() if way in ways}


def gluon_side(address, batch_size, ways) -> dict:
    """What the process that times MXNet runs."""
    network = find_network(address)
    return {**gluon_limits(),
            **gluon_functions(network.build_net, network.example_inputs, network.lr,
                              batch_size, ways)}


def torch_side(address, batch_size, ways) -> dict:
    """What the process that times PyTorch runs."""
    network = find_network(address).usual()  # with the inputs of the port
    functions = port_functions(network.build_net, network.example_inputs,
                               find_twin(network.twin), network.lr, batch_size, ways)
    return {**port_limits(), **{(name_of('torch', way), what): function
                                for (way, what), function in functions.items()}}


def name_of(side, way) -> str:
    """'torch eager': a way of a side, as the table has it."""
    return f'{side} {way}'


def head(network, found) -> dict:
    """What is the same for steps and epochs."""
    versions = {'torch': version('torch')} if has_torch() else {}
    rounds = min(len(values) for seconds in found.values()
                 for values in seconds.values())
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


def map_values(function, values: dict) -> dict:
    """{key: what the function makes of the value}."""
    return {key: function(value) for key, value in values.items()}


def joined(conditions: dict) -> dict:
    """{'step, 1 thread': {way: value}} from {'1 thread': {'step': {way: value}}}."""
    return {with_condition(what, condition): ways
            for condition, whats in conditions.items() for what, ways in whats.items()}


def slowdowns(record) -> dict:
    """{(what, way): times as long under load as on a quiet machine} of a record."""
    result, ending = record['result'], f', {UNDER_LOAD}'
    return {(what, way): (result[what + ending][way]['median_seconds']
                          / row['median_seconds'])
            for what, ways in result.items() if what + ending in result
            for way, row in ways.items()}


def summary(seconds, baseline, count, unit='examples', shares=None) -> dict:
    """{what: {way: figures}}: units a second, medians, ratios, shares of the limits.

    seconds: {(what, way): seconds of each call}, of `count` units; baseline: the way
    all are measured by; shares: {what: {'peak': seconds at least}} of a call.
    """
    result = {}
    for what, ways in nested(seconds).items():
        medians = {way: statistics.median(times) for way, times in ways.items()}
        base = medians.get(baseline)
        torch, scratch = ([medians[way] for way in medians if way.startswith('torch')
                           and (way in SCRATCH) == is_scratch]
                          for is_scratch in (False, True))
        least = (shares or {}).get(what, {})
        result[what] = {way: {
            f'{unit}_per_second': count / median,
            'median_seconds': median, 'min_seconds': min(ways[way]),
            f'times_{baseline}': base and base / median,
            'times_best_torch': min(torch) / median if torch else None,
            'times_torch_scratch': min(scratch) / median if scratch else None,
            'share_of_peak': least['peak'] / median if least else None,
            'share_of_bandwidth': least['bandwidth'] / median if least else None,
        } for way, median in medians.items()}
    return result


def path_of(label, is_epochs, out) -> Path:
    """Where the record of a network is written."""
    return out / f'{"epochs" if is_epochs else "bench"}_{label}.json'


def write(record, out):
    """The JSON file and the picture; their paths."""
    is_epochs = any(what.startswith(EPOCH) for what in record['result'])
    path = write_json(path_of(record['name'], is_epochs, out), as_json(record))
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
