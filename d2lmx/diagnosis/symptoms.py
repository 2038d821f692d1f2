"""What a batch tells of a training, before a step is taken: findings.

Numbers that are none, the loss at the start, gradients by layer and by differences,
dead units.
"""
import math
from dataclasses import dataclass, field

import numpy as onp
from mxnet import gluon, np
from mxnet.gluon import nn

from .checks import Check
from .trainings import watching

NEAR = 2            # times chance, up or down, at the start
DEAD = 0.5          # share of a layer's units
FLAT = 1e-6         # what a dead unit's outputs differ by
TINY = 1e-6         # beside the largest gradient
MOST_CHECKED, WRONG = 20, 0.05     # weights; share of a slope
CHANGE, ROUNDING = 1e-3, 1e-7      # of a loss
FARTHEST = 0.02     # of a weight's length, that it is moved
ACTIVATIONS = (nn.Activation, nn.LeakyReLU, nn.PReLU, nn.ELU, nn.SELU, nn.GELU,
               nn.Swish)


@dataclass(frozen=True)
class Finding(Check):
    """A `Check` of a training: `ok` None where it cannot be told; with its numbers."""

    numbers: dict = field(default_factory=dict)


class Look:
    """What a training's blocks give for its first batch, and all gradients of a step.

    The weights are then as they were.
    """

    def __init__(self, training):
        self.infinite, self.dead, self.criteria = [], {}, []
        self.losses = training.losses(training.batches[0])
        weights = [weight for weight in training.weights if not weight.is_frozen]
        self.grads = {weight.name: onp.zeros(weight.part.shape) for weight in weights}

        def differentiated(heads, go_on):
            go_on()
            self.grads.update({weight.name: weight.grad for weight in weights
                               if weight.is_reached})

        start = training.values()
        with watching(differentiated, self.note):
            training.train(training.batches[0])
        training.put(start)

    @property
    def is_finite(self) -> bool:
        """Whether outputs, losses and gradients all are."""
        return not self.infinite and all(
            onp.isfinite(array).all() for array in (self.losses, *self.grads.values()))

    def note(self, block, inputs, output):
        """Look at what a block gives."""
        Y = output[0] if isinstance(output, (list, tuple)) else output
        if not hasattr(Y, 'asnumpy') or 'float' not in str(Y.dtype):
            return
        values = Y.asnumpy()
        if not onp.isfinite(values).all():
            self.infinite.append(block.name)
        elif isinstance(block, gluon.loss.Loss):
            self.criteria.append((block, inputs, float(values.mean())))
        elif isinstance(block, ACTIVATIONS) and values.ndim > 1:
            axis = 1 if values.ndim == 4 else values.ndim - 1
            units = onp.moveaxis(values, axis, 0).reshape(values.shape[axis], -1)
            self.dead[block.name] = float((onp.ptp(units, axis=1) <= FLAT).mean())


def inputs_finite(training) -> Finding:
    """Whether the batches are numbers."""
    def arrays(part):
        return ([array for child in part for array in arrays(child)]
                if isinstance(part, (list, tuple)) else [part])

    values = [array.asnumpy() for array in arrays(training.batches)
              if hasattr(array, 'asnumpy')]
    bad = sum(int((~onp.isfinite(value)).sum()) for value in values)
    total = sum(value.size for value in values)
    most = max((float(abs(value[onp.isfinite(value)]).max(initial=0))
                for value in values), default=0.0)
    return Finding('inputs', bad == 0, f'{bad} of {total} numbers are not finite' if bad
                   else f'{total} numbers, all finite, up to {most:.3g}',
                   'clean the data, or what transforms it',
                   {'not finite': bad, 'numbers': total, 'largest': most})


def outputs_finite(seen) -> Finding:
    """Whether all layers and the loss give numbers."""
    names = seen.infinite + ['the loss'] * (not onp.isfinite(seen.losses).all())
    return Finding('outputs', not names,
                   f'not finite in {names[0]}, the first of {len(names)}' if names else
                   f'all finite, the mean loss is {seen.losses.mean():.4g}',
                   'look at what that layer gets, and at its first weights',
                   {'mean loss': float(seen.losses.mean()), 'not finite': names})


def at_the_start(seen) -> list:
    """The loss beside chance, and what the loss is given, where it is a cross-entropy.
    """
    rows = [row for row in map(beside_chance, seen.criteria) if row]
    if not rows:
        return [Finding('loss at the start', None, f'{seen.losses.mean():.4g}; the '
                        'loss does not say what chance is',
                        numbers={'loss': float(seen.losses.mean())})]
    loss, chance = max(rows, key=lambda row: abs(math.log(row[0] / row[1])))
    return [Finding('loss at the start', 1 / NEAR < loss / chance < NEAR,
                    f'{loss:.4g}, and {chance:.4g} where all scores are alike',
                    'more: smaller first weights of the last layer, or normalized '
                    'inputs; less: the labels may be among the inputs',
                    {'loss': loss, 'chance': chance}), *scores_as_expected(seen)]


def beside_chance(criterion):
    """(what a cross-entropy gives, what it gives for equal scores), or None."""
    block, (scores, *others), loss = criterion
    if isinstance(block, gluon.loss.SoftmaxCrossEntropyLoss):
        even = np.zeros_like(scores) - (
            math.log(scores.shape[block._axis]) if block._from_logits else 0)
    elif isinstance(block, gluon.loss.SigmoidBinaryCrossEntropyLoss):
        even = np.zeros_like(scores) + (0.5 if block._from_sigmoid else 0)
    else:
        return None
    chance = float(block(even, *others).mean())
    return (loss, chance) if loss > 0 and chance > 0 else None


def scores_as_expected(seen) -> list:
    """Whether a softmax is taken once: not by both network and loss, nor by neither."""
    for block, (scores, *_), _ in seen.criteria:
        if not isinstance(block, gluon.loss.SoftmaxCrossEntropyLoss):
            continue
        values, axis = scores.asnumpy().astype('float64'), block._axis
        if block._from_logits:
            off = float(abs(onp.exp(values).sum(axis=axis) - 1).max())
            return [Finding('softmax', off < 1e-3, 'probabilities add up to 1, but for '
                            f'{off:.2g}', 'the loss takes logarithms of probabilities '
                            '(from_logits): end the network with log_softmax',
                            {'from 1': off})]
        off = float(abs(values.sum(axis=axis) - 1).max())
        twice = values.min() >= 0 and off < 1e-3
        return [Finding('softmax', not twice, 'the network gives '
                        + ('probabilities, which add up to 1' if twice else 'scores')
                        + f', from {values.min():.3g} to {values.max():.3g}',
                        'the loss takes the softmax itself: end the network without',
                        {'least': float(values.min()), 'most': float(values.max())})]
    return []


def gradients_by_layer(seen) -> Finding:
    """Norms of the gradients: none may be NaN, or nothing in a whole layer."""
    norms = {name: float(onp.linalg.norm(grad)) for name, grad in seen.grads.items()}
    layers = {name: norms[name] for name, grad in seen.grads.items() if grad.ndim > 1}
    layers = layers or norms  # biases may well have none, as before a normalization
    bad = [name for name, norm in norms.items() if not math.isfinite(norm)]
    most = max(layers.values(), default=0.0)
    least = min(layers, key=layers.get, default='')
    small = [name for name, norm in layers.items() if not norm > TINY * most]
    message = ('no weight has a gradient' if not norms else
               f'not finite in {bad[0]}, the first of {len(bad)}' if bad else
               f'norms from {layers[least]:.2g} ({least}) to {most:.2g}, '
               f'{len(small)} of {len(layers)} layers have none to speak of')
    return Finding('gradients', bool(norms) and not bad and not small, message,
                   'NaN: a logarithm or a root of 0; nothing: a layer that is cut off, '
                   'dead units, or too small first weights', norms)


def dead_units(seen) -> Finding:
    """Units behind an activation that give one number for all examples."""
    if not seen.dead:
        return Finding('dead units', None, 'no activation stands as a layer')
    worst = max(seen.dead, key=seen.dead.get)
    return Finding('dead units', seen.dead[worst] <= DEAD, f'{seen.dead[worst]:.0%} of '
                   f'{worst}, at most, give one number for all examples',
                   "other first weights (He's), biases of 0, a smaller rate, or "
                   'normalized inputs', dict(seen.dead))


def slopes_by_differences(training) -> Finding:
    """Each layer's gradient along itself, beside what differences of the loss say."""
    weights = [weight for weight in training.weights if not weight.is_frozen]
    chosen = onp.unique(onp.linspace(0, len(weights) - 1, MOST_CHECKED).astype(int))
    found = {}
    for weight in (weights[i] for i in chosen):
        error = error_of_slope(training, weight)
        if error is not None:
            found[weight.name] = error
    if not found:
        return Finding('differences', None, 'the slopes are too small to be told')
    worst = max(found, key=found.get)
    return Finding('differences', found[worst] < WRONG, f'gradients of {len(found)} '
                   f'layers are within {found[worst]:.2g} of differences of the loss '
                   f'({worst})', 'a backward pass that somebody wrote is wrong, or an '
                   'operator has no right gradient (np.std has none)', found)


def error_of_slope(training, weight):
    """Relative; the first of three distances that will do, or the best.

    None where rounding hides the slope.
    """
    batch, value = training.batches[0], weight.value
    losses = training.losses(batch, backward=True)
    total, grad = float(abs(losses).sum()), weight.grad
    slope = float(onp.linalg.norm(grad))
    farthest = FARTHEST * weight.usual_length
    if slope * farthest < 100 * ROUNDING * total or not slope:
        return None
    errors = [math.inf]
    for change in (CHANGE, 10 * CHANGE, 0.1 * CHANGE):
        if min(errors) < WRONG / 10:
            break
        h = min(change * total / slope, farthest)
        ends = []
        for sign in (1, -1):
            weight.put(value + sign * h * grad / slope)
            ends.append(training.losses(batch).sum())
        errors.append(abs((ends[0] - ends[1]) / (2 * h) / slope - 1))
    weight.put(value)
    return float(min(errors))
