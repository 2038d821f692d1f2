"""What MXNet's operators on shapes, positions and indices become in ONNX."""
import numpy as onp

from .graph import as_list, converts, need

__all__ = []

LAST, BEFORE_FIRST = onp.iinfo(onp.int64).max, onp.iinfo(onp.int64).min


@converts('_np_reshape')
def _reshape(g, n):
    return g.add('Reshape', n.inputs[0], as_list(n.attrs['newshape']))


@converts('_npx_reshape')
def _reshape_by_codes(g, n):
    need(not n.attrs.get('reverse', False), 'reverse=True')
    codes = as_list(n.attrs['newshape'])
    target, axis = [], 0
    while codes:
        code = codes.pop(0)
        if code == -4:
            target += [(i, i + 1) for i in range(axis, n.ranks[0])]
        elif code == -6:
            target += [codes.pop(0), codes.pop(0)]
        elif code == -5:
            target.append((axis, axis + 2))
        elif code != -3:
            target.append((axis, axis + 1) if code == -2 else code)
        axis += 2 if code == -5 else 1
    return g.reshaped(n.inputs[0], target)


@converts('reshape_like')
def _reshape_like(g, n):
    X, like = n.inputs
    begin, end, like_begin, like_end = (n.attrs.get(key) for key in (
        'lhs_begin', 'lhs_end', 'rhs_begin', 'rhs_end'))
    if begin is end is like_begin is like_end is None:
        return g.add('Reshape', X, g.add('Shape', like))
    parts = [(X, 0, begin or 0), (like, like_begin or 0, like_end),
             (X, n.ranks[0] if end is None else end, None)]
    return g.add('Reshape', X, g.add('Concat', *(
        g.add('Shape', array, start=start, **({} if stop is None else {'end': stop}))
        for array, start, stop in parts), axis=0))


@converts('Flatten')
def _flatten(g, n):
    return g.add('Flatten', n.inputs[0], axis=1)


@converts('expand_dims')
def _expand_dims(g, n):
    return g.add('Unsqueeze', n.inputs[0], [n.attrs['axis']])


@converts('_np_squeeze')
def _squeeze(g, n):
    axis = n.attrs.get('axis')
    need(axis is not None, 'no axis (a batch of one would lose its axis)')
    return g.add('Squeeze', n.inputs[0], as_list(axis))


@converts('_np_transpose', 'transpose')
def _transpose(g, n):
    axes = n.attrs.get('axes') or range(n.ranks[0])[::-1]
    return g.add('Transpose', n.inputs[0], perm=[axis % n.ranks[0] for axis in axes])


@converts('SwapAxis')
def _swapaxes(g, n):
    return g.swapped(n.inputs[0], n.ranks[0], n.attrs.get('dim1', 0),
                     n.attrs.get('dim2', 0))


@converts('_np_moveaxis')
def _moveaxis(g, n):
    source, destination = ([axis % n.ranks[0] for axis in as_list(n.attrs[key])]
                           for key in ('source', 'destination'))
    perm = [axis for axis in range(n.ranks[0]) if axis not in source]
    for to, axis in sorted(zip(destination, source)):
        perm.insert(to, axis)
    return g.add('Transpose', n.inputs[0], perm=perm)


@converts('_npi_concatenate', '_rnn_param_concat')
def _concatenate(g, n):
    axis = n.attrs.get('axis', n.attrs.get('dim', 0))
    if axis is None:
        return g.add('Concat', *(g.add('Reshape', X, [-1]) for X in n.inputs), axis=0)
    return g.add('Concat', *n.inputs, axis=axis)


@converts('_npi_stack')
def _stack(g, n):
    axis = n.attrs.get('axis', 0)
    parts = [g.add('Unsqueeze', X, [axis]) for X in n.inputs]
    return g.add('Concat', *parts, axis=axis)


@converts('_split_v2')
def _split(g, n):
    X, axis, begins = n.inputs[0], n.attrs.get('axis', 0), n.attrs['indices']
    if n.attrs['sections']:
        parts = g.add('Split', X, outputs=n.attrs['sections'], axis=axis,
                      num_outputs=n.attrs['sections'])
        parts = [parts] if isinstance(parts, str) else parts
    else:
        parts = [g.add('Slice', X, [begin], [end], [axis])
                 for begin, end in zip(begins, [*begins[1:], LAST])]
    if n.attrs.get('squeeze_axis', False):
        parts = [g.add('Squeeze', part, [axis]) for part in parts]
    return parts


@converts('slice')
def _slice(g, n):
    # numbers where the first axis alone is cut, as by X[1:]
    begins, ends, steps = (part if isinstance(part, (list, tuple)) else [part]
                           for part in map(n.attrs.get, ('begin', 'end', 'step')))
    steps = steps if len(steps) == len(begins) else [None] * len(begins)
    steps = [1 if step is None else step for step in steps]
    starts = [(0 if step > 0 else LAST) if begin is None else begin
              for begin, step in zip(begins, steps)]
    stops = [(LAST if step > 0 else BEFORE_FIRST) if end is None else end
             for end, step in zip(ends, steps)]
    return g.add('Slice', n.inputs[0], starts, stops, list(range(len(starts))), steps)


@converts('slice_axis')
def _slice_axis(g, n):
    end = n.attrs['end']
    return g.add('Slice', n.inputs[0], [n.attrs['begin']],
                 [LAST if end is None else end], [n.attrs['axis']])


@converts('slice_like')
def _slice_like(g, n):
    X, like = n.inputs
    axes = n.attrs.get('axes') or range(n.ranks[0])
    for axis in axes:
        X = g.add('Slice', X, [0], g.size(like, axis), [axis])
    return X


@converts('_npi_flip')
def _flip(g, n):
    axis = n.attrs.get('axis')
    axes = list(range(n.ranks[0])) if axis is None else as_list(axis)
    return g.add('Slice', n.inputs[0], [LAST] * len(axes), [BEFORE_FIRST] * len(axes),
                 axes, [-1] * len(axes))


@converts('_npi_broadcast_to')
def _broadcast_to(g, n):
    return g.add('Expand', n.inputs[0], as_list(n.attrs['shape']))


@converts('broadcast_like')
def _broadcast_like(g, n):
    need(n.attrs.get('lhs_axes') is None, 'lhs_axes')
    return g.add('Expand', n.inputs[0], g.add('Shape', n.inputs[1]))


@converts('tile')
def _tile(g, n):
    X, reps = n.inputs[0], as_list(n.attrs['reps'])
    new_axes = len(reps) - n.ranks[0]
    if new_axes > 0:
        X = g.add('Unsqueeze', X, list(range(new_axes)))
    return g.add('Tile', X, [1] * -new_axes + reps)


@converts('repeat')
def _repeat(g, n):
    X, axis, rank = n.inputs[0], n.attrs.get('axis'), n.ranks[0]
    if axis is None:
        X, axis, rank = g.add('Reshape', X, [-1]), 0, 1
    axis %= rank
    reps = [n.attrs['repeats'] if i == axis + 1 else 1 for i in range(rank + 1)]
    X = g.add('Tile', g.add('Unsqueeze', X, [axis + 1]), reps)
    return g.reshaped(X, [(i, i + 1) for i in range(axis)] + [(axis, axis + 2)]
                      + [(i, i + 1) for i in range(axis + 2, rank + 1)])


@converts('_npi_pad')
def _pad(g, n):
    mode = n.attrs.get('mode', 'constant')
    need(mode in ('constant', 'edge', 'reflect'), f'mode={mode!r}')
    before, after = zip(*n.attrs['pad_width'])
    value = onp.array(n.attrs.get('constant_value', 0)).astype(n.out_dtype)
    return g.add('Pad', n.inputs[0], [*before, *after], value, mode=mode)


@converts('_npi_full_like')
def _full_like(g, n):
    return g.add('Expand', n.number('fill_value'), g.add('Shape', n.inputs[0]))


@converts({'_npi_zeros': 0, '_npi_ones': 1, '_full': None})
def _filled(value, g, n):
    value = n.attrs['value'] if value is None else value
    return g.add('Identity', onp.full(n.attrs['shape'], value, n.out_dtype))


@converts('_npi_arange')
def _arange(g, n):
    start, stop, step = (n.attrs.get(key, default) for key, default
                         in (('start', 0), ('stop', None), ('step', 1)))
    start, stop = (0, start) if stop is None else (start, stop)
    return g.add('Identity', onp.arange(start, stop, step, n.out_dtype))


@converts('_contrib_arange_like')
def _arange_like(g, n):
    need(n.attrs.get('repeat', 1) == 1, f'repeat={n.attrs.get("repeat")}')
    X, axis = n.inputs[0], n.attrs.get('axis')
    positions = g.count(X if axis is not None else g.add('Reshape', X, [-1]), axis or 0)
    Y = g.add('Cast', positions, to=n.out_dtype)
    Y = g.add('Mul', Y, onp.array(n.attrs.get('step', 1)).astype(n.out_dtype))
    Y = g.add('Add', Y, onp.array(n.attrs.get('start', 0)).astype(n.out_dtype))
    return Y if axis is not None else g.add('Reshape', Y, g.add('Shape', X))


@converts('take')
def _take(g, n):
    axis, mode = n.attrs.get('axis', 0), n.attrs.get('mode', 'clip')
    indices = _inside(g, n.cast(1, onp.int64), g.size(n.inputs[0], axis), mode)
    return g.add('Gather', n.inputs[0], indices, axis=axis)


@converts('Embedding')
def _embedding(g, n):
    indices = _inside(g, n.cast(0, onp.int64), g.size(n.inputs[1], 0), 'clip')
    return g.add('Gather', n.inputs[1], indices, axis=0)


@converts('pick')
def _pick(g, n):
    X, axis = n.inputs[0], n.attrs.get('axis', -1)
    need(axis is not None, 'axis=None')
    indices = _inside(g, n.cast(1, onp.int64), g.size(X, axis),
                      n.attrs.get('mode', 'clip'))
    if n.ranks[1] < n.ranks[0]:
        indices = g.add('Unsqueeze', indices, [axis])
    Y = g.add('GatherElements', X, indices, axis=axis)
    return Y if n.attrs.get('keepdims', False) else g.add('Squeeze', Y, [axis])


def _inside(g, indices, length, mode):
    """Indices made to fit an axis: wrapped around, or moved to its ends."""
    length = g.add('Squeeze', length, [0])
    if mode == 'wrap':
        return g.add('Mod', indices, length)
    return g.add('Clip', indices, onp.array(0), g.add('Sub', length, onp.array(1)))


@converts('gather_nd')
def _gather_nd(g, n):
    indices, rank = n.cast(1, onp.int64), n.ranks[1]
    return g.add('GatherND', n.inputs[0],
                 g.add('Transpose', indices, perm=[*range(1, rank), 0]))


@converts('one_hot')
def _one_hot(g, n):
    indices = g.add('Unsqueeze', n.cast(0, onp.int64), [-1])
    is_on = g.add('Equal', indices, onp.arange(n.attrs['depth']))
    on, off = (onp.array(n.attrs.get(key, default)).astype(n.out_dtype)
               for key, default in (('on_value', 1), ('off_value', 0)))
    return g.add('Where', is_on, on, off)


@converts('SequenceMask')
def _sequence_mask(g, n):
    X, axis = n.cast(0), n.attrs.get('axis', 0)
    if not n.attrs.get('use_sequence_length', False):
        return X
    is_valid = g.add('Less', g.add('Unsqueeze', g.count(X, axis), [1 - axis]),
                     g.add('Unsqueeze', n.cast(1, onp.int64), [axis]))
    if n.ranks[0] > 2:
        is_valid = g.add('Unsqueeze', is_valid, list(range(2, n.ranks[0])))
    return g.add('Where', is_valid, X,
                 onp.array(n.attrs.get('value', 0)).astype(n.out_dtype))
