"""A Gluon network against its PyTorch port: predictions, gradients, and ten steps."""
import mxnet as mx
from mxnet import init, np

from ..export.symbol import flatten
from ..runtime.devices import set_seed
from .conventions import (EXPLAINED, PortFailed, call_port, explanations, numbered,
                          start_alike)
from .differences import worst
from .parting import find_parting
from .structure import copy_to_gluon, copy_to_port, pair_layers, weights_of
from .training import random_batches, train_both

__all__ = ['STEPS', 'TOLERANCES', 'compare_port', 'same_weights']

STEPS = 10
ATTEMPTS = 20
TOLERANCES = {'outputs': 1e-5, 'gradients': 1e-4, 'steps': 1e-3}  # relative


def compare_port(build_net, example_inputs, port, *, lr=0.1, batch_size=4, steps=STEPS,
                 seed=0) -> dict:
    """How far a PyTorch port is from a Gluon network with the same weights.

    Predictions are compared in float32. So is training, and where that exceeds a
    tolerance, it is repeated in float64 on both sides and judged there: a step of SGD
    can multiply rounding a hundredfold, but an error of the port stays an error.

    Parameters
    ----------
    build_net, example_inputs
        The section's functions: an uninitialized network, and a tuple of arrays for a
        batch size.
    port
        torch.nn.Module on the CPU; it gets the Gluon network's weights and is trained.
    lr
        Learning rate of the steps of SGD.

    Returns
    -------
    dict
        'checks' {what: absolute, relative, at, tolerance, passed, and float64, where it
        was repeated}, 'parameters' {Gluon's name: the port's name, shape, differences},
        'parting' (where the outputs first differ, or None), 'error' (what the port
        raised, or None), 'passed', and the 'conventions' that were made to agree.
        StructureError where the layers cannot be paired.

    Ours, for 7.6
    """
    net, pairs = same_weights(build_net, example_inputs, port, seed)
    record = {'batch_size': batch_size, 'lr': lr, 'steps': steps, 'seed': seed,
              'conventions': explanations(net, port), 'checks': {}, 'error': None,
              'parting': None,
              'parameters': {weight.name: {'port': weight.port_name,
                                           'shape': list(weight.param.shape)}
                             for weight in weights_of(pairs)}}
    start = [weight.ours() for weight in weights_of(pairs)]
    batches = random_batches(net, example_inputs, batch_size, steps, seed)
    try:
        run_checks(record, net, port, pairs, example_inputs, batches, start)
    except PortFailed as error:
        record['error'] = str(error)
    record['passed'] = record['error'] is None and all_passed(record['checks'])
    if not record['passed']:
        restart(net, port, pairs, start, 'float32')
        record['parting'] = find_parting(net, port, pairs, batches[0][0],
                                         TOLERANCES['outputs'])
    return record


def run_checks(record, net, port, pairs, example_inputs, batches, start) -> None:
    """Fill in the record's checks, and the differences of its parameters."""
    checks, batch_size = record['checks'], record['batch_size']
    check_predictions(checks, net, port, example_inputs, batch_size)
    right = all_passed(checks)  # a port that predicts otherwise is wrong, not inexact
    check_training(record, net, port, pairs, batches)
    check_predictions(checks, net, port, example_inputs, batch_size,
                      ", the port's weights copied back")
    if right and not all_passed(checks):
        restart(net, port, pairs, start, 'float64')
        check_training(record, net, port, pairs, batches, 'float64')


def same_weights(build_net, example_inputs, port, seed: int):
    """A hybridized Gluon network, and its layers paired with those of the port.

    Both then hold the same random weights: the first drawn, from the seed on, with
    which not all outputs are 0, as those of a last ReLU may be. There a comparison
    would see nothing.

    Ours, for 5.2
    """
    set_seed(seed)
    net, inputs = build_net(), example_inputs(2)
    net.initialize(init.Xavier(), ctx=mx.cpu())
    net(*inputs)  # from here on all shapes are known
    pairs = pair_layers(net, port)
    for attempt in range(ATTEMPTS):
        start_alike(pairs, seed + attempt)
        if any(Y.asnumpy().any() for Y in flatten(net(*inputs))):
            break
        net.initialize(init.Xavier(), ctx=mx.cpu(), force_reinit=True)
    copy_to_port(pairs)
    net.hybridize(static_alloc=True, static_shape=True)
    return net, pairs


def restart(net, port, pairs, start: list, dtype: str) -> None:
    """Give both networks the values in start, in another precision."""
    net.hybridize(False)
    net.cast(dtype)
    port.double() if dtype == 'float64' else port.float()
    for weight, value in zip(weights_of(pairs), start):
        weight.param.set_data(np.array(value, dtype=dtype))
    copy_to_port(pairs)


def check_predictions(checks, net, port, example_inputs, batch_size, suffix='') -> None:
    """Outputs in prediction mode, for two batch sizes."""
    port.eval()
    for size in (batch_size, 1 if batch_size > 1 else 2):
        inputs = example_inputs(size)
        ours = [Y.asnumpy() for Y in flatten(net(*inputs))]
        checks[f'predictions, batch of {size}{suffix}'] = held(
            worst(numbered(ours, call_port(port, inputs), 'output')),
            TOLERANCES['outputs'])


def all_passed(checks: dict) -> bool:
    """Whether every difference keeps its tolerance."""
    return all(check['passed'] for check in checks.values())


def held(values: dict, tolerance: float) -> dict:
    """A difference with its tolerance and whether it keeps it."""
    return {**values, 'tolerance': tolerance,
            'passed': bool(values['relative'] <= tolerance)}


def check_training(record, net, port, pairs, batches, dtype='float32') -> None:
    """Outputs and gradients of the first step, parameters after the last.

    What float64 finds is noted beside what float32 found, and decides. The Gluon
    network ends with the port's weights, and neither with dropout.
    """
    found, parameters = train_both(net, port, pairs, batches, record['lr'], dtype)
    for name, values in parameters.items():
        record['parameters'][name].update(values if dtype == 'float32'
                                          else {'float64': values})
    for (what, kind), differences in found.items():
        check = held(worst(differences), TOLERANCES[kind])
        if dtype == 'float32':
            record['checks'][what] = check
        else:
            record['checks'][what].update(float64=check, passed=check['passed'])
    if dtype == 'float64':
        record['conventions']['rounding'] = EXPLAINED['rounding']
    copy_to_gluon(pairs)
