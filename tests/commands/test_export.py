"""``d2lmx export``: what it says of the files that it wrote, and of wrong usage."""
import json

import pytest
from mxnet import init

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
