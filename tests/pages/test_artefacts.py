"""A section's network as files, tried on other batches and shapes than its own."""
import mxnet as mx
import numpy as onp
import pytest
from mxnet import init, np
from mxnet.gluon import nn

import d2lmx as d2l
from d2lmx.errors import InputError
from d2lmx.export.symbol import ExportDiffers
from d2lmx.pages.artefacts import export_network
from d2lmx.pages.networks import Network, find_network


def left_in(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def lenet():
    return find_network('6.6')


@pytest.mark.parametrize('kind', ['symbol', 'onnx'])
def test_exported_files_give_the_numbers_of_the_weights_named(kind, lenet, tmp_path):
    onnxruntime = (pytest.importorskip('onnxruntime', reason='needs onnxruntime')
                   if kind == 'onnx' else None)
    net, (X,) = lenet.build_net(), lenet.example_inputs(5)
    net.initialize(init.Xavier())
    expected = net(X).asnumpy()
    net.save_parameters(str(tmp_path / 'lenet.params'))
    out = tmp_path / 'out'
    files = export_network(lenet, kind, out, tmp_path / 'lenet.params')
    assert left_in(out) == sorted(file.name for file in files)
    if kind == 'onnx':
        assert left_in(out) == ['06.06_lenet.onnx']
        session = onnxruntime.InferenceSession(str(files[0]))
        Y, = session.run(None, {'data': X.asnumpy()})
    else:
        assert left_in(out) == ['06.06_lenet-0000.params', '06.06_lenet-symbol.json']
        Y = d2l.load_exported(*files)(X).asnumpy()
    onp.testing.assert_allclose(Y, expected, rtol=1e-5, atol=1e-6)


def test_weights_of_another_network_are_refused_and_leave_nothing(lenet, tmp_path):
    perceptron = find_network('mlp_concise')
    mlp = perceptron.build_net()
    mlp.initialize()
    mlp(*perceptron.example_inputs(1))
    mlp.save_parameters(str(tmp_path / 'mlp.params'))
    with pytest.raises(InputError, match="has no parameter '2.weight'"):
        export_network(lenet, 'symbol', tmp_path / 'out', tmp_path / 'mlp.params')
    assert not (tmp_path / 'out').exists()


def test_an_unequal_artefact_is_refused(lenet, tmp_path, monkeypatch):
    from d2lmx.export import symbol

    monkeypatch.setattr(symbol, 'load_exported',
                        lambda *files, **options: lambda X: d2l.zeros((len(X), 10)))
    with pytest.raises(ExportDiffers, match='differs'):
        export_network(lenet, 'symbol', tmp_path / 'out')
    assert left_in(tmp_path / 'out') == []


@pytest.mark.parametrize('kind', ['symbol', 'onnx'])
def test_input_shape_is_that_of_the_files_own_examples(kind, lenet, tmp_path):
    if kind == 'onnx':
        pytest.importorskip('onnxruntime', reason='needs onnxruntime')
    files = export_network(lenet, kind, tmp_path, input_shape=(1, 32, 40))
    X = onp.ones((4, 1, 32, 40), 'float32')
    if kind == 'onnx':
        Y = d2l.load_onnx(*files)(X)
    else:
        Y = d2l.load_exported(*files)(np.array(X))
    assert Y.shape == (4, 10)


@pytest.mark.parametrize('token,shape,reason', [
    ('alexnet', (1, 20, 20), r'alexnet \(7.1\) takes no input of shape 1x20x20'),
    ('lenet', (28, 28), 'examples of 3 axes, such as 1x28x28, got 28x28')])
def test_input_shape_that_does_not_fit_is_refused(token, shape, reason, tmp_path):
    out = tmp_path / 'out'
    with pytest.raises(InputError, match=reason):
        export_network(find_network(token), 'symbol', out, input_shape=shape)
    assert not out.exists()


class ForTwo(nn.HybridBlock):
    """Gives what comes; its trace serves batches of two alone."""

    def hybrid_forward(self, F, X):
        if F is mx.ndarray:
            return X * 1
        return F.npx.reshape(F.npx.reshape(X, (2, 4)), (2, 4)) * 1


@pytest.mark.parametrize('kind', ['symbol', 'onnx'])
def test_a_file_that_serves_the_batch_of_its_trace_alone_is_refused(kind, tmp_path):
    if kind == 'onnx':
        pytest.importorskip('onnxruntime', reason='needs onnxruntime')
    network = Network('for_two', None, ForTwo, lambda batch_size=2: (
        np.random.normal(size=(batch_size, 4)),), .1, 2)
    with pytest.raises(ValueError):
        export_network(network, kind, tmp_path)
    assert list(tmp_path.iterdir()) == []
