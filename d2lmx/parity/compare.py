"""A Gluon network against its PyTorch port: predictions, gradients, and ten steps."""
import numpy as onp
from mxnet import np

from ..export.symbol import flatten
from ..runtime.devices import set_seed
from .calling import Incomparable, NoPredictions, call_port, numbered, ready_port
from .chance import (TrainingUnlike, how_to_train, refuse_random_predictions,
                     train_all, train_norms, without_dropout)
from .conventions import EXPLAINED, explanations, start_alike
from .differences import worst
from .parting import find_parting
from .settings import called_layers, compare_settings, rates_of
from .structure import (copy_to_gluon, copy_to_port, known_shapes, pair_layers,
                        weights_of)
from .training import random_batches, train_both

__all__ = ['STEPS', 'TOLERANCES', 'compare_port', 'same_weights']

STEPS = 10
ATTEMPTS = 20
TOLERANCES = {'outputs': 1e-5, 'gradients': 1e-4, 'steps': 1e-3}  # relative
STATIC = dict(static_alloc=True, static_shape=True)


def compare_port(build_net, example_inputs, port, *, lr=0.1, batch_size=4, steps=STEPS,
                 seed=0, y=None, losses=(None, None), names=()) -> dict:
    """How far a PyTorch port is from a Gluon network with the same weights.

    Predictions are compared in float32. So is training, and where that exceeds a
    tolerance, it is repeated in float64 on both sides and judged there: a step of SGD
    can multiply rounding a hundredfold, but an error of the port stays an error. Where
    training stays random, as by a dropout of one's own, predictions alone decide.

    Parameters
    ----------
    build_net, example_inputs
        The section's functions: an uninitialized network, and a tuple of arrays for a
        batch size.
    port
        torch.nn.Module on the CPU; it gets the Gluon network's weights and is trained.
        It may have lazy layers.
    lr
        Learning rate of the steps of SGD.
    y
        Labels of a batch; None: random ones that suit the first output.
    losses
        Of Gluon and of the port, functions of the first output and y: a loss for each
        example, and the batch's mean. None: L2 or cross-entropy, as suits y.
    names
        Under which the port takes its inputs in one dict; (): one by one.

    Returns
    -------
    dict
        'checks' {what: absolute, relative, at, tolerance, passed, and float64, where it
        was repeated}, 'settings' [what, ours, theirs, passed] of what layers say of
        themselves, 'not_compared' (sentences), 'parameters' {Gluon's name: the port's
        name, shape, differences}, 'parting' (where the outputs first differ, or None),
        'error' (why no more could be compared, or None), 'passed', and the
        'conventions' that were made to agree.

    StructureError where the layers cannot be paired; Incomparable where lazy layers get
    no shapes.

    Ours, for 7.6
    """
    net, pairs = same_weights(build_net, example_inputs, port, seed, names)
    record = {'batch_size': batch_size, 'lr': lr, 'steps': steps, 'seed': seed,
              'conventions': explanations(net, port, pairs), 'checks': {},
              'settings': [], 'not_compared': [], 'error': None, 'parting': None,
              'parameters': {weight.name: {'port': weight.port_name,
                                           'shape': list(weight.param.shape)}
                             for weight in weights_of(pairs)}}
    comparison = Comparison(net, port, pairs, example_inputs, record, losses)
    has_layers_to_blame = True
    try:
        comparison.run(y)
    except Incomparable as error:
        record['error'] = str(error)
        has_layers_to_blame = not isinstance(error, NoPredictions)
    record['passed'] = record['error'] is None and all(
        part['passed'] for part in [*record['checks'].values(), *record['settings']])
    if not record['passed'] and has_layers_to_blame:
        record['parting'] = comparison.parting()
    return record


def same_weights(build_net, example_inputs, port, seed: int, names=()):
    """A Gluon network, not hybridized, and its layers paired with those of the port.

    Both then hold the same random weights: the first drawn, from the seed on, with
    which not all outputs are 0, as those of a last ReLU may be. There a comparison
    would see nothing.

    Ours, for 5.2
    """
    set_seed(seed)
    net, inputs = known_shapes(build_net, example_inputs), example_inputs(2)
    pairs = pair_layers(net, ready_port(port, inputs, names))
    for attempt in range(ATTEMPTS):
        start_alike(pairs, seed + attempt)
        if any(Y.asnumpy().any() for Y in flatten(net(*inputs))):
            break
    copy_to_port(pairs)
    return net, pairs


class Comparison:
    """Two networks with the same weights, and the record of how far they are apart."""

    def __init__(self, net, port, pairs, example_inputs, record, losses):
        self.net, self.port, self.pairs = net, port, pairs
        self.example_inputs, self.losses = example_inputs, losses
        self.record, self.checks = record, record['checks']
        self.start = [weight.ours() for weight in weights_of(pairs)]
        self.begin = None  # puts the port in training mode, where training is compared
        self.sizes = record['batch_size'], 1 if record['batch_size'] > 1 else 2

    def run(self, y) -> None:
        """Fill in the record's checks, settings, and differences of parameters."""
        batch_size = self.record['batch_size']
        layers = called_layers(self.net, self.port, self.example_inputs(2))
        dropped = [rates_of(side) for side in layers]
        self.net.hybridize(**STATIC)
        self.check_predictions()
        right = self.all_passed()  # who predicts otherwise is wrong, not inexact
        batches = ([(self.example_inputs(batch_size), y)] * self.record['steps']
                   if y is not None else
                   random_batches(self.net, self.example_inputs, batch_size,
                                  self.record['steps'], self.record['seed']))
        self.find_mode()
        self.record['settings'], missing = compare_settings(
            self.pairs, layers, dropped, is_random=self.begin is not train_all)
        self.record['not_compared'] += missing
        if self.begin is None:
            return
        self.check_training(batches)
        self.check_predictions(", the port's weights copied back")
        if right and not self.all_passed():
            self.restart('float64')
            self.check_training(batches, 'float64')

    def all_passed(self) -> bool:
        """Whether every difference keeps its tolerance."""
        return all(check['passed'] for check in self.checks.values())

    def check_predictions(self, suffix='') -> None:
        """Outputs in prediction mode, for two batch sizes."""
        for size in self.sizes:
            inputs = self.example_inputs(size)
            self.port.eval()
            ours = [Y.asnumpy() for Y in flatten(self.net(*inputs))]
            if not all(onp.isfinite(Y).all() for Y in ours):
                raise NoPredictions("the Gluon network's own outputs are not finite "
                                    f'for a batch of {size}: nothing can be compared')
            check = held(worst(numbered(ours, call_port(self.port, inputs), 'output')),
                         TOLERANCES['outputs'])
            self.checks[f'predictions, batch of {size}{suffix}'] = check
            if not check['passed']:
                refuse_random_predictions(self.net, self.port, inputs)

    def find_mode(self) -> None:
        """Switch off dropout on both sides, and learn how to train without chance."""
        inputs = self.example_inputs(2)
        without_dropout(self.net, self.port)
        self.net.hybridize(**STATIC)  # drops the trace with dropout
        trainable = [weight.param for weight in weights_of(self.pairs)
                     if weight.param.grad_req != 'null']
        if not trainable and not any(onp.issubdtype(X.dtype, onp.floating)
                                     for X in inputs):
            self.record['not_compared'].append('training: there is nothing to train')
            return
        try:
            self.begin = how_to_train(self.net, self.port, self.pairs, inputs)
        except TrainingUnlike as reason:
            self.record['not_compared'].append(str(reason))
        if self.begin is train_norms:
            self.record['conventions']['chance'] = EXPLAINED['chance']

    def check_training(self, batches, dtype='float32') -> None:
        """Outputs and gradients of the first step, parameters after the last.

        What float64 finds is noted beside what float32 found, and decides. The Gluon
        network ends with the port's weights, and neither with dropout.
        """
        found, parameters = train_both(self.net, self.port, self.pairs, batches,
                                       self.record['lr'], dtype, self.begin,
                                       self.losses)
        for name, values in parameters.items():
            self.record['parameters'][name].update(values if dtype == 'float32'
                                                   else {'float64': values})
        for (what, kind), differences in found.items():
            check = held(worst(differences), TOLERANCES[kind])
            if dtype == 'float32':
                self.checks[what] = check
            else:
                self.checks[what].update(float64=check, passed=check['passed'])
        if dtype == 'float64':
            self.record['conventions']['rounding'] = EXPLAINED['rounding']
        copy_to_gluon(self.pairs)

    def parting(self):
        """Where the outputs first differ, as `find_parting` has it; else None."""
        for size, begin in zip(self.sizes, (self.begin, None)):  # one may not train
            self.restart('float32')  # training moves running statistics
            found = find_parting(self.net, self.port, self.pairs,
                                 self.example_inputs(size), TOLERANCES['outputs'],
                                 begin)
            if found:
                return found
        return None

    def restart(self, dtype: str) -> None:
        """Give both networks the weights of the start, in another precision."""
        self.net.hybridize(False)
        self.net.cast(dtype)
        self.port.double() if dtype == 'float64' else self.port.float()
        for weight, value in zip(weights_of(self.pairs), self.start):
            weight.param.set_data(np.array(value, dtype=dtype))
        copy_to_port(self.pairs)
        self.net.hybridize(**STATIC)


def held(values: dict, tolerance: float) -> dict:
    """A difference with its tolerance and whether it keeps it."""
    return {**values, 'tolerance': tolerance,
            'passed': bool(values['relative'] <= tolerance)}
