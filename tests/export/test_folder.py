import json

import numpy as onp
import pytest
from mxnet import init, np, npx
from mxnet.gluon import nn

import d2lmx as d2l
from d2lmx.context import running
from d2lmx.errors import InputError, MissingFile
from d2lmx.export import folder
from d2lmx.files.archives import BadData

X = onp.arange(6, dtype='float32').reshape(2, 3)


@pytest.fixture
def net():
    net = nn.Dense(4)
    net.initialize(init.Xavier())
    net(np.array(X))
    return net


@pytest.mark.parametrize('kind', ['symbol', 'onnx'])
def test_a_saved_model_gives_the_networks_numbers_and_what_was_said(
        net, tmp_path, kind):
    if kind == 'onnx':
        pytest.importorskip('onnxruntime')
    place = d2l.save_model(tmp_path / 'model', net, np.array(X), {'classes': ['猫']},
                            kind)
    model = d2l.load_model(place, 'classes')
    assert model.about == {'classes': ['猫']}
    expected = X @ net.weight.data().asnumpy().T
    for given in (X, np.array(X), X[:1]):  # NumPy's, MXNet's, another batch
        onp.testing.assert_allclose(model(given).asnumpy(), expected[:len(given)],
                                    rtol=1e-5, atol=1e-6)


def test_inputs_may_be_elsewhere_than_the_network(net, tmp_path):
    # as a loader's on the CPU beside a network on GPUs
    net.collect_params().reset_ctx([npx.cpu(1), npx.cpu(2)])
    d2l.save_model(tmp_path / 'model', net, np.array(X), {}, other_inputs=[
        np.array(X[:1])])
    onp.testing.assert_allclose(
        d2l.load_model(tmp_path / 'model')(np.array(X)).asnumpy(),
        net(np.array(X, ctx=npx.cpu(2))).asnumpy(), rtol=1e-6)


def test_a_model_takes_the_place_of_an_older_one_whole(net, tmp_path):
    place = tmp_path / 'model'
    d2l.save_model(place, net, np.array(X), {'first': 1})
    (place / 'network.onnx').write_bytes(b'')
    d2l.save_model(place, net, np.array(X), {'second': 2})
    assert d2l.load_model(place).about == {'second': 2}
    with pytest.raises(InputError):
        d2l.save_model(place, net, np.ones((2, 5)), {})  # three numbers are wanted
    assert d2l.load_model(place).about == {'second': 2}
    assert [path.name for path in tmp_path.iterdir()] == ['model']


@pytest.mark.parametrize('kind, warned', [('toy', True), ('local', False)])
def test_a_model_of_toy_data_says_so_each_time(net, tmp_path, caplog, monkeypatch,
                                               kind, warned):
    monkeypatch.setattr(folder.LOG, 'propagate', True)  # as before any command
    with running(files={'some': {'data': kind}}):
        d2l.save_model(tmp_path / 'model', net, np.array(X), {})
    d2l.load_model(tmp_path / 'model')
    assert ('TOY DATA' in caplog.text) is warned


@pytest.mark.parametrize('content, words', [
    ('{', 'model.json'), ('[]', 'says nothing'), ('{"about": 1}', 'says nothing'),
    ('{"about": {}, "inputs": "2"}', 'inputs is no number'),
    ('{"about": {}, "inputs": 0}', 'inputs is no number'),
    ('{"about": {}, "inputs": 1}', "it has no 'classes'")])
def test_what_is_wrong_with_a_model_is_told(net, tmp_path, content, words):
    place = d2l.save_model(tmp_path / 'model', net, np.array(X), {})
    (place / 'model.json').write_text(content)
    with pytest.raises(BadData, match=words):
        d2l.load_model(place, 'classes')


def test_a_missing_model_and_a_wrong_input_are_told(net, tmp_path):
    with pytest.raises(MissingFile, match='d2lmx run'):
        d2l.load_model(tmp_path)
    model = d2l.load_model(d2l.save_model(tmp_path / 'model', net, np.array(X), {}))
    with pytest.raises(InputError, match='does not run'):
        model(onp.ones((2, 7), 'float32'))


def test_a_model_says_how_many_inputs_it_takes(net, tmp_path):
    place = d2l.save_model(tmp_path / 'model', net, np.array(X), {})
    assert json.loads((place / 'model.json').read_text())['inputs'] == 1


def test_a_model_of_another_section_is_refused_by_name(net, tmp_path):
    place = tmp_path / 'model'
    with running(section='13.02_fine_tuning'):
        d2l.save_model(place, net, np.array(X), {})
        d2l.load_model(place)
    d2l.load_model(place)  # outside of any section
    with running(section='13.07_ssd'), pytest.raises(
            BadData, match='it is of 13.02_fine_tuning, not of 13.07_ssd'):
        d2l.load_model(place)


@pytest.mark.parametrize('kind, good, bad, words', [
    (str, ['', 'cat'], [1, ['cat']], 'a text'),
    (float, [0, -1.5, 2], ['1', True, float('nan'), float('inf'), -10 ** 400],
     'a number'),
    (int, [0, 2 ** 31 - 1], [-1, 2 ** 31, 1.0, True, '1'],
     'a whole number from 0 to 2147483647'),
    (range(1, 5), [1, 4], [0, 5, 1.5, '1'], 'a whole number from 1 to 4'),
    ([str], [[], ['a', 'b']], ['ab', [1], ['a', None], {'a': 'b'}],
     'a list, of which each is a text'),
    ([[int]], [[[]], [[1, 2], [3]]], [[1], [[-1]]],
     'a list, of which each is a list, of which each is a whole number from 0'),
    ((float,) * 3, [[1, 2.5, 3]], [[1, 2], [1, 2, 3, 4], 3, [1, 2, 'x']],
     'a list of 3, of which each is a number')])
def test_a_model_must_hold_what_is_asked_for(net, tmp_path, kind, good, bad, words):
    for value in good:
        place = d2l.save_model(tmp_path / 'model', net, np.array(X), {'key': value})
        assert d2l.load_model(place, key=kind).about == {'key': value}
    content = json.loads((place / 'model.json').read_text())
    for value in bad:
        (place / 'model.json').write_text(json.dumps({**content, 'about': {
            'key': value}}))
        with pytest.raises(BadData, match=f"model.json.*'key' is not {words}"):
            d2l.load_model(place, key=kind)
    with pytest.raises(BadData, match="it has no 'other'"):
        d2l.load_model(place, other=kind)
