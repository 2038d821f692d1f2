"""MNIST's files, which have the names of Fashion-MNIST's."""
import gzip
import struct

import numpy as onp
import pytest

import d2lmx as d2l
from d2lmx.files import hub


def write_idx(path, array):
    path.parent.mkdir(exist_ok=True)
    head = bytes((0, 0, 8, array.ndim)) + struct.pack(f'>{array.ndim}I', *array.shape)
    path.write_bytes(gzip.compress(head + array.tobytes()))


@pytest.fixture
def root(empty_hub, tmp_path, monkeypatch):
    """A root with two training pictures of digits, and one garment beside them."""
    monkeypatch.setenv('D2LMX_DATA', str(tmp_path))
    for folder, labels in ((tmp_path / 'mnist', [7, 4]), (tmp_path, [9])):
        images = onp.full((len(labels), 28, 28), labels[0], 'u1')
        write_idx(folder / 'train-images-idx3-ubyte.gz', images)
        write_idx(folder / 'train-labels-idx1-ubyte.gz', onp.array(labels, 'u1'))
    return tmp_path


def test_digits_are_read_from_their_folder_and_garments_are_not_taken_for_them(root):
    images, labels = d2l.read_mnist()
    assert images.shape == (2, 28, 28) and set(images.ravel()) == {7}
    assert labels.tolist() == [7, 4] and labels.dtype == 'int32'
    assert {file['data'] for file in hub.used()} == {'local'}
    assert d2l.read_fashion_mnist()[1].tolist() == [9]
    for file in (root / 'mnist').iterdir():
        file.unlink()
    assert hub.locate('mnist_train_images') is None


def test_a_wrong_label_names_the_data_set(root):
    write_idx(root / 'mnist' / 'train-labels-idx1-ubyte.gz', onp.array([1, 10], 'u1'))
    with pytest.raises(ValueError, match='the label 10, .* it is no MNIST file'):
        d2l.read_mnist()


def test_the_files_are_those_of_gluons_own_class(monkeypatch):
    from mxnet.gluon.data import vision
    monkeypatch.setattr(vision.MNIST, '_get_data', lambda self: None)
    gluon = vision.MNIST()
    for part, files in (('train', (gluon._train_data, gluon._train_label)),
                        ('test', (gluon._test_data, gluon._test_label))):
        for kind, (name, sha1) in zip(('images', 'labels'), files):
            url, ours = hub.DATA_HUB[f'mnist_{part}_{kind}']
            assert (url.rsplit('/', 1)[-1], ours) == (name, sha1)
            assert url.endswith(f'/gluon/dataset/mnist/{name}')
