"""How the time of a training step grows with batch size, width and length."""
import math
import statistics
from inspect import signature

from mxnet import np

from ..pages.networks import find_network
from ..pages.results import as_json, write_json
from ..parity.torch_side import find_twin, has_torch
from ..processor import UNTOUCHED
from .measure import Plan, measure
from .records import head
from .ways import TRAIN, gluon_functions, one_line, port_functions, timed_batch_size

FACTORS = 0.5, 1, 2
BATCH, WIDTH, LENGTH = 'batch size', 'width', 'length'
# arguments of a section's build_net, and of its example_inputs
WIDTHS = ('num_hiddens', 'num_hiddens1', 'num_hiddens2', 'ffn_num_hiddens',
          'embed_size', 'num_channels', 'growth_rate')
LENGTHS = 'num_steps', 'size'
WAYS = 'static', 'torch eager'


def growth_record(network, batch_size=None, plan=Plan(), watch=None) -> dict:
    """Median seconds of steps at half, once and twice each size that a section has.

    'result' is {dimension: [{'size', 'seconds': {way: median}}]} and 'powers'
    {dimension: {way: p}}: from the first point to the last, time grows as size ** p.
    """
    batch_size = batch_size or timed_batch_size(network.example_inputs,
                                                network.batch_size)
    makers = {'gluon': (gluon_growth, network.address, batch_size)}
    if has_torch() and find_twin(network.twin):
        makers['torch'] = (torch_growth, network.address, batch_size)
    found, refused = measure(makers, plan, {'torch': UNTOUCHED}, watch=watch)
    seconds, = found.values()  # of one condition
    result = {}
    for dimension, factor in places(network):
        medians = {way: statistics.median(seconds[key]) for way in WAYS
                   if (key := (what_of(dimension, factor), way)) in seconds}
        result.setdefault(dimension, []).append({
            'size': size_at(network, dimension, factor, batch_size),
            'seconds': medians})
    return as_json({**head(network, found), 'batch_size': batch_size, 'result': result,
                    'powers': {dimension: powers(rows)
                               for dimension, rows in result.items()},
                    'refused': refused})


def powers(rows) -> dict:
    """{way: p} of a dimension's rows, where a way has the first and the last."""
    first, last = rows[0], rows[-1]
    return {way: (math.log(last['seconds'][way] / seconds)
                  / math.log(last['size'] / first['size']))
            for way, seconds in first['seconds'].items() if way in last['seconds']}


def places(network):
    """(dimension, factor) of all that is timed."""
    has = {BATCH: True, WIDTH: scaled(network.build_net, WIDTHS, 1),
           LENGTH: scaled(network.example_inputs, LENGTHS, 1)}
    return [(dimension, factor) for dimension in has if has[dimension]
            for factor in FACTORS]


def scaled(function, names, factor) -> dict:
    """{name: default times the factor} of those arguments that a function has."""
    return {name: max(1, int(parameter.default * factor))
            for name, parameter in signature(function).parameters.items()
            if name in names and isinstance(parameter.default, int)}


def size_at(network, dimension, factor, batch_size) -> int:
    """The size at a point: of several widths, the first."""
    if dimension == BATCH:
        return max(1, int(batch_size * factor))
    function, names = ((network.build_net, WIDTHS) if dimension == WIDTH
                       else (network.example_inputs, LENGTHS))
    return next(iter(scaled(function, names, factor).values()))


def inputs_at(network, dimension, factor):
    """example_inputs at a point, with states as wide as the network."""
    function = network.example_inputs
    if dimension == BATCH:
        return function
    names = WIDTHS if dimension == WIDTH else LENGTHS
    arguments = scaled(function, names, factor)
    width = scaled(network.build_net, ('num_hiddens',), 1).get('num_hiddens')

    def example_inputs(batch_size=2):
        inputs = function(batch_size, **arguments)
        if dimension != WIDTH or inputs[0].dtype.kind != 'i':
            return inputs
        return tuple(np.random.uniform(-1, 1, (*X.shape[:-1], int(width * factor)))
                     if X.dtype.kind == 'f' else X for X in inputs)

    return example_inputs


def what_of(dimension, factor) -> str:
    """The name of a point."""
    return f'{TRAIN}, {factor:g} x {dimension}'


def gluon_growth(address, batch_size) -> dict:
    """What the process that times MXNet runs."""
    return functions_at(find_network(address), batch_size, 'static', at_gluon)


def torch_growth(address, batch_size) -> dict:
    """What the process that times PyTorch runs."""
    return functions_at(find_network(address).usual(), batch_size, 'torch eager',
                        at_torch)


def functions_at(network, batch_size, way, make) -> dict:
    """{(way, point): a training step}, or in its place why there is none."""
    functions = {}
    for dimension, factor in places(network):
        size = size_at(network, dimension, factor, batch_size)
        functions[way, what_of(dimension, factor)] = make(
            network, inputs_at(network, dimension, factor),
            scaled(network.build_net, WIDTHS, factor) if dimension == WIDTH else {},
            size if dimension == BATCH else batch_size)
    return functions


def at_gluon(network, example_inputs, widths, batch_size):
    """A training step of ours."""
    return gluon_functions(lambda: network.build_net(**widths), example_inputs,
                           network.lr, batch_size)['static', TRAIN]


def at_torch(network, example_inputs, widths, batch_size):
    """A training step of the port, or why it cannot have that size."""
    build_port = find_twin(network.twin)
    if widths.keys() - signature(build_port).parameters.keys():
        return 'its PyTorch port has one width'
    train = port_functions(lambda: network.build_net(**widths), example_inputs,
                           lambda: build_port(**widths), network.lr,
                           batch_size)['eager', TRAIN]
    try:
        train()
    except RuntimeError as error:  # of a dense layer behind pictures of another size
        return one_line(error)
    return train


def write(record, out):
    """The JSON file's path."""
    return write_json(out / f'growth_{record["name"]}.json', record)
