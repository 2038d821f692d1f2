"""What is right or wrong with a training, by the list of *Deep Learning*, 11.5.

Each finding is of one thing, on the first batches of a training; it has a number, and
says what to do where that is not right.
"""
import math

import numpy as onp
from mxnet import npx, optimizer

from .symptoms import (ROUNDING, TINY, Finding, Look, at_the_start, dead_units,
                       gradients_by_layer, inputs_finite, outputs_finite,
                       slopes_by_differences)
from .trainings import SEED, Training, num_rows, take

__all__ = ['examine_training']

BATCHES, MOST_BATCHES = 4, 20   # that are read, and more where they are small
FEW_ROWS, MANY_ROWS = 16, 64    # of a batch, that are learnt
FAST = 1            # updates beside weights
LEARNT = 0.1        # of a batch's loss is left
RATES = 0.01, 0.1, 0.001  # of Adam, of which one should do
NUM_OWN_STEPS = 10
WORSE = 1.1         # times the loss at the start, after these
NUM_PERMUTED, FAR = 10, 4  # standard deviations from what chance gives


def examine_training(step, train_iter, num_steps: int = 300) -> list:
    """What is right or wrong with a training, before it begins: a list of `Finding`.

    Each has a ``name``; ``ok``, True, False, or None where it does not apply; a
    ``message`` with its number; ``mend``, what to do; and ``numbers``, a dict. The
    networks' compiled forms are given up, and what has been learnt is put back; only
    the trainer keeps what it noted in its own few steps, and random numbers begin anew.
    Where something is not finite, what follows is left out.

    Parameters
    ----------
    step
        A `Step` that says what it trains; else InputError.
    train_iter
        Its batches, of which the first 4 are read, or 20 where they are small.
    num_steps
        Within which a few examples must be learnt by heart.

    Ours, for 23.11
    """
    training = Training(step, first_batches(train_iter))
    seen = Look(training)
    found = [inputs_finite(training), outputs_finite(seen), *at_the_start(seen),
             dead_units(seen), gradients_by_layer(seen)]
    if found[0].ok is False or not seen.is_finite:
        return found
    start = training.values()
    found += [slopes_by_differences(training), *own_steps(training)]
    moved = [weight for weight in training.weights
             if (weight.value != start[weight.name]).any()]
    training.put(start)
    finding, rate = one_batch(training, moved, num_steps)
    training.put(start)
    found += [finding, labels_belong(training, moved, rate, num_steps)]
    training.put(start)
    return found


def first_batches(train_iter) -> list:
    """As many as tell something of new examples."""
    found, count = [], 0
    for batch in train_iter:
        found.append(batch if isinstance(batch, (list, tuple)) else [batch])
        count += num_rows(found[-1]) or MANY_ROWS
        if len(found) == MOST_BATCHES or (
                len(found) >= BATCHES and count >= BATCHES * MANY_ROWS):
            break
    return found


def own_steps(training) -> list:
    """What steps of the training's own do to its weights, and to one batch's loss."""
    batch, before = training.batches[0], training.values()
    usual = {weight.name: weight.usual_length for weight in training.weights}
    start = training.mean_loss(batch)
    training.train(batch)
    lengths = {weight.name: float(onp.linalg.norm(weight.value - before[weight.name]))
               for weight in training.weights}
    still = [name for name, length in lengths.items() if length == 0]
    ratios = {name: length / usual[name] for name, length in lengths.items()
              if before[name].ndim > 1 and name not in still}
    for _ in range(NUM_OWN_STEPS - 1):
        training.train(batch)
    return [frozen(still, len(lengths)), ratio_of_updates(ratios),
            after_own_steps(start, training.mean_loss(batch))]


def frozen(still, count) -> Finding:
    return Finding('frozen', not still, f'{len(still)} of {count} weights stay as they '
                   'are' + (f', {still[0]} first' if still else ''),
                   'give them to the trainer, with a gradient (grad_req); where they '
                   'are to stay, all is well', {'frozen': still})


def ratio_of_updates(ratios) -> Finding:
    if not ratios:
        return Finding('update', None, 'no layer changes')
    low, high = (f(ratios, key=ratios.get) for f in (min, max))
    return Finding('update', TINY < ratios[high] < FAST, 'a step moves layers by '
                   f'{ratios[low]:.2g} ({low}) to {ratios[high]:.2g} ({high}) of their '
                   'length', 'about 0.001 is usual: a smaller learning rate where it '
                   'is more than 1, a larger one where it is less than a millionth',
                   ratios)


def after_own_steps(start, end) -> Finding:
    worse = not end <= start + (WORSE - 1) * abs(start)  # or NaN
    return Finding(f'{NUM_OWN_STEPS} steps', not worse, f'{start:.4g} becomes '
                   f'{end:.4g} where the training takes one batch {NUM_OWN_STEPS} '
                   'times', 'a learning rate of a tenth; then a sign that is wrong',
                   {'before': start, 'after': end})


def one_batch(training, moved, num_steps) -> tuple:
    """Whether a few examples can be learnt by heart; and by which rate of Adam."""
    batch, start = training.batches[0], training.values()
    n = num_rows(batch)
    few = batch if n is None else take(batch, onp.arange(min(n, FEW_ROWS)))
    first = training.mean_loss(few)
    goal, lows = first - (1 - LEARNT) * abs(first), {}
    for rate in RATES:
        training.put(start)
        lows[rate] = descend(training, moved, [few], rate, num_steps, goal)
        if lows[rate] <= goal:
            break
    best = min(lows, key=lows.get)
    return Finding('one batch', lows[best] <= goal, f'{first:.4g} becomes '
                   f'{lows[best]:.4g} at best, where {len(few[-1])} examples alone are '
                   'learnt', 'what cannot learn these by heart has a fault: labels, '
                   'loss, a layer that is cut off or dead; or it is too small',
                   {'before': first, 'after': lows[best], 'rate': best}), best


def descend(training, moved, batches, rate, num_steps, goal=-math.inf) -> float:
    """Adam on batches in turn, until the goal is reached; the lowest loss met."""
    updater = optimizer.get_updater(optimizer.Adam(learning_rate=rate))
    lowest = math.inf
    for k in range(num_steps):
        loss = float(training.losses(batches[k % len(batches)], backward=True).mean())
        lowest = min(lowest, loss)
        if lowest <= goal or not math.isfinite(loss):
            break
        for i, weight in enumerate(moved):
            weight.move(updater, i)
    npx.waitall()
    return lowest


def labels_belong(training, moved, rate, num_steps) -> Finding:
    """Whether what is learnt from some examples tells the labels of others.

    By as many standard deviations as their loss is below that of permuted labels.
    """
    batches, name = training.batches, 'labels'
    counts = [num_rows(batch) for batch in batches]
    if len(batches[0]) < 2 or None in counts or min(counts) < 4:
        return Finding(name, None, 'the batches have none that could be permuted')
    if len(batches) == 1:
        half = onp.arange(counts[0]) < counts[0] // 2
        batches = [take(batches[0], half), take(batches[0], ~half)]
    batches = [take(batch, onp.arange(min(num_rows(batch), MANY_ROWS)))
               for batch in batches]
    held = batches[-max(1, len(batches) // 3):]
    train = batches[:-len(held)]
    start = training.mean_loss(train[0])
    descend(training, moved, train, rate, num_steps, start - (1 - LEARNT) * abs(start))
    order = onp.random.RandomState(SEED)

    def permuted(batch):
        first = len(batch) - training.step.num_labels
        return batch[:first] + take(batch[first:], order.permutation(num_rows(batch)))

    def mean_of(batches):
        return float(onp.mean([training.mean_loss(batch) for batch in batches]))

    loss = mean_of(held)
    others = [mean_of(map(permuted, held)) for _ in range(NUM_PERMUTED)]
    spread = float(onp.std(others))
    if not spread > ROUNDING * abs(loss):
        return Finding(name, None, 'permuted labels lose as much: they are all alike, '
                       'or not read')
    below = float((onp.mean(others) - loss) / spread)
    return Finding(name, below > FAR, 'after some steps new examples lose '
                   f'{loss:.4g}, and {onp.mean(others):.4g} with permuted labels: '
                   f'{below:.1f} standard deviations',
                   'labels and inputs may not belong together: look at some side by '
                   'side, and at what shuffles them',
                   {'loss': loss, 'permuted': float(onp.mean(others)),
                    'deviations': below})
