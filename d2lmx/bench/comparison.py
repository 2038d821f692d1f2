"""A network against its PyTorch port, as a record: differences and speed."""
from importlib.metadata import version

from ..errors import InputError
from ..pages.networks import find_network
from ..pages.results import as_json
from ..pages.runner import provenance
from ..parity.compare import compare_port
from ..parity.structure import StructureError
from ..parity.torch_side import find_twin, load_port
from ..processor import UNTOUCHED, threads
from .processes import median_seconds
from .ways import PREDICT, TRAIN, gluon_functions, port_functions, timed_batch_size


def port_of(network, port=None):
    """What builds a network's port: its twin's build_net, or the one in
    file.py:factory; InputError where there is none."""
    build_port = find_twin(network.twin) if port is None else load_port(port)
    if build_port is None:
        raise InputError(f'{network.title} has no PyTorch twin: name your own port '
                         'with --torch file.py:factory')
    return build_port


def comparison_record(network, port=None, *, lr=None, batch_size=4, seed=0,
                      rounds=5) -> dict:
    """All figures of one comparison.

    port: of a reader's own, as file.py:factory; None: the network's twin. lr: of the
    steps; None: the section's. rounds: timed ones; 0: no timing.
    """
    build_port = port_of(network, port)
    lr = network.lr if lr is None else lr
    try:
        found = compare_port(network.build_net, network.example_inputs, build_port(),
                             lr=lr, batch_size=batch_size, seed=seed)
    except StructureError as error:
        if port is None and network.variant != network.usual().variant:
            raise InputError(f'{network.title} has no PyTorch twin, '
                             f'{network.usual().title} has: name your own port with '
                             '--torch file.py:factory') from error
        raise
    record = {'section': network.number, 'name': network.name, 'title': network.title,
              'port': port or 'its PyTorch twin', **provenance(),
              'torch': version('torch'), **found, 'timing': None}
    if rounds and record['error'] is None:
        record['timing'] = time_both(network, port, lr, rounds)
    return as_json(record)


def time_both(network, port, lr, rounds) -> dict:
    """Median seconds of a training step and a prediction, each side in its process.

    'ratio': how many times as fast Gluon is.
    """
    batch_size = timed_batch_size(network.example_inputs, network.batch_size)
    address = network.address
    seconds = median_seconds({'gluon': (gluon_side, address, lr, batch_size),
                              'torch': (port_side, address, port, lr, batch_size)},
                             rounds, environments={'torch': UNTOUCHED})
    record = {'batch_size': batch_size, 'threads': threads()[0], 'rounds': rounds}
    for what in (TRAIN, PREDICT):
        ours = seconds['gluon', ('static', what)]
        theirs = seconds['torch', ('eager', what)]
        record[what] = {'gluon': ours, 'torch': theirs, 'ratio': theirs / ours}
    return record


def gluon_side(address, lr, batch_size) -> dict:
    """What the process that times Gluon runs."""
    network = find_network(address)
    return gluon_functions(network.build_net, network.example_inputs, lr, batch_size)


def port_side(address, port, lr, batch_size) -> dict:
    """What the process that times PyTorch runs."""
    network = find_network(address)
    return port_functions(network.build_net, network.example_inputs,
                          port_of(network, port), lr, batch_size)
