"""The contract of every block."""
import tempfile
from pathlib import Path

import mxnet as mx
import numpy as onp
from mxnet import autograd, gluon, npx

from .export.parameters import load_parameters
from .export.symbol import export_block, flatten, load_exported

__all__ = ['check_hybrid_block']


def check_hybrid_block(build, inputs, *, other_inputs=None, rtol=1e-5, atol=1e-6):
    """AssertionError unless a block keeps the contract of all blocks in this library.

    Imperative, hybridized and statically allocated runs give equal outputs and equal
    gradients; the trace is a real symbol; an example's prediction does not depend on
    the others in its batch; export and reload agree; parameters survive save and load;
    two devices give the gradients of one. No output or gradient may be NaN.

    Parameters
    ----------
    build
        ``build() -> HybridBlock``, uninitialized; called several times.
    inputs
        Tuple of arrays for one call; two examples at least, batch first. Where the
        batch lies on another axis, as in recurrent states: the section's
        ``example_inputs``, a function of the batch size. The axis is the one in which
        batches of two and of one differ; on an output's axis of steps and examples,
        the steps come first.
    other_inputs
        Inputs of another shape that the same block must take; None means the first
        example of each input, a batch of one, whose outputs must be those it has in
        the whole batch.

    Ours, for 12.1
    """
    check_traceable(build())
    inputs, shards = _batch_and_shards(inputs)
    batches = [inputs, other_inputs or shards[0]]
    net = _initialized(build, inputs)
    imperative = [_outputs(net, batch) for batch in batches]
    if other_inputs is None:
        axes = _batch_axes(*imperative)
        # products of other shapes add up in another order: as exact as the largest
        largest = max(1, *(abs(Y).max() for Y in imperative[0] if Y.size))
        _assert_equal(_example(imperative[0], axes, 0, len(inputs[0])), imperative[1],
                      rtol, atol * float(largest), 'an example alone')
    gradients = _gradients(net, inputs)
    for options in ({}, {'static_alloc': True, 'static_shape': True}):
        net.hybridize(**options)
        for batch, expected in zip(batches + batches[:1], imperative + imperative[:1]):
            _assert_equal(expected, _outputs(net, batch), rtol, atol,
                          f'hybridized {options}')
        _assert_same_gradients(net, inputs, gradients, rtol * 10, atol * 10,
                               f'gradients, hybridized {options}')
    with tempfile.TemporaryDirectory() as folder:
        _check_reload(build, net, batches, imperative, Path(folder), rtol, atol)
    net.hybridize(False)
    if gradients is not None:
        _check_two_devices(net, shards, rtol * 10, atol * 10)


def check_traceable(net):
    """AssertionError if a block overrides forward: it would silently never compile.

    Ours, for 12.1
    """
    assert isinstance(net, gluon.HybridBlock), f'{type(net).__name__} is not hybrid'
    own = type(net).__module__.split('.')[0] != 'mxnet'
    assert not own or type(net).forward is gluon.HybridBlock.forward, (
        f'{type(net).__name__} overrides forward: write hybrid_forward instead')
    for child in net._children.values():
        check_traceable(child)


def _batch_and_shards(inputs):
    """The inputs of the whole batch, and those of its first two examples alone."""
    if callable(inputs):
        inputs, alone = inputs(2), inputs(1)
        axes = _batch_axes(inputs, alone)
    else:
        axes = [0] * len(inputs)
    return inputs, [tuple(_example(inputs, axes, i, len(inputs[0]))) for i in range(2)]


def _batch_axes(arrays, alone):
    """On which axis of each array the batch lies: there an example alone is smaller."""
    return [next((axis for axis, sizes in enumerate(zip(a.shape, b.shape))
                  if sizes[0] != sizes[1]), 0) for a, b in zip(arrays, alone)]


def _example(arrays, axes, i, batch_size):
    """Example i of each array, its axis kept; every batch_size-th of a longer one."""
    return [array[(slice(None),) * axis + (slice(i, None, batch_size),)]
            for array, axis in zip(arrays, axes)]


def _initialized(build, inputs):
    """A net with Xavier weights, every shape inferred."""
    net = build()
    net.initialize(mx.init.Xavier())
    net(*inputs)
    return net


def _outputs(net, inputs):
    return [array.asnumpy() for array in flatten(net(*inputs))]


def _gradients(net, inputs, runs=2):
    """Gradients of all parameters and real inputs in training mode, as NumPy arrays.

    The loss is a weighted sum, so that no output can hide behind another. None where
    two runs differ, as with dropout: then there is nothing to compare. Statistics that
    training changes, as in BatchNorm, are put back.
    """
    statistics = [(param, param.data(inputs[0].ctx).copy())
                  for param in net.collect_params().values()
                  if param.grad_req == 'null']
    first, *others = [_one_backward(net, inputs) for _ in range(runs)]
    for param, before in statistics:
        param.set_data(before)
    same = all(onp.array_equal(a, b, equal_nan=True)
               for other in others for a, b in zip(first, other))
    return first if same else None


def _one_backward(net, inputs):
    inputs = [X.copy() for X in inputs]
    # token numbers have no gradient, and Embedding refuses to be asked for one
    reals = [X for X in inputs if onp.issubdtype(X.dtype, onp.floating)]
    for X in reals:
        X.attach_grad()
    with autograd.record():
        loss = sum((array * _weights(array)).sum() for array in flatten(net(*inputs)))
    loss.backward()
    params = net._collect_params_with_prefix()
    device = inputs[0].ctx
    return ([params[name].grad(device).asnumpy() for name in sorted(params)
             if params[name].grad_req != 'null'] + [X.grad.asnumpy() for X in reals])


def _weights(array):
    """Fixed weights, all different, in the array's shape; the same for each batch."""
    row = mx.np.cos(mx.np.arange(array[0].size, ctx=array.ctx) + 1)
    return row.reshape(1, *array.shape[1:])


def _check_reload(build, net, batches, expected, folder, rtol, atol):
    """Exported and reloaded, saved and loaded: the same outputs on every batch."""
    files = export_block(net, batches[0], folder / 'net')
    exported = load_exported(*files, num_inputs=len(batches[0]))
    net.save_parameters(str(folder / 'saved.params'))
    loaded = build()
    load_parameters(loaded, str(folder / 'saved.params'))
    for batch, values in zip(batches, expected):
        _assert_equal(values, _outputs(exported, batch), rtol, atol, 'reloaded export')
        _assert_equal(values, _outputs(loaded, batch), rtol, atol, 'loaded parameters')


def _check_two_devices(net, shards, rtol, atol):
    """Each device's gradient equals that of its shard on a single device."""
    single = [_gradients(net, shard, runs=1) for shard in shards]
    devices = [mx.cpu(0), mx.cpu(1)]
    net.collect_params().reset_ctx(devices)
    for shard, device, expected in zip(shards, devices, single):
        moved = tuple(X.as_in_ctx(device) for X in shard)
        _assert_equal(expected, _gradients(net, moved, runs=1), rtol, atol,
                      f'gradients on {device}')
    npx.waitall()


def _assert_same_gradients(net, inputs, expected, rtol, atol, what):
    """Equal, or random both: a trace must not freeze what each run draws anew."""
    actual = _gradients(net, inputs, runs=2 if expected is None else 1)
    assert (expected is None) == (actual is None), f'{what}: random in one run only'
    if expected is not None:
        _assert_equal(expected, actual, rtol, atol, what)


def _assert_equal(expected, actual, rtol, atol, what):
    assert len(expected) == len(actual), (
        f'{what}: {len(expected)} arrays expected, got {len(actual)}')
    for a, b in zip(expected, actual):
        if not onp.array_equal(a, b):  # as most are, which is sooner seen
            onp.testing.assert_allclose(b, a, rtol=rtol, atol=atol, equal_nan=False,
                                        err_msg=what)
