"""Networks as symbol and parameters: what is written comes back equal, or is not."""
import mxnet as mx
import numpy as onp
import pytest
from mxnet import autograd, np, npx
from mxnet.gluon import nn, rnn

import d2lmx as d2l
from d2lmx.errors import InputError
from d2lmx.export import symbol

X = np.array([[1., -2., 3.], [0., 5., -1.]])


def perceptron():
    net = nn.HybridSequential()
    net.add(nn.Dense(4, activation='relu'), nn.Dense(2))
    net.initialize(mx.init.Normal(1))
    return net


class SumAndProduct(nn.HybridBlock):
    """Two inputs, two outputs."""

    def hybrid_forward(self, F, X, Y):
        return X + Y, [X * Y]


class OverridesForward(nn.HybridBlock):
    def forward(self, X):
        return X * 2


def test_an_exported_network_equals_the_original(tmp_path):
    net = perceptron()
    files = d2l.export_block(net, X, tmp_path / 'deep' / 'net')
    assert [file.name for file in files] == ['net-symbol.json', 'net-0000.params']
    # the same float32 operations: nothing but their order inside may differ
    onp.testing.assert_allclose(d2l.load_exported(*files)(X).asnumpy(),
                                net(X).asnumpy(), rtol=1e-5, atol=1e-6)


def test_another_batch_size_goes_through_the_reloaded_network(tmp_path):
    net = perceptron()
    files = d2l.export_block(net, X, tmp_path / 'net')
    one = d2l.load_exported(*files)(X[:1])
    onp.testing.assert_allclose(one.asnumpy(), net(X).asnumpy()[:1], rtol=1e-5,
                                atol=1e-6)


def test_several_inputs_keep_their_order_and_outputs_come_flat(tmp_path):
    files = d2l.export_block(SumAndProduct(), (X, 3 * X), str(tmp_path / 'two'))
    total, product = d2l.load_exported(*files, num_inputs=2)(X, np.ones_like(X))
    assert (total - X).tolist() == [[1] * 3] * 2 and product.tolist() == X.tolist()


def test_nested_outputs_flatten_in_order():
    assert d2l.flatten([1, (2, [3]), 4]) == [1, 2, 3, 4]
    assert d2l.flatten(5) == [5]


@pytest.mark.parametrize('build,reason', [
    (nn.Sequential, 'only a HybridBlock can be exported, got Sequential'),
    (OverridesForward, 'OverridesForward was not traced.*write hybrid_forward')])
def test_what_cannot_be_traced_is_refused_and_leaves_no_file(tmp_path, build, reason):
    with pytest.raises(ValueError, match=reason):
        d2l.export_block(build(), X, tmp_path / 'net')
    assert not list(tmp_path.iterdir())


def test_an_export_that_comes_back_different_leaves_no_file(tmp_path, monkeypatch):
    monkeypatch.setattr(symbol, 'load_exported', lambda *files, **options: lambda X: X)
    with pytest.raises(ValueError, match=r'output 0 .* differs: \(2, 2\) and \(2, 3\)'):
        d2l.export_block(perceptron(), X, tmp_path / 'net')
    net = perceptron()
    monkeypatch.setattr(symbol, 'load_exported',
                        lambda *files, **options: lambda X: net(X) + .5)
    with pytest.raises(ValueError, match='largest difference 0.5'):
        d2l.export_block(net, X, tmp_path / 'net')
    monkeypatch.setattr(symbol, 'load_exported', lambda *files, **options: lambda X: [])
    with pytest.raises(ValueError, match='has 0 outputs, the network 1'):
        d2l.export_block(net, X, tmp_path / 'net')
    assert not list(tmp_path.iterdir())


# ---- networks that cannot be traced, and what they are afterwards


def set_first(Y):
    Y[:, 0] = 0
    return Y


def add_to(Y):
    Y += 1
    return Y


UNTRACEABLE = {
    'shape': lambda Y: Y.reshape(Y.shape[0], -1),
    'condition': lambda Y: Y if Y.sum() > 0 else -Y,
    'asnumpy': lambda Y: Y * float(Y.asnumpy().sum()), '+=': add_to,
    'X[..., 0]': lambda Y: Y[..., 0], 'X[:, None]': lambda Y: Y[:, None],
    'X[:, [0, 1]]': lambda Y: Y[:, [0, 1]], 'np.exp': np.exp,
    'constant': lambda Y: Y + np.ones(2), 'len': lambda Y: Y * len(Y),
    'rows': lambda Y: [row for row in Y], 'npx.relu': npx.relu,
    'X[:, 0] = 0': set_first}


class Untraceable(nn.HybridBlock):
    def __init__(self, function):
        super().__init__()
        self.dense, self.function = nn.Dense(2), function

    def hybrid_forward(self, F, X):
        return self.function(self.dense(X))


@pytest.mark.parametrize('name', UNTRACEABLE)
def test_an_untraceable_network_is_refused_by_name_and_still_runs(name, tmp_path):
    net = Untraceable(UNTRACEABLE[name])
    net.initialize()
    before = [Y.tolist() for Y in d2l.flatten(net(X))]
    with pytest.raises(InputError, match=r'(?s)Untraceable cannot be traced.*\(\w+'):
        d2l.export_block(net, X, tmp_path / 'net')
    assert [Y.tolist() for Y in d2l.flatten(net(X))] == before
    assert not list(tmp_path.iterdir())


def test_the_block_inside_and_its_line_are_named(tmp_path):
    net = nn.HybridSequential()
    net.add(nn.Dense(2), Untraceable(add_to))
    net.initialize()
    with pytest.raises(InputError, match=r'^Untraceable .* line `Y \+= 1` \(NotImpl'):
        d2l.export_block(net, X, tmp_path / 'net')


def test_an_exported_network_is_hybridized_or_not_as_before(tmp_path):
    net = perceptron()
    d2l.export_block(net, X, tmp_path / 'net')
    assert not net._active and not net[0]._active
    net.hybridize()
    d2l.export_block(net, X, tmp_path / 'net')
    assert net._active


def test_export_while_recording_is_of_the_network_that_predicts(tmp_path):
    net = nn.HybridSequential()
    net.add(nn.Dense(9), nn.Dropout(.5))
    net.initialize()
    with autograd.record():
        files = d2l.export_block(net, X, tmp_path / 'net')
    onp.testing.assert_allclose(d2l.load_exported(*files)(X).asnumpy(),
                                net(X).asnumpy(), rtol=1e-5)


class ReadsOneOfTwo(nn.HybridBlock):
    """Its first call, with deferred weights, has an input that nothing reads."""

    def __init__(self):
        super().__init__()
        self.dense = nn.Dense(4)

    def hybrid_forward(self, F, X, mask):
        return self.dense(X)


def test_an_input_that_nothing_reads_is_an_input_all_the_same(tmp_path):
    net, call = ReadsOneOfTwo(), (X, np.ones(2))
    net.initialize()
    files = d2l.export_block(net, call, tmp_path / 'net')
    expected = X.asnumpy() @ net.dense.weight.data().asnumpy().T
    Y = d2l.load_exported(*files, num_inputs=2)(*call)
    onp.testing.assert_allclose(Y.asnumpy(), expected, rtol=1e-5)
    for number in (1, 3):
        with pytest.raises(InputError, match=rf'takes 2 inputs .*, not {number}'):
            d2l.load_exported(*files, num_inputs=number)


def test_files_with_another_number_of_inputs_say_how_many(tmp_path):
    files = d2l.export_block(SumAndProduct(), (X, X), tmp_path / 'net')
    for number in (1, 3):
        with pytest.raises(InputError, match=rf'takes 2 inputs .*, not {number}'):
            d2l.load_exported(*files, num_inputs=number)


def test_a_network_is_exported_from_its_device(tmp_path):
    device = mx.cpu(1)
    net = nn.Dense(2)
    net.initialize(ctx=[mx.cpu(0), device])
    files = d2l.export_block(net, X.as_in_ctx(device), tmp_path / 'net')
    onp.testing.assert_allclose(d2l.load_exported(*files)(X).asnumpy(),
                                net(X).asnumpy(), rtol=1e-5)


@pytest.mark.parametrize('kind', [d2l.RNN, d2l.GRU, d2l.LSTM])
def test_a_recurrent_layer_alone_goes_from_inputs_to_outputs(kind, tmp_path):
    layer, steps = kind(4), np.random.normal(size=(5, 2, 3))
    layer.initialize()
    files = d2l.export_block(layer, steps, tmp_path / 'net')
    onp.testing.assert_allclose(d2l.load_exported(*files)(steps).asnumpy(),
                                layer(steps).asnumpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize('inside', [False, True])
def test_gluons_recurrent_layer_without_states_is_told_how(inside, tmp_path):
    layer, net = rnn.GRU(4), nn.HybridSequential()
    net.add(layer)
    net.initialize()
    with pytest.raises(InputError, match='pass the states of GRU, or use d2l.GRU'):
        d2l.export_block(net if inside else layer, np.ones((5, 2, 3)), tmp_path / 'net')


def test_a_network_without_weights_or_of_nan_says_so(tmp_path):
    with pytest.raises(InputError, match='not initialized .*call net.initialize'):
        d2l.export_block(nn.Dense(2), X, tmp_path / 'net')
    with pytest.raises(InputError, match='output 0 of the network itself is NaN'):
        d2l.export_block(nn.HybridLambda(lambda F, X: F.np.log(X)), X, tmp_path / 'net')
    with pytest.raises(InputError, match=r'does not run on inputs of shapes \(2, 3\)'):
        d2l.export_block(nn.HybridLambda(lambda F, X: F.npx.softmax(X.astype('int32'))),
                         X, tmp_path / 'net')
