"""Weights files: what was written is read, and nothing that could run code."""
import os
import sys

import numpy as onp
import pytest

from d2lmx.parity.files import read_weights, write_weights

torch = pytest.importorskip('torch', reason='needs torch: scripts/test --torch')
WEIGHTS = {'0.weight': onp.arange(6, dtype='float32').reshape(2, 3) / 7,
           '1.num_batches_tracked': onp.array(3)}


@pytest.mark.parametrize('suffix', ['.pt', '.pth', '.npz', '.safetensors'])
def test_what_was_written_is_read_bit_by_bit(tmp_path, suffix):
    if suffix == '.safetensors':
        pytest.importorskip('safetensors', reason='needs safetensors')
    file = tmp_path / f'weights{suffix}'
    write_weights(WEIGHTS, file)
    read = read_weights(file)
    assert read.keys() == WEIGHTS.keys()
    for name, value in WEIGHTS.items():
        onp.testing.assert_array_equal(read[name], value)
    assert os.listdir(tmp_path) == [file.name]


def test_half_precision_is_read_as_float32(tmp_path):
    torch.save({'a': torch.tensor([1.5], dtype=torch.bfloat16)}, tmp_path / 'a.pt')
    value = read_weights(tmp_path / 'a.pt')['a']
    assert value.dtype == onp.float32 and value.tolist() == [1.5]


class Malicious:
    """Its pickle makes a file when it is read."""

    def __init__(self, file):
        self.file = file

    def __reduce__(self):
        return os.mkdir, (str(self.file),)


def test_pickle_that_runs_code_is_refused_and_not_run(tmp_path):
    trap = tmp_path / 'trap'
    torch.save({'0.weight': Malicious(trap)}, tmp_path / 'a.pt')
    with pytest.raises(ValueError, match='refused: it holds more than tensors'):
        read_weights(tmp_path / 'a.pt')
    onp.savez(tmp_path / 'a.npz', a=onp.array([Malicious(trap)], dtype=object))
    with pytest.raises(ValueError, match='no .npz file of plain arrays'):
        read_weights(tmp_path / 'a.npz')
    assert not trap.exists()


@pytest.mark.parametrize('content,message', [
    (lambda: torch.nn.Linear(2, 3), 'refused'), (lambda: [1, 2], 'got list'),
    (lambda: {'a': 'text'}, "'a' is str"), (lambda: {3: torch.ones(1)}, 'names')],
    ids=['module', 'list', 'text', 'number as name'])
def test_pt_file_that_is_no_state_dict_is_refused(tmp_path, content, message):
    torch.save(content(), tmp_path / 'a.pt')
    with pytest.raises(ValueError, match=message):
        read_weights(tmp_path / 'a.pt')


@pytest.mark.parametrize('suffix', ['.pt', '.npz'])
def test_damaged_file_is_told(tmp_path, suffix):
    file = tmp_path / f'weights{suffix}'
    write_weights(WEIGHTS, file)
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(ValueError, match='damaged'):
        read_weights(file)


def test_missing_file_and_unknown_format_are_told(tmp_path):
    with pytest.raises(FileNotFoundError, match='no weights file'):
        read_weights(tmp_path / 'a.pt')
    (tmp_path / 'a.h5').touch()
    with pytest.raises(ValueError, match='must end in one of .pt, .pth'):
        read_weights(tmp_path / 'a.h5')
    with pytest.raises(ValueError, match='must end in one of .pt, .pth'):
        write_weights(WEIGHTS, tmp_path / 'b.h5')


def test_missing_safetensors_package_is_told(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, 'safetensors', None)
    monkeypatch.setattr('importlib.util.find_spec', lambda name: None)
    (tmp_path / 'a.safetensors').touch()
    for call in (lambda: read_weights(tmp_path / 'a.safetensors'),
                 lambda: write_weights(WEIGHTS, tmp_path / 'b.safetensors')):
        with pytest.raises(ImportError, match='pip install safetensors'):
            call()
