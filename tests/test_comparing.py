"""The commands compare and convert: tables, JSON, exit statuses, wrong usage."""
import json
from types import SimpleNamespace

import numpy as onp
import pytest

from d2lmx import comparing, sections
from d2lmx.parity.torch_side import find_twin

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
def options(tmp_path):
    return SimpleNamespace(batch_size=2, rounds=0, lr=None, seed=0,
                           out=tmp_path / 'out')


def record_of(options, name):
    file = options.out / f'compare_{name}.json'
    return json.loads(file.read_text(encoding='utf-8'))


def test_equal_networks_give_status_0_a_table_and_json(torch, options, capsys):
    assert comparing.compare('6.6', None, options) == 0
    table = capsys.readouterr().out
    for words in ('lenet (6.6)', 'gradients of the parameters', 'allowed',
                  'loss: Gluon sums'):
        assert words in table
    assert 'EXCEEDED' not in table
    record = record_of(options, 'lenet')
    assert record['passed'] and record['lr'] == 0.9 and record['steps'] == 10
    assert len(record['parameters']) == 10
    assert record['parameters']['2.weight']['port'] == '3.weight'
    assert record['parameters']['2.weight']['gradient']['relative'] < 1e-4
    assert record['versions']['mxnet'] == '1.9.1' and record['torch']


def test_wrong_port_gives_status_1_and_the_layer(ports, options, capsys):
    assert comparing.compare('lenet', f'{ports}:right', options) == 0
    assert comparing.compare('lenet', f'{ports}:wrong', options) == 1
    table = capsys.readouterr().out
    assert 'EXCEEDED at output 0' in table
    assert ('first part at the output of Activation 4.act (Gluon) and ReLU 8 (port)'
            in table)
    record = record_of(options, 'lenet')
    assert not record['passed'] and record['parting']['ours'] == 'Activation 4.act'


def test_port_that_lacks_a_layer_gives_status_1_and_its_name(ports, options, capsys):
    assert comparing.compare('lenet', f'{ports}:short', options) == 1
    assert 'Dense 6 [weight (10, 84)' in capsys.readouterr().err


@pytest.mark.parametrize('spec,reason', [
    ('ports.py', 'expected file.py:factory'), ('ports.txt:net', 'expected file.py'),
    ('none.py:net', 'there is no file'), ('ports.py:absent', "no function 'absent'"),
    ('ports.py:number', 'must return a torch.nn.Module, got int'),
    ('ports.py:failing', 'fails with NameError'),
    ('broken.py:net', 'cannot be imported: SyntaxError')])
def test_unusable_port_is_one_line_and_status_2(ports, options, capsys, spec, reason):
    assert comparing.compare('lenet', str(ports.parent / spec), options) == 2
    complaint = capsys.readouterr().err
    assert reason in complaint and complaint.count('\n') == 1
    assert not options.out.exists()


@pytest.mark.parametrize('token,reason', [
    ('lenat', 'did you mean lenet'), ('ndarray', 'has no network')])
def test_wrong_section_is_one_line_and_status_2(torch, options, capsys, token, reason):
    assert comparing.compare(token, None, options) == 2
    assert comparing.convert(token, 'a.pt', 'b.params') == 2
    assert capsys.readouterr().err.count(reason) == 2


def test_without_torch_one_line_says_how_to_install_it(monkeypatch, options, capsys):
    monkeypatch.setattr(comparing, 'has_torch', lambda: False)
    assert comparing.compare('lenet', None, options) == 1
    assert comparing.compare_all(options) == 1
    assert comparing.convert('lenet', 'a.pt', 'b.params') == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3 and all('pip install' in line for line in lines)


def test_all_has_a_row_a_twin_and_names_the_networks_without(
        torch, options, capsys, monkeypatch):
    chosen = [sections.find(name) for name in ('lenet', 'custom_layer', 'ndarray')]
    monkeypatch.setattr(comparing.sections, 'sections', lambda: chosen)
    monkeypatch.setattr(comparing, 'find_twin', lambda name: (
        None if name == 'custom_layer' else find_twin(name)))
    assert comparing.compare_all(options) == 0
    table = capsys.readouterr().out
    assert sum(line.startswith('lenet (6.6)') for line in table.splitlines()) == 1
    assert 'networks without a PyTorch twin: custom_layer (5.4)\n' in table
    assert record_of(options, 'lenet')['passed']


def test_every_twin_belongs_to_a_network(torch):
    folder = comparing.Path(comparing.__file__).parent / 'parity' / 'twins'
    names = {path.stem for path in folder.glob('[!_]*.py')}
    for name in names:
        assert comparing.find_network(name, with_zoo=True).name == name


def test_both_sides_are_timed(torch, options):
    options.rounds = 1
    assert comparing.compare('use_gpu', None, options) == 0
    timing = record_of(options, 'use_gpu')['timing']
    for what in ('training step', 'prediction'):
        row = timing[what]
        assert row['gluon'] > 0
        assert row['ratio'] == pytest.approx(row['torch'] / row['gluon'])
    assert timing['threads'] >= 1 and timing['batch_size'] == 256


def test_convert_there_and_back(torch, tmp_path, capsys):
    source, params, back = (tmp_path / name for name in ('a.pt', 'a.params', 'b.pt'))
    state = find_twin('lenet')().state_dict()
    torch.save(state, source)
    assert comparing.convert('lenet', source, params) == 0
    assert '10 arrays of lenet (6.6)' in capsys.readouterr().out
    assert comparing.convert('lenet', params, back) == 0
    for name, tensor in torch.load(back, weights_only=True).items():
        assert torch.equal(tensor, state[name])


def test_convert_uses_the_names_of_a_readers_own_port(torch, tmp_path):
    (tmp_path / 'own.py').write_text(
        'from torch import nn\n\ndef net():\n    port = nn.Module()\n'
        '    port.only = nn.Linear(3, 1)\n    return port\n')
    torch.save({'only.weight': torch.ones(1, 3), 'only.bias': torch.ones(1)},
               tmp_path / 'a.pt')
    assert comparing.convert('use_gpu', tmp_path / 'a.pt', tmp_path / 'a.params',
                             f'{tmp_path / "own.py"}:net') == 0


@pytest.mark.data
def test_convert_brings_pretrained_weights_to_gluon(torch, real_data, tmp_path):
    source = real_data / 'weights' / 'squeezenet1.1-imagenet.npz'
    params, back = tmp_path / 'a.params', tmp_path / 'b.pt'
    assert comparing.convert('squeezenet1_1', source, params) == 0
    assert comparing.convert('squeezenet1_1', params, back) == 0
    with onp.load(source) as weights:
        ours = [weights[name] for name in weights.files]
    theirs = list(torch.load(back, weights_only=True).values())
    assert len(ours) == len(theirs) == 52
    assert all(onp.array_equal(a, b.numpy()) for a, b in zip(ours, theirs))


@pytest.mark.parametrize('source,target', [
    ('a.pt', 'b.npz'), ('a.params', 'b.params'), ('a.h5', 'b.params')])
def test_convert_between_wrong_kinds_is_status_2(capsys, source, target):
    assert comparing.convert('lenet', source, target) == 2
    assert 'must end in .params' in capsys.readouterr().err


def test_convert_of_what_does_not_fit_is_status_1(torch, tmp_path, capsys):
    torch.save({'0.weight': torch.ones(2)}, tmp_path / 'a.pt')
    assert comparing.convert('lenet', tmp_path / 'a.pt', tmp_path / 'a.params') == 1
    assert "'0.weight' has shape (2,)" in capsys.readouterr().err
    assert comparing.convert('lenet', tmp_path / 'none.pt', tmp_path / 'a.params') == 1
    assert 'no weights file' in capsys.readouterr().err
