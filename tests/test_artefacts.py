"""The commands show and export."""
import numpy as onp
import pytest
from mxnet import init, np

import d2lmx as d2l
from d2lmx import artefacts, networks


def left_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_show_prints_layers_and_their_total(capsys):
    assert artefacts.show_network('lenet', None) == 0
    # 6*26 + 16*151 + 120*401 + 84*121 + 10*85, by hand
    assert capsys.readouterr().out.splitlines()[-1].split()[-1] == '61,706'


@pytest.mark.parametrize('token,reason', [
    ('lenat', 'did you mean lenet'), ('2.1', 'has no network')])
def test_what_has_no_network_is_wrong_usage(token, reason, capsys):
    assert artefacts.show_network(token, None) == 2
    assert reason in capsys.readouterr().err


@pytest.mark.parametrize('kind', ['symbol', 'onnx'])
def test_exported_files_give_the_numbers_of_the_weights_named(kind, tmp_path, capsys):
    onnxruntime = (pytest.importorskip('onnxruntime', reason='needs d2lmx[onnx]')
                   if kind == 'onnx' else None)
    network = networks.find_network('lenet')
    net, (X,) = network.build_net(), network.example_inputs(5)
    net.initialize(init.Xavier())
    expected = net(X).asnumpy()
    net.save_parameters(str(tmp_path / 'lenet.params'))
    out = tmp_path / 'out'
    assert artefacts.export_network('6.6', kind, out, tmp_path / 'lenet.params') == 0
    if kind == 'onnx':
        assert left_in(out) == ['lenet.onnx']
        session = onnxruntime.InferenceSession(str(out / 'lenet.onnx'))
        Y, = session.run(None, {'data': X.asnumpy()})
    else:
        assert left_in(out) == ['lenet-0000.params', 'lenet-symbol.json']
        Y = d2l.load_exported(out / 'lenet-symbol.json',
                              out / 'lenet-0000.params')(X).asnumpy()
    onp.testing.assert_allclose(Y, expected, rtol=1e-5, atol=1e-6)


def test_weights_of_another_network_are_one_line_and_leave_nothing(tmp_path, capsys):
    d2l.set_seed(0)
    mlp = networks.find_network('mlp_concise').build_net()
    mlp.initialize()
    mlp(networks.find_network('mlp_concise').example_inputs(1)[0])
    mlp.save_parameters(str(tmp_path / 'mlp.params'))
    out = tmp_path / 'out'
    params = tmp_path / 'mlp.params'
    assert artefacts.export_network('lenet', 'symbol', out, params) == 1
    error = capsys.readouterr().err
    assert error.count('\n') == 1 and "has no parameter '2.weight'" in error
    assert not out.exists()


def test_an_unequal_artefact_is_refused(tmp_path, monkeypatch, capsys):
    from d2lmx.export import symbol

    monkeypatch.setattr(symbol, 'load_exported',
                        lambda *files, num_inputs: lambda X: d2l.zeros((len(X), 10)))
    assert artefacts.export_network('lenet', 'symbol', tmp_path / 'out', None) == 1
    assert 'differs' in capsys.readouterr().err
    assert left_in(tmp_path / 'out') == []


@pytest.mark.parametrize('kind', ['symbol', 'onnx'])
def test_input_shape_is_that_of_the_files_own_examples(kind, tmp_path, capsys):
    if kind == 'onnx':
        pytest.importorskip('onnxruntime', reason='needs d2lmx[onnx]')
    assert artefacts.export_network('lenet', kind, tmp_path, None, (1, 32, 40)) == 0
    X = onp.ones((4, 1, 32, 40), 'float32')
    if kind == 'onnx':
        Y = d2l.load_onnx(tmp_path / 'lenet.onnx')(X)
    else:
        Y = d2l.load_exported(tmp_path / 'lenet-symbol.json',
                              tmp_path / 'lenet-0000.params')(np.array(X))
    assert Y.shape == (4, 10)


@pytest.mark.parametrize('token,shape,reason', [
    ('alexnet', (1, 20, 20), r'alexnet (7.1) takes no input of shape 1x20x20'),
    ('lenet', (28, 28), 'examples of 3 axes, such as 1x28x28, got 28x28')])
def test_input_shape_that_does_not_fit_is_wrong_usage(token, shape, reason, tmp_path,
                                                      capsys):
    out = tmp_path / 'out'
    assert artefacts.export_network(token, 'symbol', out, None, shape) == 2
    error = capsys.readouterr().err
    assert reason in error and error.count('\n') == 1
    assert not out.exists()
