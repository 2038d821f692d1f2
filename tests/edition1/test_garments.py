"""Fashion-MNIST and CIFAR-10: the reader's files, the hub's, and Gluon's transforms."""
import gzip
import struct

import numpy as onp
import pytest
from mxnet import nd
from mxnet.gluon import data as gdata

from d2lmx.data.images.cifar10 import read_cifar10
from d2lmx.data.images.fashion_mnist import read_fashion_mnist
from d2lmx.edition1 import datasets, garments
from d2lmx.errors import InputError
from d2lmx.files.archives import BadData
from d2lmx.files.hub import used


def write_idx(path, values):
    head = bytes((0, 0, 8, values.ndim)) + struct.pack(f'>{values.ndim}I',
                                                       *values.shape)
    path.write_bytes(gzip.compress(head + values.astype('u1').tobytes()))


@pytest.fixture
def mine(tmp_path):
    """A folder of files of the reader's: 5 pictures, and 3."""
    rng = onp.random.RandomState(3)
    for part, count in (('train', 5), ('t10k', 3)):
        write_idx(tmp_path / f'{part}-images-idx3-ubyte.gz',
                  rng.randint(256, size=(count, 28, 28)))
        write_idx(tmp_path / f'{part}-labels-idx1-ubyte.gz', onp.arange(count))
    return tmp_path


@pytest.mark.slow
def test_batches_are_what_gluons_transforms_make_of_each_picture(mine):
    vision = gdata.vision.transforms
    for resize in (None, 40):
        _, test_iter = garments.load_data_fashion_mnist(2, resize, root=str(mine))
        steps = vision.Compose([vision.Resize(40), vision.ToTensor()][not resize:])
        plain = datasets.FashionMNIST(str(mine), train=False).transform_first(steps)
        wanted = list(gdata.DataLoader(plain, 2))
        found = list(test_iter)
        assert isinstance(test_iter, gdata.DataLoader) and len(found) == 2
        for (X, y), (X_gluon, y_gluon) in zip(found, wanted):
            assert type(X) is type(y) is nd.NDArray
            assert (X.shape, X.dtype, y.dtype) == (
                X_gluon.shape, onp.float32, onp.int32)
            # two ways to resize bytes: a rounding apart
            onp.testing.assert_allclose(X.asnumpy(), X_gluon.asnumpy(),
                                        atol=1e-6 if resize is None else 1.01 / 255)
            onp.testing.assert_array_equal(y.asnumpy(), y_gluon.asnumpy())


def test_the_training_set_alone_is_shuffled_by_numpys_seed(mine):
    def labels(loader):
        onp.random.seed(5)
        return nd.concat(*(y for _, y in loader), dim=0).asnumpy().tolist()

    train_iter, test_iter = garments.load_data_fashion_mnist(2, root=str(mine))
    assert labels(train_iter) == labels(train_iter) != [0, 1, 2, 3, 4]
    assert sorted(labels(train_iter)) == [0, 1, 2, 3, 4]
    assert labels(test_iter) == [0, 1, 2]


@pytest.mark.slow
def test_files_in_the_root_are_used_and_else_the_hubs(mine, tmp_path_factory, caplog):
    garments.load_data_fashion_mnist(2, root=str(mine))
    assert {file['data'] for file in used()} == {'local'} and not caplog.text
    train_iter, _ = garments.load_data_fashion_mnist(
        2, root=str(tmp_path_factory.mktemp('empty')))
    assert len(train_iter) == len(read_fashion_mnist()[0]) // 2
    assert 'fashion_mnist_train_images is TOY DATA' in caplog.text


def test_labels_of_one_copy_never_meet_the_pictures_of_another(mine):
    (mine / 'train-images-idx3-ubyte.gz').unlink()
    images, labels = datasets.read_garments(mine, is_train=True)
    onp.testing.assert_array_equal(labels, read_fashion_mnist()[1])


def test_a_home_folder_is_found(mine, monkeypatch):
    monkeypatch.setenv('HOME', str(mine.parent))
    images, _ = datasets.read_garments(f'~/{mine.name}', is_train=False)
    assert len(images) == 3


def test_a_damaged_file_is_told_by_name(mine):
    write_idx(mine / 't10k-labels-idx1-ubyte.gz', onp.arange(4))
    with pytest.raises(BadData, match='3 pictures, but .*t10k-labels.* 4 labels'):
        garments.load_data_fashion_mnist(2, root=str(mine))


@pytest.mark.parametrize('arguments', [(0,), (2, 0), (2, 1.5)])
def test_sizes_that_cannot_be_are_told(arguments):
    with pytest.raises(InputError, match='must be a whole number of at least 1'):
        garments.load_data_fashion_mnist(*arguments)


def test_names_of_classes():
    assert garments.get_fashion_mnist_labels(onp.array([0., 9.])) == [
        't-shirt', 'ankle boot']
    with pytest.raises(ValueError, match='from 0 to 9, got 10'):
        garments.get_fashion_mnist_labels([10])


def test_gluons_own_class_reads_any_files_of_the_format(mine):
    data = datasets.FashionMNIST(str(mine))
    picture, label = data[4]
    assert (len(data), picture.shape, picture.dtype) == (5, (28, 28, 1), onp.uint8)
    assert label == 4 and type(label) is onp.int32
    pictures, labels = data[1:3]
    assert pictures.shape == (2, 28, 28, 1) and labels.tolist() == [1, 2]


def test_gluon_gives_these_classes_where_the_edition_is_served(monkeypatch):
    vision = gdata.vision
    for name in ('FashionMNIST', 'CIFAR10'):
        monkeypatch.setattr(vision, name, getattr(vision, name))  # back after the test
    datasets.serve_gluon()  # this process is the second edition's
    assert vision.CIFAR10 is not datasets.CIFAR10
    monkeypatch.setattr(datasets, 'is_first_edition', lambda: True)
    datasets.serve_gluon()
    assert (vision.FashionMNIST, vision.CIFAR10) == (datasets.FashionMNIST,
                                                     datasets.CIFAR10)


def test_gluons_cifar10_reads_a_readers_files_and_else_the_hubs(tmp_path, caplog):
    record = onp.arange(3073) % 251
    record[0] = 7
    (tmp_path / 'below').mkdir()
    record.astype('u1').tofile(tmp_path / 'below' / 'test_batch.bin')
    picture, label = datasets.CIFAR10(str(tmp_path), train=False)[0]
    assert picture.shape == (32, 32, 3) and label == 7
    # red, green and blue one after the other, row by row
    assert picture[2, 5].asnumpy().tolist() == [
        (1 + c * 1024 + 2 * 32 + 5) % 251 for c in range(3)]
    assert not caplog.text
    for train in (False, True):
        hubs = datasets.CIFAR10(str(tmp_path / 'empty'), train=train)
        assert [label for _, label in hubs] == read_cifar10(train)[1].tolist()
    assert 'cifar10 is TOY DATA' in caplog.text
