"""The commands show and export."""
import numpy as onp
import pytest
from mxnet import init

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
    assert artefacts.export_network('lenet', 'symbol', out, tmp_path / 'mlp.params') == 1
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
