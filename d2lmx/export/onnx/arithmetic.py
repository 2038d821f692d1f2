"""What each MXNet operator on arrays becomes in ONNX, operator set 18.

A converter is ``f(g, n)``: it adds to the graph `g` what stands for the MXNet node `n`
and returns the name of its output, or the list of them. It may use ranks and dtypes of
the traced network but no axis's size, so that every axis stays as free as it was.
"""

import numpy as onp

from .graph import as_list, converts, need

__all__ = []

UNARY = {
    '_npi_exp': 'Exp', '_npi_log': 'Log', '_npi_sqrt': 'Sqrt', '_npi_absolute': 'Abs',
    '_npi_negative': 'Neg', '_npi_sign': 'Sign', '_npi_sin': 'Sin', '_npi_cos': 'Cos',
    '_npi_tan': 'Tan', '_npi_sinh': 'Sinh', '_npi_cosh': 'Cosh', '_npi_tanh': 'Tanh',
    '_npi_arctan': 'Atan', '_npi_ceil': 'Ceil', '_npi_floor': 'Floor',
    '_npi_reciprocal': 'Reciprocal', 'erf': 'Erf',
    '_npx_relu': 'Relu', '_npx_sigmoid': 'Sigmoid',
}
BINARY = {
    '_npi_add': 'Add', '_npi_subtract': 'Sub', '_npi_multiply': 'Mul',
    '_npi_true_divide': 'Div', '_npi_power': 'Pow', '_npi_mod': 'Mod',
    'elemwise_add': 'Add',
    'broadcast_maximum': 'Max', 'broadcast_minimum': 'Min',
}
ARRAY_SCALAR = {
    '_npi_add_scalar': 'Add', '_npi_subtract_scalar': 'Sub',
    '_npi_multiply_scalar': 'Mul', '_npi_true_divide_scalar': 'Div',
    '_npi_power_scalar': 'Pow', '_npi_mod_scalar': 'Mod',
    '_maximum_scalar': 'Max', '_minimum_scalar': 'Min',
}
SCALAR_ARRAY = {
    '_npi_rsubtract_scalar': 'Sub', '_npi_rtrue_divide_scalar': 'Div',
    '_npi_rpower_scalar': 'Pow', '_npi_rmod_scalar': 'Mod',
}
COMPARE = {
    '_npi_equal': 'Equal', '_npi_not_equal': 'NotEqual', '_npi_greater': 'Greater',
    '_npi_greater_equal': 'GreaterOrEqual', '_npi_less': 'Less',
    '_npi_less_equal': 'LessOrEqual',
}
BITWISE = {'_npi_bitwise_and': 'And', '_npi_bitwise_or': 'Or',
           '_npi_bitwise_xor': 'Xor'}
REDUCE = {'_np_sum': 'ReduceSum', '_npi_mean': 'ReduceMean', '_np_max': 'ReduceMax',
          '_np_min': 'ReduceMin', '_np_prod': 'ReduceProd'}


@converts(UNARY)
def _unary(operator, g, n):
    need(n.out_dtype.kind == 'f' or operator in ('Abs', 'Neg', 'Sign'),
         'whole numbers')
    return g.add(operator, n.cast(0))


@converts('_npi_rint')
def _rint(g, n):
    need(n.out_dtype.kind == 'f', 'whole numbers')
    X = n.inputs[0]  # halves go down, where ONNX's Round takes them to even numbers
    below, above = g.add('Floor', X), g.add('Ceil', X)
    is_nearer = g.add('LessOrEqual', g.add('Sub', X, below), g.add('Sub', above, X))
    return g.add('Where', is_nearer, below, above)


@converts(BINARY)
def _binary(operator, g, n):
    return _arithmetic(g, n, operator, n.cast(0), n.cast(1))


@converts(ARRAY_SCALAR)
def _array_scalar(operator, g, n):
    return _arithmetic(g, n, operator, n.cast(0), n.number('scalar'))


@converts(SCALAR_ARRAY)
def _scalar_array(operator, g, n):
    return _arithmetic(g, n, operator, n.number('scalar'), n.cast(0))


def _arithmetic(g, n, operator, a, b):
    if operator == 'Mod' and n.out_dtype.kind == 'f':
        return _remainder(g, n, a, b)
    return g.add(operator, a, b)


def _remainder(g, n, a, b):
    """With the divisor's sign, and 0 where that is 0; in float64, as MXNet computes."""
    a, b = (g.add('Cast', X, to=onp.dtype('float64')) for X in (a, b))
    zero = onp.array(0.)
    Y = g.add('Mod', a, b, fmod=1)
    signs_differ = g.add('Less', g.add('Mul', g.add('Sign', Y), g.add('Sign', b)), zero)
    Y = g.add('Where', signs_differ, g.add('Add', Y, b), Y)
    Y = g.add('Where', g.add('Equal', b, zero), zero, Y)
    return g.add('Cast', Y, to=n.out_dtype)


@converts(COMPARE)
def _compare_arrays(operator, g, n):
    dtype = onp.result_type(*n.dtypes, onp.int32)  # ONNX orders no booleans
    return _compare(g, operator, n.cast(0, dtype), n.cast(1, dtype))


@converts({f'{name}_scalar': operator for name, operator in COMPARE.items()})
def _compare_scalar(operator, g, n):
    dtype = onp.result_type(n.dtypes[0], onp.float32)
    return _compare(g, operator, n.cast(0, dtype), n.number('scalar', dtype))


def _compare(g, operator, a, b):
    if operator == 'NotEqual':
        return g.add('Not', g.add('Equal', a, b))
    return g.add(operator, a, b)


@converts(BITWISE)
def _bitwise(operator, g, n):
    need(all(dtype == bool for dtype in n.dtypes), 'arrays that are not boolean')
    return g.add(operator, *n.inputs)


@converts('_npi_logical_not')
def _logical_not(g, n):
    return g.add('Cast', g.add('Not', n.cast(0, bool)), to=n.out_dtype)


@converts('_npi_square')
def _square(g, n):
    return g.add('Mul', n.inputs[0], n.inputs[0])


@converts('_contrib_div_sqrt_dim')
def _div_sqrt_dim(g, n):
    size = g.add('Cast', g.size(n.inputs[0], n.ranks[0] - 1), to=n.out_dtype)
    return g.add('Div', n.inputs[0], g.add('Sqrt', size))


@converts('clip')
def _clip(g, n):
    return g.add('Clip', n.cast(0), n.number('a_min'), n.number('a_max'))


@converts('_copy', '_np_copy', 'BlockGrad', 'Cast')
def _cast(g, n):
    return n.cast(0)


@converts('_npi_where')
def _where(g, n):
    return g.add('Where', n.cast(0, bool), n.cast(1), n.cast(2))


@converts('_npi_where_lscalar')
def _where_scalar_array(g, n):
    return g.add('Where', n.cast(0, bool), n.number('scalar'), n.cast(1))


@converts('_npi_where_rscalar')
def _where_array_scalar(g, n):
    return g.add('Where', n.cast(0, bool), n.cast(1), n.number('scalar'))


@converts('_npi_where_scalar2')
def _where_scalars(g, n):
    return g.add('Where', n.cast(0, bool), n.number('x'), n.number('y'))


@converts(REDUCE)
def _reduce(operator, g, n):
    return g.reduce(operator, n.cast(0), n.attrs.get('axis'),
                    n.attrs.get('keepdims', False))


@converts('_npi_norm')
def _norm(g, n):
    need(n.attrs.get('ord', 2) == 2, 'a norm other than the Euclidean')
    X, axis, keepdims = n.cast(0), n.attrs.get('axis'), n.attrs.get('keepdims', False)
    largest = g.reduce('ReduceMax', g.add('Abs', X), axis, keepdims=True)
    scale = g.add('Max', largest, onp.array(onp.finfo(n.out_dtype).tiny, n.out_dtype))
    Y = g.reduce('ReduceL2', g.add('Div', X, scale), axis, keepdims=True)
    Y = g.add('Mul', Y, scale)  # squares of large numbers would overflow
    if keepdims:
        return Y
    return g.add('Squeeze', Y, *([] if axis is None else [as_list(axis)]))


@converts({'_npi_var': False, '_npi_std': True})
def _variance(is_root, g, n):
    need(n.attrs.get('ddof', 0) == 0, f'ddof={n.attrs.get("ddof")}')
    X, axis = n.cast(0), n.attrs.get('axis')
    error = g.add('Sub', X, g.reduce('ReduceMean', X, axis, keepdims=True))
    Y = g.reduce('ReduceMean', g.add('Mul', error, error), axis, n.attrs['keepdims'])
    return g.add('Sqrt', Y) if is_root else Y


@converts({'_npi_argmax': 'ArgMax', '_npi_argmin': 'ArgMin'})
def _arg_reduce(operator, g, n):
    X, axis, keepdims = n.inputs[0], n.attrs.get('axis'), n.attrs.get('keepdims', False)
    if axis is None:
        need(not keepdims, 'keepdims without an axis')
        X, axis = g.add('Reshape', X, [-1]), 0
        return g.add('Squeeze', g.add(operator, X, axis=0), [0])
    return g.add(operator, X, axis=axis, keepdims=int(keepdims))


@converts('_np_cumsum')
def _cumsum(g, n):
    axis = n.attrs.get('axis')
    X = n.cast(0) if axis is not None else g.add('Reshape', n.cast(0), [-1])
    return g.add('CumSum', X, onp.array(axis or 0))


@converts('topk')
def _topk(g, n):
    kind = n.attrs.get('ret_typ', 'indices')
    need(kind in ('value', 'indices', 'both'), f'ret_typ={kind!r}')
    values, indices = _sorted(g, n, [n.attrs.get('k', 1)],
                              n.attrs.get('is_ascend', False))
    indices = g.add('Cast', indices, to=onp.dtype(n.attrs.get('dtype', 'float32')))
    return {'value': values, 'indices': indices, 'both': [values, indices]}[kind]


@converts({'sort': 0, 'argsort': 1})
def _sort(which, g, n):
    k = g.size(n.inputs[0], n.attrs.get('axis', -1))
    Y = _sorted(g, n, k, n.attrs.get('is_ascend', True))[which]
    return g.add('Cast', Y, to=n.out_dtype)


def _sorted(g, n, k, is_ascend):
    return g.add('TopK', n.inputs[0], k, outputs=2, axis=n.attrs.get('axis', -1),
                 largest=int(not is_ascend))


@converts('_npi_matmul')
def _matmul(g, n):
    return g.add('MatMul', n.cast(0), n.cast(1))


@converts('batch_dot')
def _batch_dot(g, n):
    operands = [g.swapped(X, rank, -2, -1) if n.attrs.get(flag) else X for X, rank, flag
                in zip(n.inputs, n.ranks, ('transpose_a', 'transpose_b'))]
    return g.add('MatMul', *operands)


@converts('_np_dot')
def _dot(g, n):
    if 0 in n.ranks:
        return g.add('Mul', n.cast(0), n.cast(1))
    if n.ranks[1] <= 2:
        return g.add('MatMul', *n.inputs)
    return _contract(g, n, [n.ranks[0] - 1], [n.ranks[1] - 2])


@converts('_npi_tensordot')
def _tensordot(g, n):
    axes = [[axis % rank for axis in n.attrs[name]] for name, rank
            in zip(('a_axes_summed', 'b_axes_summed'), n.ranks)]
    return _contract(g, n, *axes)


@converts('_npi_tensordot_int_axes')
def _tensordot_last(g, n):
    count = n.attrs['axes']
    return _contract(g, n, list(range(n.ranks[0] - count, n.ranks[0])),
                     list(range(count)))


def _contract(g, n, a_axes, b_axes):
    """Sum of products over pairs of axes, as an Einsum."""
    letters = 'abcdefghijklmnopqrstuvwxyz'
    a = list(letters[:n.ranks[0]])
    b = list(letters[n.ranks[0]:sum(n.ranks)])
    for i, j in zip(a_axes, b_axes):
        b[j] = a[i]
    kept = [x for x in a if x not in b] + [x for x in b if x not in a]
    equation = f'{"".join(a)},{"".join(b)}->{"".join(kept)}'
    return g.add('Einsum', *n.inputs, equation=equation)


@converts('_npi_einsum')
def _einsum(g, n):
    return g.add('Einsum', *n.inputs, equation=n.attrs['subscripts'].replace(' ', ''))
