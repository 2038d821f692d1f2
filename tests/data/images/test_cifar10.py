"""CIFAR-10's binary files."""
import tarfile

import numpy as onp
import pytest

import d2lmx as d2l
from d2lmx.files.archives import BadData


def record(label, pixels):
    """A record by the format's own words: label, then all reds, greens and blues."""
    return bytes([label]) + b''.join(pixels[..., c].tobytes() for c in range(3))


@pytest.fixture
def archive(empty_hub, tmp_path, monkeypatch):
    """``archive({name: bytes})`` puts such an archive into the only root."""
    monkeypatch.setenv('D2LMX_DATA', str(tmp_path))

    def write(files):
        for name, content in files.items():
            (tmp_path / 'file').write_bytes(content)
            with tarfile.open(tmp_path / 'cifar-10-binary.tar.gz', 'w:gz') as file:
                file.add(tmp_path / 'file', name)
    return write


@pytest.mark.parametrize('folder', ['', 'cifar-10-batches-bin/'])
def test_records_become_pictures_and_labels(archive, folder):
    pixels = onp.random.RandomState(0).randint(0, 256, (2, 32, 32, 3)).astype('uint8')
    archive({f'{folder}test_batch.bin': record(3, pixels[0]) + record(9, pixels[1])})
    pictures, labels = d2l.read_cifar10(is_train=False)
    assert labels.tolist() == [3, 9] and labels.dtype == 'int32'
    assert (pictures == pixels).all()
    with pytest.raises(BadData, match='holds no file data_batch_'):
        d2l.read_cifar10(is_train=True)


@pytest.mark.parametrize('content, words', [
    (b'', 'has 0 bytes'), (bytes(3072), 'should have 3073 a picture'),
    (bytes([10]) + bytes(3072), 'holds the label 10')])
def test_damaged_files_are_told(archive, content, words):
    archive({'test_batch.bin': content})
    with pytest.raises(BadData, match=words):
        d2l.read_cifar10(is_train=False)


def test_toy_pictures_have_the_real_form():
    pictures, labels = d2l.read_cifar10()
    assert pictures.shape == (2000, 32, 32, 3) and pictures.dtype == 'uint8'
    assert set(labels.tolist()) == set(range(10)) == set(range(len(
        d2l.CIFAR10_CLASSES)))
    assert len(d2l.read_cifar10(is_train=False)[0]) == 500


@pytest.mark.data
def test_the_real_subset_is_read(real_data):
    pictures, labels = d2l.read_cifar10()
    assert pictures.shape == (3000, 32, 32, 3)
    assert d2l.CIFAR10_CLASSES[labels[0]] == 'frog'  # the first of the training set
    assert 100 < pictures.mean() < 140
