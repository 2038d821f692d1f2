import json
import subprocess
import sys

import mxnet as mx
import numpy as onp
import pytest
from mxnet import autograd, np
from mxnet.gluon import nn, rnn

from d2lmx import export_onnx, load_onnx, sections
from d2lmx.export.onnx.graph import CONVERTERS
from d2lmx.export.symbol import flatten

onnx = pytest.importorskip('onnx', reason='needs onnx: pip install d2lmx[onnx]')
pytest.importorskip('onnxruntime', reason='needs onnxruntime: pip install d2lmx[onnx]')


class Lambda(nn.HybridBlock):
    """The network that is one expression, f(F, X, ...)."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def hybrid_forward(self, F, X, *more):
        return self.function(F, X, *more)


def ints(F, X):
    """Whole numbers between -2 and 2."""
    return F.np.floor(X).astype('int32')


def legacy(F, operator, *arrays, **options):
    """An operator that exists for legacy arrays only."""
    return getattr(F, operator)(*(X.as_nd_ndarray() for X in arrays),
                                **options).as_np_ndarray()


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
    'div_sqrt_dim': (lambda F, X: F.contrib.div_sqrt_dim(
        X.as_nd_ndarray()).as_np_ndarray(), X35),
    'clip': (lambda F, X: F.np.clip(X, -.5, .7), X35),
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
    'softmax of a length': (lambda F, X: F.npx.softmax(
        X, length=F.np.argmax(X, axis=1).astype('int32'), use_length=True, axis=1),
        X35),
    'log_softmax': (lambda F, X: F.npx.log_softmax(X, axis=1), X35),
    'activations': (lambda F, X: [F.npx.activation(X, act_type=kind) for kind in (
        'relu', 'sigmoid', 'tanh', 'softrelu', 'softsign')], X35),
    'leaky activations': (lambda F, X: [F.npx.leaky_relu(X, act_type=kind, slope=.3)
                                        for kind in ('leaky', 'elu', 'selu', 'gelu')],
                          X35),
    'dropout': (lambda F, X: F.npx.dropout(X, p=.5), X35),
}
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


def initialized(net, *inputs):
    """The net with random weights, and random statistics in batch normalization."""
    net.initialize(mx.init.Uniform(.5))
    net(*inputs)
    for name, param in net.collect_params().items():
        if name.endswith(('gamma', 'running_var')):
            param.set_data(np.random.uniform(.5, 1.5, param.shape))
        elif name.endswith(('beta', 'running_mean')):
            param.set_data(np.random.uniform(-.5, .5, param.shape))
    return net


def assert_same(path, net, *inputs):
    """The file's outputs are the network's, on inputs that its export has not seen."""
    actual = load_onnx(path)(*(X.asnumpy() for X in flatten(inputs)))
    expected = flatten(net(*inputs))
    actual = actual if isinstance(actual, list) else [actual]
    assert len(actual) == len(expected)
    for a, b in zip(actual, expected):
        assert a.dtype == b.dtype
        # float32 sums in another order
        onp.testing.assert_allclose(a, b.asnumpy(), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize('function,shapes', OPERATORS.values(), ids=OPERATORS)
def test_operator_gives_the_same_on_any_batch(function, shapes, tmp_path):
    net = Lambda(function)
    path = export_onnx(net, tuple(uniform(2, *shape) for shape in shapes),
                       tmp_path / 'net.onnx')
    assert_same(path, net, *(uniform(4, *shape) for shape in shapes))


@pytest.mark.parametrize('layer,shape', LAYERS.values(), ids=LAYERS)
def test_layer_gives_the_same_on_any_batch(layer, shape, tmp_path):
    net = initialized(layer, uniform(2, *shape))
    path = export_onnx(net, uniform(2, *shape), tmp_path / 'net.onnx')
    assert_same(path, net, uniform(4, *shape))


def test_every_converter_is_tried_above():
    """By the operators in the traces of the networks above."""
    traces = [Lambda(function)(*(mx.sym.var(f'data{i}').as_np_ndarray()
                                 for i in range(len(shapes))))
              for function, shapes in OPERATORS.values()]
    traces += [layer(mx.sym.var('data').as_np_ndarray())
               for layer, _ in LAYERS.values()]
    tried = {node['op'] for trace in traces for output in flatten(trace)
             for node in json.loads(output.tojson())['nodes']}
    others = {'Embedding', 'RNN', '_rnn_param_concat'}  # in the networks below
    assert set(CONVERTERS) - others <= tried


class Residual(nn.HybridBlock):
    def __init__(self, channels):
        super().__init__()
        self.main = nn.HybridSequential()
        self.main.add(nn.Conv2D(channels, 3, padding=1), nn.BatchNorm(),
                      nn.Activation('relu'), nn.Conv2D(channels, 3, padding=1),
                      nn.BatchNorm())
        self.shortcut = nn.Conv2D(channels, 1)

    def hybrid_forward(self, F, X):
        return F.npx.relu(self.main(X) + self.shortcut(X))


class Branches(nn.HybridBlock):
    """Two paths side by side, then the input beside them."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2D(4, 1, activation='relu')
        self.second = nn.HybridSequential()
        self.second.add(nn.MaxPool2D(3, 1, 1), nn.Conv2D(2, 3, padding=1))

    def hybrid_forward(self, F, X):
        Y = F.np.concatenate([self.first(X), self.second(X)], axis=1)
        return F.np.concatenate([X, Y], axis=1)


class Attention(nn.HybridBlock):
    """Embedding, positions, masked attention of two heads, and a norm of the sum."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(11, 8)
        self.P = self.params.get_constant('P', np.random.uniform(size=(1, 20, 8)))
        self.queries, self.keys, self.output = (
            nn.Dense(8, flatten=False, use_bias=False) for _ in range(3))
        self.norm = nn.LayerNorm()

    def hybrid_forward(self, F, tokens, valid_lens, P):
        X = self.embedding(tokens) * 8 ** .5
        X = X + F.np.take(P, F.npx.arange_like(X, axis=1), axis=1)
        Q, K = (F.npx.reshape(F.np.transpose(F.npx.reshape(
            Y, (-2, -2, 2, -1)), (0, 2, 1, 3)), (-5, -2, -2))
            for Y in (self.queries(X), self.keys(X)))        # (batch * heads, steps, 4)
        S = F.npx.batch_dot(Q, K, transpose_b=True) / 2      # (batch * heads, q, k)
        lengths = F.np.repeat(valid_lens, 2, axis=0)
        S = F.np.swapaxes(F.npx.sequence_mask(
            F.np.swapaxes(S, 1, 2), lengths, True, value=-1e6, axis=1), 1, 2)
        H = F.npx.batch_dot(F.npx.softmax(S), K)
        H = F.np.transpose(F.npx.reshape(H, (-6, -1, 2, -2, -2)), (0, 2, 1, 3))
        return self.norm(X + self.output(F.npx.reshape(H, (-2, -2, -5)))), S


class LanguageModel(nn.HybridBlock):
    def __init__(self, layer):
        super().__init__()
        self.rnn, self.output = layer, nn.Dense(7)

    def hybrid_forward(self, F, tokens, state):
        X = F.npx.one_hot(tokens.T, 7)                       # (steps, batch, 7)
        Y, state = self.rnn(X, state)
        return self.output(F.npx.reshape(Y, (-5, -2))), state


def sequential(*layers):
    net = nn.HybridSequential()
    net.add(*layers)
    return net


NETWORKS = {
    'MLP': (lambda: sequential(nn.Dense(9, activation='relu'), nn.Dropout(.5),
                               nn.Dense(4)), (3, 5)),
    'LeNet': (lambda: sequential(
        nn.Conv2D(6, 5, padding=2, activation='sigmoid'), nn.AvgPool2D(2, 2),
        nn.Conv2D(16, 5, activation='sigmoid'), nn.AvgPool2D(2, 2),
        nn.Dense(12, activation='sigmoid'), nn.Dense(10)), (1, 28, 28)),
    'residual': (lambda: sequential(Residual(4), Residual(6), nn.GlobalAvgPool2D(),
                                    nn.Dense(10)), (3, 9, 8)),
    'branches': (lambda: sequential(Branches(), Branches(), nn.BatchNorm(),
                                    nn.Flatten()), (3, 9, 8)),
}


@pytest.mark.parametrize('build,shape', NETWORKS.values(), ids=NETWORKS)
def test_network_gives_the_same_on_any_batch(build, shape, tmp_path):
    net = initialized(build(), uniform(2, *shape))
    path = export_onnx(net, uniform(2, *shape), tmp_path / 'net.onnx')
    assert_same(path, net, uniform(7, *shape))


def attention_inputs(batch, steps):
    return (np.random.randint(0, 11, (batch, steps)),
            np.random.randint(1, steps + 1, batch).astype('float32'))


def test_attention_takes_any_batch_and_any_number_of_steps(tmp_path):
    net = initialized(Attention(), *attention_inputs(2, 5))
    path = export_onnx(net, attention_inputs(2, 5), tmp_path / 'net.onnx',
                       other_inputs=[attention_inputs(3, 4), attention_inputs(1, 6)])
    assert_same(path, net, *attention_inputs(5, 9))


RECURRENT = {
    'GRU': lambda: rnn.GRU(6), 'RNN': lambda: rnn.RNN(6),
    'LSTM': lambda: rnn.LSTM(6, num_layers=2),
    'RNN of tanh': lambda: rnn.RNN(6, activation='tanh', num_layers=2),
    'GRU both ways': lambda: rnn.GRU(6, num_layers=3, bidirectional=True),
    'LSTM both ways': lambda: rnn.LSTM(6, num_layers=2, bidirectional=True),
    'RNN both ways': lambda: rnn.RNN(6, num_layers=2, bidirectional=True),
}


def recurrent_inputs(layer, batch, steps):
    states = [uniform(*state.shape) for state in layer.begin_state(batch)]
    return np.random.randint(0, 7, (batch, steps)), states


@pytest.mark.parametrize('build', RECURRENT.values(), ids=RECURRENT)
def test_language_model_takes_and_gives_states_of_any_batch(build, tmp_path):
    layer = build()
    net = initialized(LanguageModel(layer), *recurrent_inputs(layer, 3, 5))
    path = export_onnx(net, recurrent_inputs(layer, 3, 5), tmp_path / 'net.onnx',
                       other_inputs=[recurrent_inputs(layer, 1, 4)])
    assert_same(path, net, *recurrent_inputs(layer, 7, 8))


def test_states_whose_batch_is_not_first_need_other_inputs(tmp_path):
    layer = rnn.GRU(6)
    net = initialized(LanguageModel(layer), *recurrent_inputs(layer, 3, 5))
    with pytest.raises(ValueError, match='pass other_inputs'):
        export_onnx(net, recurrent_inputs(layer, 3, 5), tmp_path / 'net.onnx')
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    'entry', [entry for entry in sections.sections()
              if 'def build_net' in entry.path.read_text(encoding='utf-8')],
    ids=lambda entry: entry.slug)
def test_network_of_a_section_exports(entry, tmp_path):
    module = sections.load(entry)
    net = module.build_net()
    net.initialize(mx.init.Xavier())
    net(*module.example_inputs())
    path = export_onnx(net, module.example_inputs(), tmp_path / 'net.onnx',
                       other_inputs=[module.example_inputs(n) for n in (1, 3)])
    assert_same(path, net, *module.example_inputs(5))


def test_inputs_and_outputs_have_readable_names_in_the_order_of_the_call(tmp_path):
    def swap(F, X, Y):
        return [Y - X, X + Y * 2]
    one = onnx.load(export_onnx(nn.Flatten(), uniform(2, 3, 5), tmp_path / 'one.onnx'))
    two = onnx.load(export_onnx(Lambda(swap), (uniform(2, 3), uniform(2, 3)),
                                tmp_path / 'two.onnx'))
    names = [[value.name for value in values] for model in (one, two)
             for values in (model.graph.input, model.graph.output)]
    assert names == [['data'], ['output'], ['data0', 'data1'], ['output0', 'output1']]
    X, Y = onp.float32([[1, 2, 3]]), onp.float32([[10, 20, 30]])
    assert [out.tolist() for out in load_onnx(tmp_path / 'two.onnx')(X, Y)] == [
        [[9, 18, 27]], [[21, 42, 63]]]


def test_first_axis_is_called_batch_and_the_others_are_fixed(tmp_path):
    net = initialized(nn.Dense(4), uniform(2, 3, 5))
    graph = onnx.load(export_onnx(net, uniform(2, 3, 5), tmp_path / 'net.onnx')).graph
    axes = [[axis.dim_param or axis.dim_value
             for axis in value.type.tensor_type.shape.dim]
            for values in (graph.input, graph.output) for value in values]
    assert axes == [['batch', 3, 5], ['batch', 4]]


def test_training_leaves_no_trace_in_the_file(tmp_path):
    net = initialized(sequential(nn.Dense(4), nn.BatchNorm(), nn.Dropout(.5)),
                      uniform(2, 5))
    with autograd.record():
        net(uniform(9, 5))
    graph = onnx.load(export_onnx(net, uniform(2, 5), tmp_path / 'net.onnx')).graph
    assert [node.op_type for node in graph.node] == [
        'Flatten', 'Gemm', 'BatchNormalization', 'Identity']


def test_file_runs_where_there_is_no_mxnet(tmp_path):
    net = initialized(sequential(nn.Conv2D(4, 3), nn.BatchNorm(), nn.Dense(10)),
                      uniform(2, 1, 8, 9))
    path = export_onnx(net, uniform(2, 1, 8, 9), tmp_path / 'net.onnx')
    X = uniform(5, 1, 8, 9)
    onp.save(tmp_path / 'X.npy', X.asnumpy())
    subprocess.run([sys.executable, '-c', '''
import sys
sys.modules.update(mxnet=None, d2lmx=None)  # importing either fails

import numpy
import onnxruntime
session = onnxruntime.InferenceSession('net.onnx')
Y, = session.run(None, {'data': numpy.load('X.npy')})
numpy.save('Y.npy', Y)
'''], cwd=tmp_path, check=True)
    onp.testing.assert_allclose(onp.load(tmp_path / 'Y.npy'), net(X).asnumpy(),
                                rtol=1e-5, atol=1e-5)  # float32 sums in another order


def test_unknown_operator_and_its_layer_are_named(tmp_path):
    def unknown(F, X):
        return F.npx.erfinv(F.np.log1p(X) / 9)
    with pytest.raises(ValueError, match="'_npi_log1p' .layer 'lambda.*'erfinv'"):
        export_onnx(Lambda(unknown), np.ones((2, 3)), tmp_path / 'net.onnx')
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize('function,reason', [
    (lambda F, X: F.npx.reshape(X, (-2, -1), reverse=True), 'reverse=True'),
    (lambda F, X: F.np.var(X, axis=1, ddof=1), 'ddof=1'),
    (lambda F, X: F.np.squeeze(F.np.expand_dims(X, 0)), 'no axis'),
    (lambda F, X: F.npx.pooling(F.np.expand_dims(X, 1), kernel=(2,), pool_type='sum'),
     "pool_type='sum'"),
], ids=['reshape', 'var', 'squeeze', 'pooling'])
def test_option_without_a_form_in_onnx_is_named(function, reason, tmp_path):
    with pytest.raises(ValueError, match=reason):
        export_onnx(Lambda(function), uniform(2, 3), tmp_path / 'net.onnx')


def test_unequal_file_is_refused_and_an_older_one_stays(tmp_path, monkeypatch):
    path = tmp_path / 'net.onnx'
    path.write_bytes(b'older')
    monkeypatch.setitem(CONVERTERS, '_npi_exp',
                        lambda g, n: g.add('Add', n.inputs[0], onp.float32(1)))
    with pytest.raises(ValueError, match='differs'):
        export_onnx(Lambda(lambda F, X: F.np.exp(X)), np.ones((2, 3)), path)
    assert [file.name for file in tmp_path.iterdir()] == ['net.onnx']
    assert path.read_bytes() == b'older'


def test_difference_is_told(tmp_path, monkeypatch):
    monkeypatch.setitem(CONVERTERS, '_npi_negative',
                        lambda g, n: g.add('Identity', n.inputs[0]))
    with pytest.raises(ValueError, match='by up to 4 '):  # -2 and 2
        export_onnx(Lambda(lambda F, X: F.np.negative(X)), np.ones((2, 3)) * 2,
                    tmp_path / 'net.onnx')


def test_frozen_batch_is_refused(tmp_path, monkeypatch):
    monkeypatch.setitem(CONVERTERS, 'Flatten',
                        lambda g, n: g.add('Reshape', n.inputs[0], [2, 15]))
    with pytest.raises(ValueError, match='does not run'):
        export_onnx(nn.Flatten(), uniform(2, 3, 5), tmp_path / 'net.onnx')
    assert not list(tmp_path.iterdir())


def test_invalid_graph_is_refused(tmp_path, monkeypatch):
    monkeypatch.setitem(CONVERTERS, 'Flatten',
                        lambda g, n: g.add('NoSuch', n.inputs[0]))
    with pytest.raises(ValueError, match='NoSuch'):
        export_onnx(nn.Flatten(), uniform(2, 3, 5), tmp_path / 'net.onnx')
    assert not list(tmp_path.iterdir())


def test_without_onnx_the_command_that_installs_it_is_told(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, 'onnx', None)
    with pytest.raises(ImportError, match=r'pip install d2lmx\[onnx\]'):
        export_onnx(nn.Flatten(), uniform(2, 3), tmp_path / 'net.onnx')


def test_loaded_file_tells_how_many_arrays_it_takes(tmp_path):
    predict = load_onnx(export_onnx(nn.Flatten(), uniform(2, 3), tmp_path / 'net.onnx'))
    with pytest.raises(ValueError, match=r'takes 1 arrays \(data\), got 2'):
        predict(onp.ones((2, 3)), onp.ones((2, 3)))
