"""``d2lmx convert``: weights there and back, and what does not fit."""
import numpy as onp
import pytest

from d2lmx.pages.networks import find_network
from d2lmx.parity.torch_side import find_twin


def test_convert_there_and_back(torch, call, tmp_path, capsys):
    source, params, back = (tmp_path / name for name in ('a.pt', 'a.params', 'b.pt'))
    state = find_twin(find_network('lenet').twin)().state_dict()
    torch.save(state, source)
    assert call('convert', 'lenet', source, params) == 0
    told = f'10 arrays of lenet (6.6): {source} -> {params}\n'
    assert capsys.readouterr().out == told
    assert call('convert', 'lenet', params, back) == 0
    for name, tensor in torch.load(back, weights_only=True).items():
        assert torch.equal(tensor, state[name])


def test_convert_uses_the_names_of_a_readers_own_port(torch, call, tmp_path):
    (tmp_path / 'own.py').write_text(
        'from torch import nn\n\ndef net():\n    port = nn.Module()\n'
        '    port.only = nn.Linear(3, 1)\n    return port\n')
    torch.save({'only.weight': torch.ones(1, 3), 'only.bias': torch.ones(1)},
               tmp_path / 'a.pt')
    assert call('convert', 'use_gpu', tmp_path / 'a.pt', tmp_path / 'a.params',
                '--torch', f'{tmp_path / "own.py"}:net') == 0


@pytest.mark.data
def test_convert_brings_pretrained_weights_to_gluon(torch, call, real_data, tmp_path):
    source = real_data / 'weights' / 'squeezenet1.1-imagenet.npz'
    params, back = tmp_path / 'a.params', tmp_path / 'b.pt'
    assert call('convert', 'squeezenet1_1', source, params) == 0
    assert call('convert', 'squeezenet1_1', params, back) == 0
    with onp.load(source) as weights:
        ours = [weights[name] for name in weights.files]
    theirs = list(torch.load(back, weights_only=True).values())
    assert len(ours) == len(theirs) == 52
    assert all(onp.array_equal(a, b.numpy()) for a, b in zip(ours, theirs))


@pytest.mark.parametrize('source,target', [
    ('a.pt', 'b.npz'), ('a.h5', 'b.params')])
def test_convert_between_wrong_kinds_is_status_2(complaint, source, target):
    assert 'must end in .params' in complaint(2, 'convert', 'lenet', source, target)


@pytest.mark.parametrize('token,reason', [
    ('lenat', 'did you mean lenet'), ('ndarray', 'has no network')])
def test_wrong_section_is_one_line_and_status_2(torch, complaint, token, reason):
    assert reason in complaint(2, 'convert', token, 'a.pt', 'b.params')


def test_weights_that_do_not_fit_are_status_2_and_missing_ones_1(torch, tmp_path,
                                                                  complaint):
    torch.save({'0.weight': torch.ones(2)}, tmp_path / 'a.pt')
    words = tmp_path / 'a.pt', tmp_path / 'a.params'
    assert "'0.weight' has shape (2,)" in complaint(2, 'convert', 'lenet', *words)
    words = tmp_path / 'none.pt', tmp_path / 'a.params'
    assert 'no weights file' in complaint(1, 'convert', 'lenet', *words)
    assert not (tmp_path / 'a.params').exists()
