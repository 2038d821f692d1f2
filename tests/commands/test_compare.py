"""``d2lmx compare``: tables, JSON, exit statuses, wrong usage."""
import json

import pytest

from d2lmx.bench import comparison
from d2lmx.commands import compare
from d2lmx.pages import networks
from d2lmx.pages.networks import find_network
from d2lmx.parity import torch_side

PORTS = '''
import torch
from torch import nn

from layers import activation

def net(hidden_activation):
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.Sigmoid(), nn.AvgPool2d(2),
        nn.Conv2d(6, 16, 5), nn.Sigmoid(), nn.AvgPool2d(2), nn.Flatten(),
        nn.Linear(400, 120), hidden_activation(), nn.Linear(120, 84), nn.Sigmoid(),
        nn.Linear(84, 10))

def right():
    return net(activation)

def wrong():
    return net(nn.ReLU)

def short():
    return right()[:-1]

def number():
    return 3

def failing():
    return missing_name
'''


@pytest.fixture
def ports(tmp_path, torch):
    """A reader's file of ports, which imports another file beside it."""
    (tmp_path / 'layers.py').write_text('from torch.nn import Sigmoid as activation\n')
    (tmp_path / 'ports.py').write_text(PORTS)
    (tmp_path / 'broken.py').write_text('def net(:\n')
    return tmp_path / 'ports.py'


@pytest.fixture
def compared(call, tmp_path, capsys):
    """``compared(*words)``: exit status, output and errors of an untimed comparison."""
    def compared(*words):
        capsys.readouterr()
        status = call('compare', *words, '--batch-size', 2, '--rounds', 0,
                      '--out', tmp_path / 'out')
        return (status, *capsys.readouterr())

    return compared


@pytest.fixture
def record_of(tmp_path):
    """``record_of(label)``: what was written of a network."""
    return lambda label: json.loads(
        (tmp_path / 'out' / f'compare_{label}.json').read_text(encoding='utf-8'))


def test_equal_networks_give_status_0_a_table_and_json(torch, compared, record_of,
                                                       tmp_path):
    status, output, _ = compared('6.6')
    assert status == 0
    for words in ('lenet (6.6)', 'gradients of the parameters', 'allowed',
                  'loss: Gluon sums',
                  f'numbers: {tmp_path}/out/compare_06.06_lenet.json\n'):
        assert words in output
    assert 'EXCEEDED' not in output
    record = record_of('06.06_lenet')
    assert record['passed'] and record['lr'] == 0.9 and record['batch_size'] == 2


def test_wrong_port_gives_status_1_and_the_layer(ports, compared, record_of):
    assert compared('lenet', '--torch', f'{ports}:right')[0] == 0
    status, output, _ = compared('lenet', '--torch', f'{ports}:wrong')
    assert status == 1 and 'EXCEEDED at output 0' in output
    assert ('first part at the output of Activation 4.act (Gluon) and ReLU 8 (port)'
            in output)
    record = record_of('06.06_lenet')
    assert not record['passed'] and record['parting']['ours'] == 'Activation 4.act'


@pytest.mark.slow
def test_lazy_port_is_compared_and_timed(tmp_path, ports, call, capsys):
    (tmp_path / 'lazy.py').write_text(
        'from torch import nn\n\ndef net():\n    return nn.LazyLinear(1)\n')
    assert call('compare', 'use_gpu', '--torch', f'{tmp_path / "lazy.py"}:net',
                '--rounds', 1, '--out', tmp_path / 'out') == 0
    output = capsys.readouterr().out
    assert 'the two networks agree\n' in output and 'times as fast' in output


def test_training_that_diverges_gives_status_1_and_the_reason(torch, compared):
    status, output, _ = compared('use_gpu', '--lr', '1e30')
    assert status == 1 and 'FAILED: after 10 steps at lr 1e+30 the Gluon' in output


def test_a_variant_whose_structure_is_not_the_twins_has_none(torch, complaint):
    assert ('gru (9.1), scratch has no PyTorch twin, gru (9.1), concise has: name your '
            'own port' in complaint(2, 'compare', 'gru:scratch', '--rounds', 0))


def test_port_that_lacks_a_layer_gives_status_1_and_its_name(ports, compared):
    status, _, errors = compared('lenet', '--torch', f'{ports}:short')
    assert status == 1 and 'Dense 6 [weight (10, 84)' in errors


@pytest.mark.parametrize('spec,reason', [
    ('', 'expected some text'), ('ports.py', 'expected file.py:factory'),
    ('ports.txt:net', 'expected file.py'),
    ('none.py:net', 'there is no file'), ('ports.py:absent', "no function 'absent'"),
    ('ports.py:number', 'must return a torch.nn.Module, got int'),
    ('ports.py:failing', 'fails with NameError'),
    ('broken.py:net', 'cannot be imported: SyntaxError')])
def test_unusable_port_is_one_line_and_status_2(ports, compared, tmp_path, spec,
                                                reason):
    status, output, errors = compared('lenet', '--torch',
                                      spec and ports.parent / spec)
    assert (status, output) == (2, '')
    assert reason in errors and errors.count('\n') == 1
    assert not (tmp_path / 'out').exists()


@pytest.mark.parametrize('words,reason', [
    (['lenat'], 'did you mean lenet'), (['ndarray'], 'has no network'),
    (['--all', '--torch', 'ports.py:net'], '--torch needs a section, not --all')])
def test_wrong_usage_is_one_line_and_status_2(torch, words, reason, complaint):
    assert reason in complaint(2, 'compare', *words)


@pytest.mark.parametrize('words', [['compare', 'lenet'], ['compare', '--all'],
                                   ['convert', 'lenet', 'a.pt', 'b.params'],
                                   ['bench', '--all']], ids=' '.join)
def test_without_torch_one_line_says_how_to_install_it(words, monkeypatch, complaint):
    monkeypatch.setattr(torch_side, 'has_torch', lambda: False)
    assert 'pip install' in complaint(1, *words)


@pytest.fixture
def few(monkeypatch):
    """Of all networks there are these."""
    def put(*names):
        chosen = [find_network(name) for name in names]
        monkeypatch.setattr(networks, 'networks', lambda: chosen)
    return put


def test_all_has_a_row_a_twin_and_names_the_networks_without(
        torch, compared, record_of, few, monkeypatch):
    few('lenet', 'custom_layer')
    find_twin = torch_side.find_twin
    monkeypatch.setattr(torch_side, 'find_twin', lambda address: (
        None if address == 'ch05.s04_custom_layer' else find_twin(address)))
    status, output, _ = compared('--all')
    assert status == 0
    head, row = output.splitlines()[1:3]
    assert head.split()[0] == 'outputs' and row.startswith('lenet (6.6)')
    assert sum('lenet (6.6)' in line for line in output.splitlines()) == 1
    assert 'networks without a PyTorch twin: custom_layer (5.4)\n' in output
    assert record_of('06.06_lenet')['passed']


@pytest.mark.parametrize('port, words', [
    ('short', 'lenet (6.6): FAILED: '), ('wrong', 'first part at the output of')])
def test_all_goes_on_after_a_network_that_fails_and_is_status_1(
        torch, compared, record_of, few, ports, monkeypatch, port, words):
    few('lenet', 'use_gpu')
    port_of = comparison.port_of
    monkeypatch.setattr(comparison, 'port_of', lambda network, given=None: port_of(
        network, f'{ports}:{port}' if network.name == 'lenet' else None))
    status, output, _ = compared('--all')
    assert status == 1 and words in output
    assert record_of('05.06_use_gpu')['passed']


def test_an_infinite_difference_has_its_place_in_the_table_of_all():
    row = compare.row_of({
        'title': 'lenet (6.6)', 'timing': None, 'checks': {'predictions': {
            'relative': 'inf', 'at': 'output 0', 'passed': False}},
        'settings': [{'what': 'dropout', 'passed': False}]})
    assert row['outputs'] == 'inf'
    assert row['exceeded'] == 'predictions (at output 0), dropout'


def test_seconds_of_both_sides_are_told_in_milliseconds():
    row = {'gluon': 0.002, 'torch': 0.003, 'ratio': 1.5}
    lines = compare.timing_lines({'rounds': 5, 'batch_size': 256, 'threads': 1,
                                  'training step': row, 'prediction': row})
    assert lines[1:] == [f'  {what:14} Gluon, static 2, PyTorch, eager 3: Gluon is '
                         '1.50 times as fast' for what in ('training step',
                                                           'prediction')]
