"""What MXNet's operators from before its NumPy ones become in ONNX."""
import numpy as onp

from .graph import as_list, converts, need

__all__ = []

UNARY = {'sigmoid': 'Sigmoid', 'relu': 'Relu', 'exp': 'Exp', 'log': 'Log',
         'sqrt': 'Sqrt', 'tanh': 'Tanh', 'abs': 'Abs', 'negative': 'Neg'}
BINARY = {f'{kind}_{name}': operator for kind in ('broadcast', 'elemwise')
          for name, operator in (('sub', 'Sub'), ('mul', 'Mul'), ('div', 'Div'))}
SCALAR = {'_plus_scalar': 'Add', '_minus_scalar': 'Sub', '_mul_scalar': 'Mul',
          '_div_scalar': 'Div', '_power_scalar': 'Pow'}
SCALAR_FIRST = {'_rminus_scalar': 'Sub', '_rdiv_scalar': 'Div', '_rpower_scalar': 'Pow'}
COMPARE = {'_greater_scalar': 'Greater', '_greater_equal_scalar': 'GreaterOrEqual',
           '_lesser_scalar': 'Less', '_lesser_equal_scalar': 'LessOrEqual',
           '_equal_scalar': 'Equal'}
REDUCE = {'sum': 'ReduceSum', 'mean': 'ReduceMean', 'max': 'ReduceMax',
          'min': 'ReduceMin'}


@converts(UNARY)
def _unary(operator, g, n):
    return g.add(operator, n.inputs[0])


@converts({**BINARY, 'broadcast_add': 'Add'})
def _binary(operator, g, n):
    return g.add(operator, *n.inputs)


@converts(SCALAR)
def _array_scalar(operator, g, n):
    return g.add(operator, n.inputs[0], n.number('scalar'))


@converts(SCALAR_FIRST)
def _scalar_array(operator, g, n):
    return g.add(operator, n.number('scalar'), n.inputs[0])


@converts(COMPARE)
def _compare(operator, g, n):  # gives 0 and 1 of the array's own type
    Y = g.add(operator, n.inputs[0], n.number('scalar', n.dtypes[0]))
    return g.add('Cast', Y, to=n.out_dtype)


@converts('where')
def _where(g, n):
    need(n.ranks[0] == n.ranks[1], 'one condition a row')
    return g.add('Where', n.cast(0, bool), *n.inputs[1:])


@converts({'zeros_like': 0, 'ones_like': 1})
def _filled_like(value, g, n):
    return g.add('Expand', onp.array(value, n.out_dtype), g.add('Shape', n.inputs[0]))


@converts(REDUCE)
def _reduce(operator, g, n):
    need(not n.attrs.get('exclude', False), 'exclude=True')
    axis = n.attrs.get('axis')
    return g.reduce(operator, n.inputs[0], None if axis == () else axis,
                    n.attrs.get('keepdims', False))


@converts('Concat')
def _concat(g, n):
    return g.add('Concat', *n.inputs, axis=n.attrs.get('dim', 1))


@converts('Reshape')
def _reshape(g, n):
    need(not n.attrs.get('reverse', False), 'reverse=True')
    codes = as_list(n.attrs['shape'])
    target, axis = [], 0
    while codes:
        code = codes.pop(0)
        if code == -2:  # all that are left
            target += [(i, i + 1) for i in range(axis, n.ranks[0])]
        elif code == -4:  # one becomes two
            target += [codes.pop(0), codes.pop(0)]
        else:
            target.append({0: (axis, axis + 1), -3: (axis, axis + 2)}.get(code, code))
        axis += 2 if code == -3 else 1
    return g.reshaped(n.inputs[0], target)


@converts('_arange')
def _arange(g, n):
    need(n.attrs.get('repeat', 1) == 1 and not n.attrs.get('infer_range', False),
         'a repeat, or a range to be inferred')
    start, stop, step = (n.attrs.get(key) for key in ('start', 'stop', 'step'))
    start, stop = (0, start or 0) if stop is None else (start or 0, stop)
    return g.add('Identity', onp.arange(start, stop, step or 1).astype(n.out_dtype))


@converts('Pad')
def _pad(g, n):
    mode, widths = n.attrs['mode'], n.attrs['pad_width']
    return g.add('Pad', n.inputs[0], [*widths[::2], *widths[1::2]],
                 n.number('constant_value') if 'constant_value' in n.attrs
                 else onp.array(0, n.out_dtype), mode=mode)


@converts('L2Normalization')
def _l2_normalization(g, n):
    mode = n.attrs.get('mode', 'instance')
    axes = {'channel': [1], 'spatial': list(range(2, n.ranks[0])),
            'instance': list(range(1, n.ranks[0]))}[mode]
    X = n.inputs[0]
    total = g.reduce('ReduceSumSquare', X, axes, keepdims=True)
    eps = onp.array(n.attrs.get('eps', 1e-10), n.out_dtype)
    return g.add('Div', X, g.add('Sqrt', g.add('Add', total, eps)))


# ---- pictures of another size


@converts('_contrib_AdaptiveAvgPooling2D')
def _adaptive_pooling(g, n):
    size = as_list(n.attrs.get('output_size', 1) or 1)
    need(set(size) == {1}, f'output_size={tuple(size)}')
    return g.add('GlobalAveragePool', n.inputs[0])


@converts('_contrib_BilinearResize2D')
def _bilinear_resize(g, n):
    mode = n.attrs.get('mode', 'size')
    need(mode in ('size', 'like'), f'mode={mode!r}')
    size = ([n.attrs['height'], n.attrs['width']] if mode == 'size' else
            g.add('Shape', n.inputs[1], start=2))
    how = 'align_corners' if n.attrs.get('align_corners', True) else 'half_pixel'
    return _resized(g, n, size, mode='linear', coordinate_transformation_mode=how)


@converts('UpSampling')
def _upsampling(g, n):
    need(n.attrs['sample_type'] == 'nearest' and len(n.inputs) == 1,
         f'sample_type={n.attrs["sample_type"]!r}, or several arrays')
    size = g.add('Mul', g.add('Shape', n.inputs[0], start=2), [n.attrs['scale']] * 2)
    return _resized(g, n, size, mode='nearest', nearest_mode='floor',
                    coordinate_transformation_mode='asymmetric')


def _resized(g, n, size, **how):
    """Pictures (batch, channels, h, w) of the height and width `size`."""
    sizes = g.add('Concat', g.add('Shape', n.inputs[0], end=2), size, axis=0)
    return g.add('Resize', n.inputs[0], '', '', sizes, **how)


# ---- boxes


@converts('_contrib_box_decode')
def _box_decode(g, n):
    X, anchors = n.inputs
    need(n.attrs.get('format', 'center') == 'center', 'corners')
    need(n.attrs.get('clip', -1) <= 0, 'clip')
    stds = onp.array([n.attrs.get(f'std{i}', 1) for i in range(4)], n.out_dtype)
    X = g.add('Mul', X, stds)
    half = onp.array(.5, n.out_dtype)
    moves, stretches = (g.add('Slice', X, [i], [i + 2], [2]) for i in (0, 2))
    centers, sides = (g.add('Slice', anchors, [i], [i + 2], [2]) for i in (0, 2))
    centers = g.add('Add', g.add('Mul', moves, sides), centers)
    sides = g.add('Mul', g.add('Mul', g.add('Exp', stretches), sides), half)
    return g.add('Concat', g.add('Sub', centers, sides), g.add('Add', centers, sides),
                 axis=2)
