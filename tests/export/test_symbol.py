"""Networks as symbol and parameters: what is written comes back equal, or is not."""
import mxnet as mx
import numpy as onp
import pytest
from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l
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
    monkeypatch.setattr(symbol, 'load_exported', lambda *files, num_inputs: lambda X: X)
    with pytest.raises(ValueError, match=r'output 0 .* differs: \(2, 2\) and \(2, 3\)'):
        d2l.export_block(perceptron(), X, tmp_path / 'net')
    net = perceptron()
    monkeypatch.setattr(symbol, 'load_exported',
                        lambda *files, num_inputs: lambda X: net(X) + .5)
    with pytest.raises(ValueError, match='largest difference 0.5'):
        d2l.export_block(net, X, tmp_path / 'net')
    assert not list(tmp_path.iterdir())
