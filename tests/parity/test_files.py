"""Weights files: what was written is read, and nothing that could run code."""
import io
import os
import sys
import zipfile

import numpy as onp
import pytest

from d2lmx.files import npz
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


@pytest.mark.parametrize('tensor,kind', [
    (lambda: torch.eye(2).to_sparse(), 'torch.sparse_coo'),
    (lambda: torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8), 'qint8'),
    (lambda: torch.empty(2, device='meta'), 'meta')],
    ids=['sparse', 'quantized', 'meta'])
def test_tensor_that_is_no_plain_array_is_told(tmp_path, tensor, kind):
    torch.save({'a': tensor()}, tmp_path / 'a.pt')
    with pytest.raises(ValueError, match=f"'a' is .*{kind}"):
        read_weights(tmp_path / 'a.pt')


def npy(shape):
    """The header of an array of that shape, and a few of its bytes."""
    content = io.BytesIO()
    onp.lib.format.write_array_header_1_0(content, {
        'descr': '<f4', 'fortran_order': False, 'shape': shape})
    return content.getvalue() + bytes(64)


def encrypted(path):
    with zipfile.ZipFile(path, 'w') as archive:
        archive.writestr('a.npy', npy((16,)))
    data = bytearray(path.read_bytes())
    for signature, place in ((b'PK\x03\x04', 6), (b'PK\x01\x02', 8)):
        data[data.index(signature) + place] |= 1  # the flag of encryption
    path.write_bytes(data)


def terabytes(path):
    with zipfile.ZipFile(path, 'w') as archive:
        archive.writestr('a.npy', npy((2 ** 45,)))


def bare(path):
    with open(path, 'wb') as stream:
        onp.save(stream, onp.ones(3))


@pytest.mark.parametrize('write', [encrypted, terabytes, bare])
def test_npz_file_that_cannot_be_read_is_told(tmp_path, write):
    write(tmp_path / 'a.npz')
    with pytest.raises(ValueError, match='no .npz file of plain arrays'):
        read_weights(tmp_path / 'a.npz')


def test_npz_file_that_unpacks_to_far_more_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(npz, 'MOST_BYTES', 10 ** 5)
    onp.savez_compressed(tmp_path / 'a.npz', a=onp.zeros(10 ** 5, 'float32'))
    with pytest.raises(ValueError, match='times its own size: weights do not'):
        read_weights(tmp_path / 'a.npz')
    onp.savez(tmp_path / 'b.npz', a=onp.zeros(10 ** 5, 'float32'))  # not packed
    assert read_weights(tmp_path / 'b.npz')['a'].size == 10 ** 5


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
