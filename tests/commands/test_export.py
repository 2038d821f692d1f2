"""``d2lmx export``: what it says of the files that it wrote, and of wrong usage."""
import json
import zipfile

import numpy as onp
import pytest
from mxnet import init, np, npx

import d2lmx as d2l
from d2lmx.errors import InputError
from d2lmx.pages.networks import find_network


@pytest.fixture
def weights(tmp_path):
    """Random weights of LeNet, in a file."""
    network = find_network('lenet')
    net = network.build_net()
    net.initialize(init.Xavier())
    net(*network.example_inputs(1))
    net.save_parameters(str(tmp_path / 'lenet.params'))
    return tmp_path / 'lenet.params'


def test_export_names_the_files_that_are_equal_to_the_network(call, tmp_path, capsys):
    out = tmp_path / 'out'
    assert call('export', 'lenet', '--to', 'symbol', '--out', out) == 0
    first, *written = capsys.readouterr().out.splitlines()
    assert first == ('lenet (6.6): equal to the live network on batches of 2, 1 and 3')
    assert sorted(written) == [f'written: {path}' for path in sorted(out.iterdir())]
    assert len(written) == 2


def test_a_network_of_the_model_zoo_is_exported_by_its_name(call, tmp_path):
    assert call('export', 'squeezenet1_1', '--to', 'symbol', '--out', tmp_path) == 0
    assert (tmp_path / 'squeezenet1_1-symbol.json').is_file()


@pytest.mark.parametrize('words,status,reason', [
    (('lenat',), 2, 'did you mean lenet'), (('2.1',), 2, 'has no network'),
    (('lenet', '--input-shape', '28'), 2, 'examples of 3 axes'),
    (('mlp_concise', '--params', 'lenet.params'), 2, "has no parameter '1.weight'"),
    (('lenet', '--params', 'none.params'), 1, 'there is no parameter file')])
def test_what_cannot_be_exported_is_one_line_and_leaves_nothing(
        words, status, reason, weights, tmp_path, complaint, monkeypatch):
    monkeypatch.chdir(tmp_path)
    line = complaint(status, 'export', *words, '--to', 'symbol', '--out', 'out')
    assert reason in line
    assert not (tmp_path / 'out').exists()


def test_int8_is_told_with_accuracy_and_speed(call, weights, tmp_path, capsys,
                                              monkeypatch):
    from d2lmx.bench import quantization

    asked = []

    def quantization_record(network, *more):
        asked.append((network.name, *more))
        return {'name': 'lenet', 'calibrated on': 512, 'tested on': 1000,
                'data': 'toy', 'accuracy': {'float32': 0.8, 'INT8': 0.79},
                'batch size': 256, 'threads': 1, 'rounds': 20,
                'median seconds': {quantization.STATIC: 0.04, 'INT8': 0.01},
                'files written': ['a', 'b']}

    monkeypatch.setattr(quantization, 'quantization_record', quantization_record)
    assert call('export', '6.6', '--to', 'int8', '--out', tmp_path, '--params', weights,
                '--input-shape', '1x28x28', '--data', 'toy') == 0
    assert asked == [('lenet', tmp_path, weights, (1, 28, 28), 'toy')]
    output = capsys.readouterr().out
    for words in ('data: toy', 'accuracy on 1,000 test examples: float32 0.8000, INT8 '
                  '0.7900', 'INT8                        10.00 ms    4.00 x',
                  f'numbers: {tmp_path / "06.06_lenet-int8.json"}'):
        assert words in output
    record = json.loads((tmp_path / '06.06_lenet-int8.json').read_text('utf-8'))
    assert record['accuracy'] == {'float32': 0.8, 'INT8': 0.79}


def test_int8_without_trained_weights_says_how_to_have_them(complaint, tmp_path):
    assert 'd2lmx run lenet --checkpoint DIR' in complaint(
        2, 'export', 'lenet', '--to', 'int8', '--out', tmp_path)


@pytest.mark.parametrize('to', ['symbol', 'int8'])
@pytest.mark.parametrize('content,status,reason', [
    (b'no parameters at all, but longer than a header', 1, 'or it is damaged'),
    (None, 1, 'there is no parameter file')])
def test_wrong_weights_have_one_status_whatever_is_exported(
        to, content, status, reason, tmp_path, complaint):
    if content is not None:
        (tmp_path / 'bad.params').write_bytes(content)
    assert reason in complaint(status, 'export', 'lenet', '--to', to, '--out',
                               tmp_path / 'out', '--params', tmp_path / 'bad.params')


def archive(path, name, content, **options):
    with zipfile.ZipFile(path, 'w', **options) as file:
        file.writestr(name, content)


def announcing_terabytes(path):
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }"
    archive(path, 'about.npy', b'\x93NUMPY\x01\0v\0' + header.ljust(117) + b'\n')


def bomb(path):
    archive(path, 'about.npy', bytes(10 ** 7), compression=zipfile.ZIP_DEFLATED)


@pytest.mark.parametrize('write', [announcing_terabytes, bomb,
                                   lambda path: onp.save(open(path, 'wb'), [1.])])
def test_a_checkpoint_that_would_fill_the_memory_is_one_line(write, tmp_path,
                                                             complaint):
    write(tmp_path / 'fit-001.npz')
    assert 'fit-001.npz cannot be read' in complaint(
        1, 'export', 'lenet', '--to', 'symbol', '--out', tmp_path / 'out', '--params',
        tmp_path)


@pytest.mark.parametrize('token', ['7.5:concise', '7.5:scratch'])
def test_int8_is_of_the_variant_that_was_asked_for(token, call, tmp_path, monkeypatch):
    from d2lmx.bench import quantization

    asked = []

    def quantization_record(network, *more):
        asked.extend([network.variant, find_network(network.address).variant])
        raise InputError('enough')

    monkeypatch.setattr(quantization, 'quantization_record', quantization_record)
    assert call('export', token, '--to', 'int8', '--out', tmp_path) == 2
    assert asked == [token.partition(':')[2]] * 2


@pytest.mark.parametrize('number', ['8.5', '8.6', '9.1', '9.3'])
def test_a_language_model_in_onnx_writes_on_token_by_token(number, call, tmp_path):
    pytest.importorskip('onnxruntime', reason='onnxruntime is not installed')
    network = find_network(number)
    net = network.build_net()
    net.initialize(init.Xavier())
    # 1 is none of the lengths that the export tries
    tokens, *states = network.example_inputs(2, num_steps=1)
    net(tokens, *states)
    net.save_parameters(str(tmp_path / 'net.params'))
    assert call('export', number, '--to', 'onnx', '--out', tmp_path, '--params',
                tmp_path / 'net.params') == 0
    predict = d2l.load_onnx(tmp_path / f'{network.label}.onnx')
    theirs = [X.asnumpy() for X in (tokens, *states)]
    for _ in range(3):
        Y, *states = d2l.flatten(net(tokens, *states))
        found, *theirs = predict(*theirs)
        onp.testing.assert_allclose(found, Y.asnumpy(), rtol=1e-4, atol=1e-5)
        theirs.insert(0, found.argmax(axis=1).reshape(2, 1).astype('int32'))
        tokens = np.array(theirs[0], dtype='int32')


def test_a_model_from_scratch_is_exported_from_its_checkpoint(call, tmp_path):
    assert call('run', '8.5', '--smoke', '--num-hiddens', '512', '--data', 'toy',
                '--out', tmp_path / 'run', '--checkpoint', tmp_path / 'saved') == 0
    assert call('export', '8.5', '--to', 'symbol', '--out', tmp_path, '--params',
                tmp_path / 'saved') == 0
    network = find_network('8.5')
    file, = tmp_path.glob('*-0000.params')
    exported = npx.load(str(file))
    with onp.load(sorted((tmp_path / 'saved').glob('fit-*.npz'))[-1]) as saved:
        values = [saved[name] for name in saved.files if name != 'about']
    assert network.section.number == '8.5' and len(exported) == 5
    for value in exported.values():
        assert any(onp.array_equal(value.asnumpy(), other) for other in values)
