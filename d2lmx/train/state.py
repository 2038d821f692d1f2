"""What training changes, as plain arrays and numbers that can be saved and put back."""
import re

import numpy as onp
from mxnet import gluon, np, npx
from mxnet.ndarray import NDArray

from ..errors import InputError

NUMBERS = (bool, int, float, onp.generic)


class Number:
    """A number that stands in a list or dict, such as the t of an Adam from scratch."""

    def __init__(self, container, key):
        self.container, self.key = container, key


class Numbers:
    """A list of numbers alone, which may grow: what a loop has noted of each epoch."""

    def __init__(self, values):
        self.values = values


def parts_of(state) -> list:
    """[(path, part)] of all that a training state holds, each part once.

    state: blocks, trainers, parameters and arrays; lists, tuples and dicts of such, of
    which lists and dicts may hold numbers too. A part is a parameter, an array, a
    `Number`, a list of `Numbers` or, after its parameters, a trainer. ValueError for
    anything else, such as a function, and where there is no part at all.
    """
    parts = {}
    for path, part in _visit(state, 'state'):
        parts.setdefault(id(part), (path, part))
    if not parts:
        raise InputError('to save checkpoints, a step must say what it trains, by '
                         'Step(function, trains=...): the blocks, trainers and arrays '
                         'that change')
    return list(parts.values())


def _visit(part, path):
    if isinstance(part, (NDArray, gluon.Parameter)):
        yield path, part
    elif isinstance(part, gluon.Block):
        yield from _visit(tuple(part.collect_params().values()), path)
    elif isinstance(part, gluon.Trainer):
        yield from _visit(tuple(part._params[i] for i in _order(part)), path)
        yield path + '.trainer', part
    elif isinstance(part, list) and path != 'state' and all(
            isinstance(child, NUMBERS) for child in part):
        yield path, Numbers(part)
    elif isinstance(part, (dict, list, tuple)):
        for key, child in (part.items() if isinstance(part, dict) else enumerate(part)):
            if not isinstance(child, NUMBERS):
                yield from _visit(child, f'{path}.{key}')
            elif not isinstance(part, tuple):  # a number in a tuple cannot change
                yield f'{path}.{key}', Number(part, key)
    elif part is not None and not isinstance(part, str):
        raise InputError(f'to save checkpoints, fit must know what is trained, and '
                         f'{part!r} does not say it: name the blocks, trainers '
                         'and arrays that change, as in Step(function, trains=...)')


def capture(state) -> list:
    """[(path, NumPy arrays, JSON value)] of all parts; waits for their computation."""
    npx.waitall()  # reading a running average alone waits for no backward pass
    return [(path, *_read(part)) for path, part in parts_of(state)]


def restore(state, saved) -> None:
    """Put what `capture` gave into a state built alike; parameters may be deferred.

    ValueError naming the first part that is missing, left over or of another shape,
    before anything is changed.
    """
    parts = parts_of(state)
    _check(parts, saved)
    npx.waitall()
    held = [(part, arrays, value) for (_, part), (_, arrays, value)
            in zip(parts, saved) if arrays or value is not None]
    for part, arrays, value in held:
        _write(part, arrays, value)
    for part, arrays, value in held:
        if isinstance(part, gluon.Trainer):
            _write_trainer(part, arrays, value)
    for part, arrays, _ in held:  # a trainer's start makes all copies like the first
        if isinstance(part, gluon.Parameter):
            _fill(part.list_data(), arrays)


def _check(parts, saved):
    """ValueError unless the saved parts fit, in number, names and shapes."""
    if [path for path, _ in parts] != [path for path, _, _ in saved]:
        raise InputError(f'the checkpoint holds {len(saved)} trained parts, this '
                         f'training has {len(parts)}, or they have other places')
    for (path, part), (_, arrays, _) in zip(parts, saved):
        shape, num_copies = _shape(part)
        if shape is None or not arrays:
            continue
        if len(shape) != arrays[0].ndim or any(
                known > 0 and known != n for known, n in zip(shape, arrays[0].shape)):
            raise InputError(f'{getattr(part, "name", path)} has shape {shape}, but '
                             f'{arrays[0].shape} in the checkpoint')
        if num_copies != len(arrays):
            raise InputError(f'{getattr(part, "name", path)} is on {num_copies} '
                             f'devices, but was on {len(arrays)} in the checkpoint')


def _shape(part):
    """Shape, as far as it is known, and number of copies; (None, 0): it has none."""
    if isinstance(part, gluon.Parameter):
        return part.shape, len(part.list_ctx())
    return (part.shape, 1) if isinstance(part, NDArray) else (None, 0)


def _read(part):
    """(NumPy arrays, JSON value) of one part."""
    if isinstance(part, NDArray):
        return [part.asnumpy()], None
    if isinstance(part, gluon.Parameter):  # None: no batch has come by it yet
        return ([] if part._data is None else
                [copy.asnumpy() for copy in part.list_data()]), None
    if isinstance(part, Number):
        return [], _plain(part.container[part.key])
    if isinstance(part, Numbers):
        return [], list(map(_plain, part.values))
    return _read_trainer(part)


def _write(part, arrays, value):
    """Put one part back; trainers must wait for all parameters."""
    if isinstance(part, NDArray):
        _fill([part], arrays)
    elif isinstance(part, gluon.Parameter):
        part.set_data(np.array(arrays[0], dtype=arrays[0].dtype))
        if part._deferred_init:
            part._finish_deferred_init()
    elif isinstance(part, Number):
        part.container[part.key] = value
    elif isinstance(part, Numbers):
        part.values[:] = value


def _plain(number):
    """A number as JSON has it."""
    return number.item() if isinstance(number, onp.generic) else number


def _fill(arrays, values):
    """Set each array, in place, to the NumPy array at its side."""
    for array, value in zip(arrays, values):
        if isinstance(array, np.ndarray):
            # once a convolution has run, its weights may lie in an order of their own,
            # into which MXNet copies its arrays, but not NumPy's
            value = np.array(value, dtype=value.dtype, ctx=array.ctx)
        array[slice(None) if value.ndim else ()] = value


# ---- trainers: the states of the updaters, and the numbers that optimizers count with


def _read_trainer(trainer):
    if not trainer._kv_initialized:  # it has not made a step
        return [], None
    updaters, optimizer = _updaters(trainer), trainer._optimizer
    counts, order = optimizer._all_index_update_counts, _order(trainer)
    arrays = [array.asnumpy() for updater in updaters
              for index in order if index in updater.states
              for array in _arrays(updater.states[index])]
    return arrays, {
        'places': [[place for place, index in enumerate(order)
                    if index in updater.states] for updater in updaters],
        'counts': [[device, [[place, of[index]] for place, index in enumerate(order)
                             if index in of]] for device, of in counts.items()],
        'optimizer': _numbers(optimizer), 'scheduler': _numbers(optimizer.lr_scheduler)}


def _write_trainer(trainer, arrays, value):
    if not trainer._kv_initialized:
        trainer._init_kvstore()
    if trainer._params_to_init:
        trainer._init_params()
    optimizer, arrays = trainer._optimizer, iter(arrays)
    order = _order(trainer)
    for number, (updater, places) in enumerate(zip(_updaters(trainer),
                                                   value['places'])):
        for index in (order[place] for place in places):
            weight = trainer._params[index].list_data()[number]
            if trainer._update_on_kvstore:  # a store hands out legacy arrays
                weight = weight.as_nd_ndarray()
            state = optimizer.create_state_multi_precision(index, weight)
            states = list(_arrays(state))
            _fill(states, [next(arrays) for _ in states])
            updater.states[index] = state
            updater.states_synced[index] = False  # it goes to the weight's device
    optimizer._all_index_update_counts = {
        device: {order[place]: count for place, count in counts}
        for device, counts in value['counts']}
    vars(optimizer).update(value['optimizer'])
    if optimizer.lr_scheduler is not None:
        vars(optimizer.lr_scheduler).update(value['scheduler'])


def _order(trainer) -> list:
    """The trainer's indices in an order that does not hang on Gluon's global counters.

    A trainer sorts names as text: dense10_weight, dense9_weight.
    """
    def key(index):
        return [(part.isdigit(), int(part) if part.isdigit() else part)
                for part in re.split(r'(\d+)', trainer._params[index].name)]

    return sorted(range(len(trainer._params)), key=key)


def _updaters(trainer) -> list:
    """The objects that hold a trainer's states; ValueError where servers hold them."""
    if not trainer._update_on_kvstore:
        return trainer._updaters
    if trainer._kvstore._updater is None:
        raise InputError('the states of this trainer are on the servers, out of reach '
                         'for a checkpoint: make it with update_on_kvstore=False')
    return [trainer._kvstore._updater]


def _arrays(state):
    """The arrays in an updater's state, which may be nested tuples, or None."""
    if isinstance(state, NDArray):
        yield state
    elif isinstance(state, (tuple, list)):
        for part in state:
            yield from _arrays(part)


def _numbers(thing) -> dict:
    """The attributes of an object (or of None) that are numbers."""
    held = getattr(thing, '__dict__', {})
    return {name: _plain(value) for name, value in held.items()
            if isinstance(value, NUMBERS)}
