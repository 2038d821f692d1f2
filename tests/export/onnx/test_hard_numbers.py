"""ONNX files on the numbers that random examples never meet."""
import mxnet as mx
import numpy as onp
import pytest
from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l
from d2lmx import export_onnx, load_onnx
from d2lmx.export.onnx.graph import CONVERTERS

pytest.importorskip('onnx', reason='onnx is not installed')
pytest.importorskip('onnxruntime', reason='onnxruntime is not installed')

REALS = onp.float32([
    [0, -0., .5, -.5, 1.5, -1.5], [2.5, -2.5, 1, 1, -1, -1], [2, 3, -3, .7, -.7, .3],
    [0, -0., 0, 1, 0, 1], [5, 4, 5, 4, 5, 4],  # ties
    [1e4, -1e4, 8388609, -8388609, 4194304.5, 1e-30], [3e10, 7e9, 1e30, -1e30, -1, 1]])
WHOLE = onp.int32([[0, 1, -1, 2, -2, 3], [7, -7, 5, -5, 6, -6], [3, 3, -3, -3, 1, 1],
                   [2 ** 24 + 1, -2 ** 24 - 1, 100000, 2 ** 24, 2 ** 31 - 1, 4]])
PLACES = onp.float32([[0, -1, 6, 2.5], [100, -100, 5, -.5], [.5, 1.5, -1.5, 3]])
REVERSED = REALS[:, ::-1].copy()


def same(X, dtype=None):
    """Harmless numbers of the same shape, to export with."""
    return np.array(onp.full(X.shape, 2), dtype=dtype or X.dtype)


def unary(name):
    return lambda F, X: getattr(F.np, name)(X)


CASES = {
    **{name: (unary(name), [REALS]) for name in
       'absolute negative sign sin cos tanh arctan ceil floor rint square reciprocal '
       'logical_not'.split()},
    **{f'{name} of whole numbers': (unary(name), [WHOLE]) for name in
       'absolute negative sign'.split()},
    'exp': (unary('exp'), [REALS[:5]]),
    'sqrt and log': (lambda F, X: [F.np.sqrt(X * X), F.np.log(F.np.abs(X))],
                     [REALS[:5]]),
    'relu, sigmoid, erf': (lambda F, X: [F.npx.relu(X), F.npx.sigmoid(X),
                                         F.npx.erf(X)], [REALS]),
    'mod': (lambda F, X, Y: F.np.mod(X, Y), [REALS, REVERSED]),
    'mod of whole numbers': (lambda F, X, Y: F.np.mod(X, Y),
                             [WHOLE, onp.where(WHOLE == 0, 4, WHOLE)[:, ::-1].copy()]),
    'mod and scalars': (lambda F, X: [X % .7, X % -3, X % 3, X % 0, 5 % X, -5 % X],
                        [REALS]),
    'whole mod scalar': (lambda F, X: [X % 3, X % -3], [WHOLE]),
    'maximum, minimum': (lambda F, X, Y: [F.np.maximum(X, Y), F.np.minimum(X, Y)],
                         [REALS, REVERSED]),
    'division of whole numbers': (
        lambda F, X, Y: [X / Y, X / 3], [WHOLE, onp.where(WHOLE == 0, 4, WHOLE)]),
    'compare': (lambda F, X, Y: [X > Y, X >= Y, X < Y, X <= Y, X == Y, X != Y],
                [REALS, REVERSED]),
    'compare whole numbers': (lambda F, X, Y: [X > Y, X >= Y, X == Y, X != Y],
                              [WHOLE, WHOLE - (WHOLE > 2 ** 24)]),
    'compare to scalars': (lambda F, X: [X > .5, X >= .5, X == .7, X != 0], [REALS]),
    'clip': (lambda F, X: F.np.clip(X, -.5, .7), [REALS]),
    'clip whole numbers': (lambda F, X: F.np.clip(X, -2, 3), [WHOLE]),
    **{f'as {dtype}': (lambda F, X, dtype=dtype: X.astype(dtype), [REALS[:5]])
       for dtype in ('int32', 'int64', 'int8', 'bool', 'float16', 'float64')},
    'whole as others': (lambda F, X: [X.astype(dtype) for dtype in
                                      ('float32', 'int64', 'bool')], [WHOLE]),
    'where': (lambda F, X, Y: F.np.where(X, X, Y), [REALS, REVERSED]),
    'sum, mean, max, min': (lambda F, X: [getattr(F.np, name)(X, axis=1) for name in
                                          ('sum', 'mean', 'max', 'min')], [REALS]),
    'norm': (lambda F, X: [F.np.linalg.norm(X, axis=1), F.np.linalg.norm(
        X, axis=1, keepdims=True)], [REALS]),
    'var, std': (lambda F, X: [F.np.var(X, axis=1), F.np.std(X, axis=1)], [REALS[:6]]),
    'argmax, argmin': (lambda F, X: [F.np.argmax(X, axis=1), F.np.argmin(X, axis=1)],
                       [REALS]),
    'argmax of whole numbers': (lambda F, X: F.np.argmax(X, axis=1), [WHOLE]),
    'cumsum': (lambda F, X: F.np.cumsum(X, axis=1), [REALS[:5]]),
    'topk': (lambda F, X: F.npx.topk(X, k=4, axis=1, ret_typ='both'), [REALS]),
    'topk, smallest': (lambda F, X: F.npx.topk(X, k=4, axis=1, is_ascend=True,
                                               ret_typ='both'), [REALS]),
    'sort, argsort': (lambda F, X: [F.np.sort(X, axis=1), F.np.argsort(X, axis=1)],
                      [REALS]),
    'softmax': (lambda F, X: F.npx.softmax(X, axis=1), [REALS]),
    'log_softmax': (lambda F, X: F.npx.log_softmax(X, axis=1), [REALS[:6]]),
    'softmax of a length': (lambda F, X, n: F.npx.softmax(
        X, length=n, use_length=True, axis=1),
                            [REALS, onp.int32([0, 2, 1, 6, 6, 3, 5])]),
    'activations': (lambda F, X: [F.npx.activation(X, act_type=kind) for kind in (
        'relu', 'sigmoid', 'tanh', 'softrelu', 'softsign')], [REALS]),
    'leaky activations': (lambda F, X: [F.npx.leaky_relu(X, act_type=kind, slope=.3)
                                        for kind in ('leaky', 'elu', 'selu', 'gelu')],
                          [REALS]),
    'one_hot': (lambda F, X: F.npx.one_hot(X, 4), [PLACES]),
    'sequence_mask': (lambda F, X, n: F.npx.sequence_mask(X, n, True, value=-3, axis=1),
                      [REALS, onp.float32([0, 2.5, 1, 9, 4, .5, 6])]),
    'pick, clipped': (lambda F, X, i: F.npx.pick(X, i, axis=1),
                      [REALS, onp.float32([0, 1.5, -1, 9, 3, -.5, 5])]),
    'pick, wrapped': (lambda F, X, i: F.npx.pick(X, i, axis=1, mode='wrap'),
                      [REALS, onp.float32([0, 1.5, -1, 9, 3, -.5, 5])]),
}


def assert_same_on(path, net, arrays):
    """Equal in shape, type and value; NaN where the network gives NaN."""
    expected = d2l.flatten(net(*(np.array(X, dtype=X.dtype) for X in arrays)))
    found = load_onnx(path)(*arrays)
    for a, b in zip(expected, found if isinstance(found, list) else [found]):
        a = a.asnumpy()
        assert a.dtype == b.dtype
        # float32 functions of another library; sums of 1e4 have that error, too
        onp.testing.assert_allclose(b, a, rtol=1e-5, atol=2e-6)


@pytest.mark.parametrize('function,arrays', CASES.values(), ids=CASES)
def test_hard_numbers_go_through_alike(function, arrays, tmp_path, expression):
    net = expression(function)
    net.hybridize()
    assert_same_on(export_onnx(net, tuple(map(same, arrays)), tmp_path / 'net.onnx'),
                   net, arrays)


@pytest.mark.parametrize('mode', ['clip', 'wrap'])
def test_places_outside_an_array_are_taken_alike(mode, tmp_path, expression):
    net = expression(lambda F, X, i: F.np.take(X, i, axis=0, mode=mode))
    path = export_onnx(net, (same(REALS), same(PLACES)), tmp_path / 'net.onnx',
                       other_inputs=[])
    assert_same_on(path, net, [REALS, PLACES])


def test_tokens_outside_an_embedding_are_clipped_alike(tmp_path):
    net = nn.Embedding(6, 3)
    net.initialize(mx.init.Normal(1))
    path = export_onnx(net, same(PLACES), tmp_path / 'net.onnx')
    assert_same_on(path, net, [PLACES])


def test_halves_are_rounded_down_as_mxnet_does(tmp_path, expression):
    path = export_onnx(expression(lambda F, X: F.np.rint(X)), np.ones((2, 6)),
                       tmp_path / 'net.onnx')
    X = onp.float32([[.5, 1.5, 2.5, -.5, -1.5, -2.5]])
    assert load_onnx(path)(X).tolist() == [[0, 1, 2, -1, -2, -3]]


def test_remainders_have_the_divisors_sign_and_are_exact(tmp_path, expression):
    path = export_onnx(expression(lambda F, X, Y: F.np.mod(X, Y)),
                       (np.ones((1, 5)), np.ones((1, 5))), tmp_path / 'net.onnx')
    X, Y = onp.float32([[7, -7, 7, -7, 1e10]]), onp.float32([[3, 3, -3, 0, 3]])
    # 10 ** 10 = 9 * 1111111111 + 1
    assert load_onnx(path)(X, Y).tolist() == [[1, 2, -2, 0, 1]]


# ---- pools whose size is rounded up


SIZES = [(height, width) for height in range(4, 9) for width in (4, 7)]
POOLS = {
    'max, padded': nn.MaxPool2D(2, 2, padding=1, ceil_mode=True),
    'max, padded, wide': nn.MaxPool2D(3, 2, padding=1, ceil_mode=True),
    'max': nn.MaxPool2D(3, 2, ceil_mode=True),
    'average': nn.AvgPool2D(2, 2, ceil_mode=True),
    'average, uncounted padding': nn.AvgPool2D(3, 2, padding=1, ceil_mode=True,
                                               count_include_pad=False),
    'average, steps of one': nn.AvgPool2D(3, 1, padding=1, ceil_mode=True)}


@pytest.mark.parametrize('pool', POOLS.values(), ids=POOLS)
def test_pools_have_the_networks_shape_at_every_size(pool, tmp_path):
    path = export_onnx(pool, np.ones((1, 1, 6, 8)), tmp_path / 'pool.onnx',
                       other_inputs=[np.ones((1, 1, 8, 6))])
    for size in SIZES:
        X = onp.random.RandomState(0).normal(size=(1, 1, *size)).astype('float32')
        expected = pool(np.array(X)).asnumpy()
        Y = load_onnx(path)(X)
        assert Y.shape == expected.shape
        onp.testing.assert_allclose(Y, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize('pool,reason', [
    (nn.MaxPool2D(2, 3, ceil_mode=True), 'strides above the kernel'),
    (nn.AvgPool2D(2, 2, padding=1, ceil_mode=True), 'padding that is counted'),
    (nn.AvgPool2D(2, 2, padding=1, ceil_mode=True, count_include_pad=False),
     'windows that may lie in the padding')])
def test_pools_that_onnx_would_give_another_size_or_mean_are_refused(pool, reason,
                                                                     tmp_path):
    with pytest.raises(ValueError, match=f'ceil_mode and {reason}'):
        export_onnx(pool, np.ones((1, 1, 6, 8)), tmp_path / 'pool.onnx')


# ---- the export's own check


def test_the_check_meets_halves_that_the_example_does_not(tmp_path, monkeypatch,
                                                          expression):
    def to_even(g, n):
        return g.add('Round', n.inputs[0])

    monkeypatch.setitem(CONVERTERS, '_npi_rint', to_even)
    X = np.array([[-2.3, .2, 2.6]])
    with pytest.raises(ValueError, match='differs from the network'):
        export_onnx(expression(lambda F, X: F.np.rint(X)), X, tmp_path / 'net.onnx')


def test_the_check_stays_within_the_range_of_the_example(tmp_path, expression):
    seen = []

    def note(F, X):
        if isinstance(X, np.ndarray):
            seen.append(X.asnumpy())
        return F.np.log(X)

    export_onnx(expression(note), np.array([[.4, 2.2, 1.]]), tmp_path / 'net.onnx')
    assert {.5, 1., 1.5} <= set(onp.concatenate(seen).ravel().tolist())
    assert min(map(onp.min, seen)) == onp.float32(.4)


def test_an_input_that_nothing_reads_is_an_input_of_the_file(tmp_path):
    class ReadsOneOfTwo(nn.HybridBlock):
        def __init__(self):
            super().__init__()
            self.dense = nn.Dense(4)

        def hybrid_forward(self, F, X, mask):
            return self.dense(X)

    net, X = ReadsOneOfTwo(), np.ones((2, 3))
    net.initialize()
    predict = load_onnx(export_onnx(net, (X, np.ones(2)), tmp_path / 'net.onnx'))
    weight = net.dense.weight.data().asnumpy()
    onp.testing.assert_allclose(predict(X.asnumpy(), onp.ones(2, 'float32')),
                                onp.ones((2, 3)) @ weight.T, rtol=1e-5)


def test_a_number_without_axes_has_no_batch(tmp_path, expression):
    with pytest.raises(ValueError, match='a number without axes.*other_inputs'):
        export_onnx(expression(lambda F, X, a: X * a), (np.ones((2, 3)), np.array(.5)),
                    tmp_path / 'net.onnx')
