"""Whole networks in ONNX."""
import mxnet as mx
import pytest
from mxnet import np
from mxnet.gluon import nn, rnn

from d2lmx import export_onnx
from d2lmx.pages import sections

pytest.importorskip('onnx', reason='needs onnx')
pytest.importorskip('onnxruntime', reason='needs onnxruntime')


def uniform(*shape):
    return np.random.uniform(-2, 2, shape)


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
def test_network_gives_the_same_on_any_batch(build, shape, tmp_path, initialized,
                                             assert_same):
    net = initialized(build(), uniform(2, *shape))
    path = export_onnx(net, uniform(2, *shape), tmp_path / 'net.onnx')
    assert_same(path, net, uniform(7, *shape))


def attention_inputs(batch, steps):
    return (np.random.randint(0, 11, (batch, steps)),
            np.random.randint(1, steps + 1, batch).astype('float32'))


def test_attention_takes_any_batch_and_any_number_of_steps(tmp_path, initialized,
                                                           assert_same):
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
def test_language_model_takes_and_gives_states_of_any_batch(build, tmp_path,
                                                            initialized, assert_same):
    layer = build()
    net = initialized(LanguageModel(layer), *recurrent_inputs(layer, 3, 5))
    path = export_onnx(net, recurrent_inputs(layer, 3, 5), tmp_path / 'net.onnx',
                       other_inputs=[recurrent_inputs(layer, 1, 4)])
    assert_same(path, net, *recurrent_inputs(layer, 7, 8))


def test_states_whose_batch_is_not_first_need_other_inputs(tmp_path, initialized):
    layer = rnn.GRU(6)
    net = initialized(LanguageModel(layer), *recurrent_inputs(layer, 3, 5))
    with pytest.raises(ValueError, match='pass other_inputs'):
        export_onnx(net, recurrent_inputs(layer, 3, 5), tmp_path / 'net.onnx')
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    'entry', [entry for entry in sections.sections()
              if 'def build_net' in entry.path.read_text(encoding='utf-8')],
    ids=lambda entry: entry.slug)
def test_network_of_a_section_exports(entry, tmp_path, assert_same, small_inputs):
    net, inputs = sections.load(entry).build_net(), small_inputs(entry)
    net.initialize(mx.init.Xavier())
    net(*inputs(2))
    path = export_onnx(net, inputs(2), tmp_path / 'net.onnx',
                       other_inputs=[inputs(n) for n in (1, 3)])
    assert_same(path, net, *inputs(5))
