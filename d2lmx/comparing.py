"""The commands `compare` and `convert`: networks and weights, here and in PyTorch."""
import sys
from importlib.metadata import version
from pathlib import Path

from . import sections
from .compat import UNTOUCHED, threads
from .networks import complain, find_network, section_network
from .parity.compare import compare_port
from .parity.convert import to_gluon, to_port_file
from .parity.files import PORT_SUFFIXES
from .parity.speed import (PREDICT, TRAIN, gluon_functions, port_functions,
                           timed_batch_size)
from .parity.structure import StructureError
from .parity.torch_side import NO_TORCH, find_twin, has_torch, load_port
from .results import ResultsUnwritable, as_json, write_json
from .runner import provenance
from .runtime.workers import WorkerDied, median_seconds

CANNOT = (StructureError, ResultsUnwritable, WorkerDied)


def both_sides(token: str, port, with_zoo: bool = False):
    """A network, and what builds its port: its twin's build_net, or file.py:factory.

    ValueError, of which UnknownSection and UnusablePort are kinds, where one lacks.
    """
    network = find_network(token, with_zoo)
    build_port = load_port(port) if port else find_twin(network.name)
    if build_port is None:
        raise ValueError(f'{network.title} has no PyTorch twin: name your own port '
                         'with --torch file.py:factory')
    return network, build_port


def compare(token: str, port, options) -> int:
    """`d2lmx compare`: one network against its twin, or the port in file.py:factory.

    options: attributes batch_size, rounds, lr (None: the section's), seed, out. Prints
    the table and writes ``out/compare_NAME.json``. Returns 0 where all differences are
    within their tolerances, 1 where not, or without PyTorch, 2 for wrong usage.
    """
    if not has_torch():
        return complain(NO_TORCH, 1)
    try:
        network, build_port = both_sides(token, port)
    except ValueError as error:
        return complain(error, 2)
    try:
        record = measure(token, network, build_port, port, options)
    except CANNOT as error:
        return complain(error, 1)
    print_record(record)
    print(f'numbers: {options.out / file_name(network)}')
    return 0 if record['passed'] else 1


def compare_all(options) -> int:
    """`d2lmx compare --all`: a row for every section that has a network and a twin.

    Then the sections whose network has no twin. Exit status as of `compare`.
    """
    if not has_torch():
        return complain(NO_TORCH, 1)
    networks = list(filter(None, map(section_network, sections.sections())))
    alone = [network.title for network in networks if find_twin(network.name) is None]
    print(f'{"largest relative differences":32}{"outputs":>9}{"gradients":>10}'
          f'{"steps":>9}{"x torch: train":>16}{"predict":>8}')
    passed = True
    for network in networks:
        build_port = find_twin(network.name)
        if build_port is None:
            continue
        try:
            record = measure(network.name, network, build_port, None, options)
        except CANNOT as error:
            print(f'{network.title:32}FAILED: {error}')
            passed = False
            continue
        print_row(record)
        passed &= record['passed']
    print('networks without a PyTorch twin: ' + (', '.join(alone) or 'none'))
    print(f'numbers: {options.out / "compare_NAME.json"}, of each')
    return 0 if passed else 1


def measure(token, network, build_port, port, options) -> dict:
    """All figures of one comparison, for the table; also written to the JSON file."""
    lr = network.lr if options.lr is None else options.lr
    record = {'section': network.number, 'name': network.name, 'title': network.title,
              'port': port or 'its PyTorch twin', **provenance(),
              'torch': version('torch'),
              **compare_port(network.build_net, network.example_inputs, build_port(),
                             lr=lr, batch_size=options.batch_size, seed=options.seed)}
    record['timing'] = None
    if options.rounds and record['error'] is None:
        record['timing'] = time_both(token, network, port, lr, options.rounds)
    write_json(options.out / file_name(network), as_json(record))
    return record


def file_name(network) -> str:
    """Of the JSON file."""
    return f'compare_{network.label}.json'


def time_both(token, network, port, lr, rounds) -> dict:
    """Median seconds of a training step and a prediction, each side in its process.

    'ratio': how many times as fast Gluon is.
    """
    batch_size = timed_batch_size(network.example_inputs, network.batch_size)
    seconds = median_seconds({'gluon': (gluon_side, token, lr, batch_size),
                              'torch': (port_side, token, port, lr, batch_size)},
                             rounds, environments={'torch': UNTOUCHED})
    record = {'batch_size': batch_size, 'threads': threads()[0], 'rounds': rounds}
    for what in (TRAIN, PREDICT):
        ours = seconds['gluon', ('static', what)]
        theirs = seconds['torch', ('eager', what)]
        record[what] = {'gluon': ours, 'torch': theirs, 'ratio': theirs / ours}
    return record


def gluon_side(token, lr, batch_size) -> dict:
    """What the process that times Gluon runs."""
    network = find_network(token)
    return gluon_functions(network.build_net, network.example_inputs, lr, batch_size)


def port_side(token, port, lr, batch_size) -> dict:
    """What the process that times PyTorch runs."""
    network, build_port = both_sides(token, port)
    return port_functions(network.build_net, network.example_inputs, build_port, lr,
                          batch_size)


def print_record(record) -> None:
    """One comparison for people."""
    print(f'{record["title"]} against {record["port"]} (PyTorch {record["torch"]}), '
          f'batch of {record["batch_size"]}, {record["steps"]} steps of SGD, lr '
          f'{record["lr"]:g}')
    print(f'{"largest differences":58}{"absolute":>9}{"relative":>9}{"allowed":>9}')
    for what, check in record['checks'].items():
        print_check(what, check)
    print_failure(record)
    if record['timing']:
        print_timing(record['timing'])
    for name, text in record['conventions'].items():
        print(f'  {name}: {text}')


def print_check(what, check) -> None:
    """A row, and one below it where training was repeated in float64."""
    double = check.get('float64')
    exceeded = '' if check['passed'] or double else f'  EXCEEDED at {check["at"]}'
    print(f'{what:58}{check["absolute"]:9.1e}{check["relative"]:9.1e}'
          f'{check["tolerance"]:9.0e}{exceeded}')
    if double:
        print_check('  in float64', double)


def print_failure(record) -> None:
    """Where and how the two networks part, if they do."""
    if record['parting']:
        print(f'in {record["parting"]["mode"]} mode {record["parting"]["text"]}')
    elif record['error']:
        print(f'FAILED: {record["error"]}')
    elif not record['passed']:
        print('no layer\'s output differs going forward: look at the gradients and '
              'updates of the parameters named above')


def print_timing(timing) -> None:
    """Both sides' seconds."""
    print(f'milliseconds, medians of {timing["rounds"]} rounds in turn, batch of '
          f'{timing["batch_size"]}, {timing["threads"]} threads each:')
    for what in (TRAIN, PREDICT):
        row = timing[what]
        print(f'  {what:14} Gluon, static {row["gluon"] * 1e3:.3g}, PyTorch, eager '
              f'{row["torch"] * 1e3:.3g}: Gluon is {row["ratio"]:.2f} times as fast')


def print_row(record) -> None:
    """One comparison as a row of the table of all."""
    def largest(*words):
        return max((check.get('float64', check)['relative']
                    for what, check in record['checks'].items()
                    if any(word in what for word in words)), default=float('nan'))

    timing = record['timing']
    ratios = [f'{timing[what]["ratio"]:.2f}' if timing else '-'
              for what in (TRAIN, PREDICT)]
    speed = f'{ratios[0]:>16}{ratios[1]:>8}'
    exceeded = ', '.join(f'{what} (at {check["at"]})'
                         for what, check in record['checks'].items()
                         if not check['passed'])
    double = any('float64' in check for check in record['checks'].values())
    print(f'{record["title"]:32}{largest("predictions", "outputs"):9.1e}'
          f'{largest("gradients"):10.1e}{largest("steps"):9.1e}{speed}'
          + ('  training in float64' if double else '')
          + (f'  EXCEEDED: {exceeded}' if exceeded else ''))
    if not record['passed']:
        print_failure(record)


def convert(token: str, source, target, port=None) -> int:
    """`d2lmx convert`: weights of a network from one library's file to the other's.

    A .params file on one side, and .pt, .safetensors or .npz on the other, under the
    names of the twin's state_dict, or of the port in file.py:factory. token: a section,
    or a name in ``zoo.NETWORKS``. Returns 0, 1 where the file or its content does not
    fit, 2 for wrong usage.
    """
    source, target = Path(source), Path(target)
    theirs = {source.suffix, target.suffix} - {'.params'}
    if len(theirs) != 1 or source.suffix == target.suffix or not (
            theirs <= set(PORT_SUFFIXES)):
        return complain('one of the two files must end in .params (Gluon), the other '
                        f'in one of {", ".join(PORT_SUFFIXES)}; got {source} and '
                        f'{target}', 2)
    if not has_torch():
        return complain(NO_TORCH, 1)
    try:
        network, build_port = both_sides(token, port, with_zoo=True)
    except ValueError as error:
        return complain(error, 2)
    function = to_port_file if source.suffix == '.params' else to_gluon
    try:
        count = function(network.build_net, network.example_inputs, build_port, source,
                         target)
    except (ValueError, OSError, ImportError) as error:
        return complain(error, 1)
    print(f'{count} arrays of {network.title}: {source} -> {target}')
    return 0
