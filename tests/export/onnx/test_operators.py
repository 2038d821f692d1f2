"""Every operator and layer in ONNX."""
import json
from operator import attrgetter

import mxnet as mx
import pytest
from mxnet import np
from mxnet.gluon import nn

from d2lmx import export_onnx
from d2lmx.export.onnx.graph import CONVERTERS
from d2lmx.export.symbol import flatten

pytest.importorskip('onnx', reason='needs onnx')
pytest.importorskip('onnxruntime', reason='needs onnxruntime')


def ints(F, X):
    """Whole numbers between -2 and 2."""
    return F.np.floor(X).astype('int32')


def legacy(F, operator, *arrays, **options):
    """An operator that exists for legacy arrays only."""
    return attrgetter(operator)(F)(*(X.as_nd_ndarray() for X in arrays),
                                   **options).as_np_ndarray()


def boxes_kept(F, X, **options):
    """Rows of class, score and corners after suppression, of some of three classes.

    A box is up to two wide; those of negative width are empty.
    """
    low = X[:, :, 2:4]
    rows = [F.np.rint(X[:, :, :1]), X[:, :, 1:2], low / 4, low / 4 + X[:, :, 4:]]
    return legacy(F, 'contrib.box_nms', F.np.concatenate(rows, axis=2), **options)


X35 = [(3, 5)]  # shapes of the inputs, without the batch axis
OPERATORS = {
    **{name: (lambda F, X, name=name: getattr(F.np, name)(X), X35) for name in
       'exp absolute negative sign sin cos tan sinh cosh tanh arctan ceil floor rint '
       'square reciprocal logical_not'.split()},
    'log, sqrt': (lambda F, X: F.np.log(F.np.sqrt(F.np.abs(X) + 1)), X35),
    'relu, sigmoid, erf': (lambda F, X: F.npx.relu(F.npx.sigmoid(F.npx.erf(X)) - .5),
                           X35),
    **{name: (lambda F, X, Y, name=name: getattr(F.np, name)(X, Y), [(3, 5), (1, 5)])
       for name in 'maximum minimum mod'.split()},
    'elemwise_add': (lambda F, X, Y: legacy(F, 'elemwise_add', X, Y),
                     [(3, 5), (3, 5)]),
    'copy': (lambda F, X: F.np.copy(X) + X, X35),
    'reshape_like': (lambda F, X, Y: F.npx.reshape_like(X, Y), [(3, 4), (6, 2)]),
    'reshape_like, some axes': (lambda F, X, Y: [
        legacy(F, 'reshape_like', A, B, lhs_begin=i, lhs_end=j, rhs_begin=k, rhs_end=l)
        for A, B, i, j, k, l in ((X, Y, 2, 3, 1, 3), (X, Y, 2, None, 1, None),
                                 (Y, X, 1, 3, 2, 3))], [(3, 6), (3, 2)]),
    '+ - * /': (lambda F, X, Y: (X + Y) * X - Y / X, [(3, 5), (3, 1)]),
    'power': (lambda F, X, Y: F.np.power(F.np.abs(X), Y), [(3, 5), (3, 1)]),
    'X op scalar': (lambda F, X: (X + 3 - .5) * 2 / 3 % .7 + F.np.abs(X) ** 2.5, X35),
    'scalar op X': (lambda F, X: (3 - X) / 2 + 1 / X + 2 ** X + 1.5 % X, X35),
    'scalar max, min': (lambda F, X: F.np.maximum(F.np.minimum(X, 1), -.5), X35),
    'whole numbers': (lambda F, X: (ints(F, X) * 2 + 5 - ints(F, X)) % 3, X35),
    'whole and real': (lambda F, X: ints(F, X) * X + ints(F, X) / 2, X35),
    'compare': (lambda F, X, Y: [X > Y, X >= Y, X < Y, X <= Y], [(3, 5), (1, 5)]),
    'equal': (lambda F, X: [ints(F, X) == ints(F, -X), ints(F, X) != ints(F, -X)], X35),
    'compare to scalar': (lambda F, X: [X > .5, X >= 0, X < 0, X <= .5, ints(F, X) < .5,
                                        ints(F, X) == 1, ints(F, X) != 1], X35),
    'and, or, xor': (lambda F, X: [
        getattr(F.np, f'bitwise_{op}')(X > -1, X < 1) for op in ('and', 'or', 'xor')],
        X35),
    'clip': (lambda F, X: F.np.clip(X, -.5, .7), X35),
    'div_sqrt_dim': (lambda F, X: F.contrib.div_sqrt_dim(
        X.as_nd_ndarray()).as_np_ndarray(), X35),
    'copy, stop gradient': (lambda F, X: legacy(F, 'identity', X)
                            + legacy(F, 'BlockGrad', X), X35),
    'where': (lambda F, X, Y: F.np.where(X > 0, X, Y), [(3, 5), (3, 5)]),
    'where by numbers': (lambda F, X: F.np.where(X, F.np.zeros_like(X), X + 1), X35),
    'where scalars': (lambda F, X: [F.np.where(X > 0, X, 2.), F.np.where(X > 0, 2., X),
                                    F.np.where(X > 0, 1., 2.)], X35),
    'sum': (lambda F, X: [F.np.sum(X, axis=(1, 2), keepdims=True), X.sum(axis=1)], X35),
    'sum of all': (lambda F, X: F.np.sum(X), X35),
    'mean, max, min': (lambda F, X: [F.np.mean(X, axis=1), F.np.max(X, axis=2),
                                     F.np.min(X, axis=1)], X35),
    'prod': (lambda F, X: F.np.prod(X, axis=1), X35),
    'norm': (lambda F, X: F.np.linalg.norm(X, axis=2, keepdims=True), X35),
    'var, std': (lambda F, X: [F.np.var(X, axis=1), F.np.std(X, axis=(1, 2))], X35),
    'argmax, argmin': (lambda F, X: [F.np.argmax(X, axis=1), F.np.argmin(X, axis=2)],
                       X35),
    'argmax of all': (lambda F, X: F.np.argmax(X), X35),
    'cumsum': (lambda F, X: F.np.cumsum(X, axis=1), X35),
    'topk': (lambda F, X: F.npx.topk(X, k=2, axis=2, ret_typ='both'), X35),
    'topk, smallest': (lambda F, X: [
        F.npx.topk(X, k=2, axis=1, is_ascend=True, dtype='int32'),
        F.npx.topk(X, k=2, axis=1, ret_typ='value')], X35),
    'sort': (lambda F, X: [F.np.sort(X, axis=1), F.np.argsort(X, axis=2)], X35),
    'matmul': (lambda F, X, Y: F.np.matmul(X, Y), [(3, 5), (5, 4)]),
    'batch_dot': (lambda F, X, Y: F.npx.batch_dot(X, Y, transpose_b=True),
                  [(3, 5), (4, 5)]),
    'batch_dot, first transposed': (
        lambda F, X, Y: F.npx.batch_dot(X, Y, transpose_a=True), [(3, 5), (3, 4)]),
    'dot': (lambda F, X: F.np.dot(X, F.np.ones((5, 4))), X35),
    'dot of three axes': (lambda F, X: F.np.dot(X, F.np.ones((4, 5, 6))), X35),
    'dot with a scalar': (lambda F, X: F.np.dot(X, F.np.sum(X)), X35),
    'tensordot': (lambda F, X: F.np.tensordot(X, F.np.ones((5, 3, 4)),
                                              axes=([1, 2], [1, 0])), X35),
    'tensordot of last axes': (lambda F, X: F.np.tensordot(X, F.np.ones((3, 5, 4)),
                                                           axes=2), X35),
    'einsum': (lambda F, X, Y: F.np.einsum('bij, bkj -> bik', X, Y), [(3, 5), (4, 5)]),
    'reshape': (lambda F, X: [X.reshape(-1, 5), F.np.reshape(X, (-1,))], X35),
    'reshape, split an axis': (
        lambda F, X: F.npx.reshape(X, (-2, -2, -6, 2, -1)), [(3, 8)]),
    'reshape, merge the last': (lambda F, X: F.npx.reshape(X, (-2, -5)), X35),
    'reshape, merge the batch': (lambda F, X: F.npx.reshape(X, (-5, -4)), [(3, 5, 4)]),
    'reshape, split the batch': (lambda F, X: F.npx.reshape(
        F.npx.reshape(X, (-5, -2, -2)), (-6, -1, 3, -2, -2)), [(3, 5, 4)]),
    'reshape, drop and add ones': (
        lambda F, X: F.npx.reshape(X, (-2, -3, -2, -1, 1)), [(1, 3, 5)]),
    'flatten': (lambda F, X: F.npx.batch_flatten(X), [(3, 5, 4)]),
    'expand_dims, squeeze': (lambda F, X: F.np.squeeze(
        F.np.expand_dims(F.np.expand_dims(X, 1), -1), axis=1), X35),
    'transpose': (lambda F, X: [X.T, F.np.transpose(X, (1, 0, 2))], X35),
    'swapaxes': (lambda F, X: F.np.swapaxes(X, 0, 2), X35),
    'moveaxis': (lambda F, X: F.np.moveaxis(X, (0, 1), (2, -1)), [(3, 5, 4)]),
    'concatenate': (lambda F, X, Y: F.np.concatenate([X, Y, X], axis=1),
                    [(3, 5), (2, 5)]),
    'concatenate flat': (lambda F, X: F.np.concatenate([X, X], axis=None), X35),
    'stack': (lambda F, X: F.np.stack([X, -X], axis=-1), X35),
    'split': (lambda F, X: F.np.split(X, 3, axis=1), X35),
    'split into one': (lambda F, X: F.np.split(X, 1, axis=1), X35),
    'split at': (lambda F, X: F.np.split(X, (1, 4), axis=2), X35),
    'split and squeeze': (lambda F, X: [part.as_np_ndarray() for part in F.split_v2(
        X.as_nd_ndarray(), 3, axis=1, squeeze_axis=True)], X35),
    'X[i]': (lambda F, X: [X[0], X[:, -1], X[:, 1]], X35),
    'X[i:j]': (lambda F, X: [X[:, 1:3], X[:, :, -2:], X[:, :, 1:5:2], X[:, ::-1]], X35),
    # one number where the first axis alone is cut
    'X[1:]': (lambda F, X: [X[1:], X[:-1], X[::2], X[1:, 2:]], X35),
    'slice_axis': (lambda F, X: [
        legacy(F, 'slice_axis', X, axis=2, begin=1, end=-1),
        legacy(F, 'slice_axis', X, axis=1, begin=-2, end=None)], X35),
    'slice_like': (lambda F, X, Y: legacy(F, 'slice_like', X, Y, axes=(1, 2)),
                   [(3, 5), (2, 4)]),
    'flip': (lambda F, X: [F.np.flip(X, 1), F.np.flip(X, (1, 2))], X35),
    'flip all': (lambda F, X: F.np.flip(X), X35),
    'broadcast_to': (lambda F, X: F.np.broadcast_to(F.np.sum(X), (3, 5)), X35),
    'broadcast_like': (lambda F, X: legacy(F, 'broadcast_like', F.np.sum(
        X, axis=1, keepdims=True), X), X35),
    'tile': (lambda F, X: [F.np.tile(X, (2, 3)), F.np.tile(X, (2, 1, 1, 3))], X35),
    'repeat': (lambda F, X: [F.np.repeat(X, 2, axis=0), F.np.repeat(X, 3, axis=-1)],
               X35),
    'repeat flat': (lambda F, X: F.np.repeat(X, 2), X35),
    'pad': (lambda F, X: F.np.pad(X, ((0, 0), (1, 2), (0, 3)), constant_values=2), X35),
    'zeros_like': (lambda F, X: [F.np.zeros_like(X), F.np.full_like(X, 2)], X35),
    'constants': (lambda F, X: X * F.np.arange(1, 6) + F.np.ones((3, 5)) + F.np.zeros(5)
                  + F.np.full((5,), 2.5) + F.np.arange(5), X35),
    'arange_like': (lambda F, X: [F.npx.arange_like(X, axis=1, start=2, step=.5),
                                  F.npx.arange_like(X)], X35),
    'anchors': (lambda F, X: [
        F.npx.multibox_prior(X, sizes=(.2, .5, 1.5), ratios=(2, 1, .5)),
        F.npx.multibox_prior(X, sizes=(.9,), ratios=(.3, 3, 1), clip=True,
                             steps=(.5, .2), offsets=(.1, .9))], [(2, 3, 5)]),
    'take': (lambda F, X: F.np.take(X, ints(F, X[0, 0] * 9), axis=2, mode='clip'), X35),
    'take, wrapped': (lambda F, X: F.np.take(X, ints(F, X[0, 0] * 9), axis=1,
                                             mode='wrap'), X35),
    'pick': (lambda F, X: [F.npx.pick(X, F.np.argmin(X, axis=2)), F.npx.pick(
        X, F.np.argmin(X, axis=1), axis=1, keepdims=True)], X35),
    'gather_nd': (lambda F, X: F.npx.gather_nd(X, F.np.stack([
        F.np.zeros_like(F.np.argmin(X, axis=1)), F.np.argmin(X, axis=1)])), X35),
    'one_hot': (lambda F, X: [F.npx.one_hot(ints(F, X), 2), F.npx.one_hot(
        ints(F, X), 2, on_value=3., off_value=-1.)], X35),
    'sequence_mask': (lambda F, X: F.npx.sequence_mask(
        X, F.np.argmax(X[:, :, 0, 0], axis=1), True, value=-1e6, axis=1), [(5, 4, 3)]),
    'sequence_mask, time first': (lambda F, X: F.npx.sequence_mask(
        F.np.swapaxes(X, 0, 1), F.np.argmax(X, axis=1), True), [(3,)]),
    'sequence_mask without lengths': (lambda F, X: F.npx.sequence_mask(X), X35),
    'softmax': (lambda F, X: [F.npx.softmax(X),
                              F.npx.softmax(X, axis=1, temperature=3.)], X35),
    'log_softmax': (lambda F, X: F.npx.log_softmax(X, axis=1), X35),
    'activations': (lambda F, X: [F.npx.activation(X, act_type=kind) for kind in (
        'relu', 'sigmoid', 'tanh', 'softrelu', 'softsign')], X35),
    'slopes by default': (lambda F, X: [F.npx.leaky_relu(X, act_type=kind)
                                        for kind in ('leaky', 'elu')], X35),
    'leaky activations': (lambda F, X: [F.npx.leaky_relu(X, act_type=kind, slope=.3)
                                        for kind in ('leaky', 'elu', 'selu', 'gelu')],
                          X35),
    'dropout': (lambda F, X: F.npx.dropout(X, p=.5), X35),
    'box_nms': (lambda F, X: [
        boxes_kept(F, X, overlap_thresh=.2), boxes_kept(F, X, valid_thresh=.3, topk=4),
        boxes_kept(F, X, id_index=0, valid_thresh=-9, overlap_thresh=.1),
        boxes_kept(F, X, id_index=0, force_suppress=True, background_id=1)], [(9, 6)]),
}
LEGACY = {  # operators from before NumPy's
    **{name: (lambda F, X, name=name: legacy(F, name, X), X35) for name in
       'sigmoid relu exp tanh abs negative zeros_like ones_like'.split()},
    'log, sqrt': (lambda F, X: legacy(F, 'log', legacy(F, 'sqrt', F.np.abs(X) + 1)),
                  X35),
    **{name: (lambda F, X, Y, name=name: legacy(F, name, X, F.np.abs(Y) + 1),
              [(3, 5), (3, 5) if name.startswith('elemwise') else (3, 1)])
       for name in 'broadcast_add broadcast_sub broadcast_mul broadcast_div '
                   'elemwise_sub elemwise_mul elemwise_div'.split()},
    'X op scalar': (lambda F, X: ((X.as_nd_ndarray() * 2 + 3 - .5) / 3 ** 2.5)
                    .as_np_ndarray(), X35),
    'X ** scalar': (lambda F, X: (F.np.abs(X).as_nd_ndarray() ** 2.5).as_np_ndarray(),
                    X35),
    'scalar op X': (lambda F, X: (3 - 1 / (F.np.abs(X) + 1).as_nd_ndarray())
                    .as_np_ndarray(), X35),
    'scalar ** X': (lambda F, X: (2 ** X.as_nd_ndarray()).as_np_ndarray(), X35),
    'comparisons': (lambda F, X: [Y.as_np_ndarray() for X in [X.as_nd_ndarray()] for Y
                                  in (X > .5, X >= .5, X < .5, X <= .5, X == .5)], X35),
    'where': (lambda F, X, Y: legacy(F, 'where', F.np.floor(F.np.abs(X)), X, Y),
              [(3, 5), (3, 5)]),
    **{name: (lambda F, X, name=name: [
        legacy(F, name, X, axis=1), legacy(F, name, X, axis=(1, 2), keepdims=True)],
        X35) for name in 'sum mean max min'.split()},
    'transpose': (lambda F, X: legacy(F, 'transpose', X, axes=(0, 2, 1)), X35),
    'Concat': (lambda F, X, Y: [legacy(F, 'concat', X, X), legacy(
        F, 'concat', X, Y, dim=2)], [(3, 5), (3, 2)]),
    'Reshape': (lambda F, X: [legacy(F, 'reshape', X, shape=shape) for shape in (
        (0, -1), (0, -3), (0, -4, 2, 2, -2), (-1, 2))], [(4, 6)]),
    '_arange': (lambda F, X: X + F.arange(1, 11, 2).as_np_ndarray(), X35),
    'Pad': (lambda F, X: [
        legacy(F, 'pad', X, mode='constant', constant_value=3,
               pad_width=(0, 0, 0, 0, 1, 2, 0, 3)),
        legacy(F, 'pad', X, mode='edge', pad_width=(0, 0, 0, 0, 1, 2, 3, 0))],
            [(2, 4, 5)]),
    'L2Normalization': (lambda F, X: [legacy(F, 'L2Normalization', X, mode=mode) for
                                      mode in ('instance', 'channel', 'spatial')],
                        [(2, 4, 5)]),
    'pictures of another size': (lambda F, X, Y: [
        legacy(F, 'contrib.BilinearResize2D', X, height=7, width=3),
        legacy(F, 'contrib.BilinearResize2D', X, height=7, width=3,
               align_corners=False),
        legacy(F, 'contrib.BilinearResize2D', X, Y, mode='like'),
        legacy(F, 'contrib.AdaptiveAvgPooling2D', X, output_size=1),
        legacy(F, 'UpSampling', X, scale=2, sample_type='nearest')],
                                 [(2, 4, 5), (2, 6, 3)]),
    'box_decode': (lambda F, X: legacy(
        F, 'contrib.box_decode', X, F.npx.slice(X, begin=(0,), end=(1,)), std0=.1,
        std1=.2, std2=.3, std3=.4, format='center'), [(5, 4)]),
}
OPERATORS.update((f'legacy {name}', pair) for name, pair in LEGACY.items())
LAYERS = {
    'Dense': (nn.Dense(4, activation='relu'), (3, 5)),
    'Dense along the last axis': (nn.Dense(4, flatten=False), (3, 5)),
    'Dense without bias': (nn.Dense(4, flatten=False, use_bias=False), (3, 5)),
    'Conv1D': (nn.Conv1D(4, 3, dilation=2), (3, 9)),
    'Conv2D': (nn.Conv2D(6, (3, 5), strides=(2, 1), padding=(1, 2), groups=3),
               (3, 8, 9)),
    'Conv2D without bias': (nn.Conv2D(4, 3, use_bias=False), (3, 8, 9)),
    'Conv2DTranspose': (nn.Conv2DTranspose(4, 3, strides=2, padding=1,
                                           output_padding=1), (3, 4, 5)),
    'MaxPool2D': (nn.MaxPool2D(3, 2, padding=1), (3, 8, 9)),
    'MaxPool2D, ceil': (nn.MaxPool2D(3, 2, ceil_mode=True), (3, 8, 11)),
    'AvgPool2D': (nn.AvgPool2D(3, 2, padding=1), (3, 8, 9)),
    'AvgPool2D without padding': (nn.AvgPool2D(3, 2, 1, count_include_pad=False),
                                  (3, 8, 9)),
    'MaxPool1D': (nn.MaxPool1D(2), (3, 8)),
    'GlobalAvgPool2D': (nn.GlobalAvgPool2D(), (3, 8, 9)),
    'GlobalMaxPool2D': (nn.GlobalMaxPool2D(), (3, 8, 9)),
    'BatchNorm': (nn.BatchNorm(), (3, 8, 9)),
    'BatchNorm of the last axis': (nn.BatchNorm(axis=-1), (3, 8, 9)),
    'BatchNorm, fixed scale': (nn.BatchNorm(scale=False, center=False), (3,)),
    'LayerNorm': (nn.LayerNorm(), (3, 5)),
    'LayerNorm of another axis': (nn.LayerNorm(axis=1), (3, 5)),
    'PReLU': (nn.PReLU(mx.init.Constant(.3)), (3, 8, 9)),
    'Swish': (nn.Swish(), (3, 5)),
}


def uniform(*shape):
    return np.random.uniform(-2, 2, shape)


@pytest.mark.parametrize('function,shapes', OPERATORS.values(), ids=OPERATORS)
def test_operator_gives_the_same_on_any_batch(function, shapes, tmp_path, expression,
                                              assert_same):
    net = expression(function)
    net.hybridize()  # MXNet compares whole numbers with .5 otherwise without it
    path = export_onnx(net, tuple(uniform(2, *shape) for shape in shapes),
                       tmp_path / 'net.onnx')
    assert_same(path, net, *(uniform(4, *shape) for shape in shapes))


@pytest.mark.parametrize('layer,shape', LAYERS.values(), ids=LAYERS)
def test_layer_gives_the_same_on_any_batch(layer, shape, tmp_path, initialized,
                                           assert_same):
    net = initialized(layer, uniform(2, *shape))
    path = export_onnx(net, uniform(2, *shape), tmp_path / 'net.onnx')
    assert_same(path, net, uniform(4, *shape))


def test_every_converter_is_tried_above(expression):
    """By the operators in the traces of the networks above."""
    traces = [expression(function)(*(mx.sym.var(f'data{i}').as_np_ndarray()
                                 for i in range(len(shapes))))
              for function, shapes in OPERATORS.values()]
    traces += [layer(mx.sym.var('data').as_np_ndarray())
               for layer, _ in LAYERS.values()]
    tried = {node['op'] for trace in traces for output in flatten(trace)
             for node in json.loads(output.tojson())['nodes']}
    others = {'Embedding', 'RNN', '_rnn_param_concat'}  # in the networks below
    assert set(CONVERTERS) - others <= tried
