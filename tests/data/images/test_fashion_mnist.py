import gzip
import struct
import tracemalloc

import numpy as onp
import pytest
from mxnet import np
from mxnet.gluon.data.vision import transforms

import d2lmx as d2l
from d2lmx.files import hub
from d2lmx.data.images.fashion_mnist import read_idx


def write_idx(path, array, magic=None, shape=None):
    shape = array.shape if shape is None else shape
    magic = magic or bytes((0, 0, 8, len(shape)))
    path.write_bytes(gzip.compress(magic + struct.pack(f'>{len(shape)}I', *shape)
                                   + array.tobytes()))
    return path


@pytest.fixture
def tiny(empty_hub, tmp_path, monkeypatch):
    """A root with three training pictures, the first pixels of which are 0, 1 and 2."""
    monkeypatch.setenv('D2LMX_DATA', str(tmp_path))
    images = onp.zeros((3, 28, 28), 'u1')
    images[:, 0, 0] = 0, 1, 2
    write_idx(tmp_path / 'train-images-idx3-ubyte.gz', images)
    write_idx(tmp_path / 'train-labels-idx1-ubyte.gz', onp.array([9, 0, 2], 'u1'))
    return tmp_path


def test_labels_have_the_books_names():
    labels = np.array([0, 9, 5, 8, 6], dtype='int32')
    assert d2l.get_fashion_mnist_labels(labels) == [
        't-shirt', 'ankle boot', 'sandal', 'bag', 'shirt']


@pytest.mark.parametrize('label', [10, -1])
def test_a_label_that_no_class_has_is_refused(label):
    with pytest.raises(ValueError, match=f'from 0 to 9, got {label}'):
        d2l.get_fashion_mnist_labels([0, label])


def test_workers_are_the_books_number_where_processes_can_fork(monkeypatch):
    monkeypatch.setattr('sys.platform', 'linux')
    assert d2l.get_dataloader_workers() == 4
    monkeypatch.setattr('sys.platform', 'win32')
    assert d2l.get_dataloader_workers() == 0


def test_reader_gives_the_files_values_and_reports_them_as_local(tiny):
    images, labels = d2l.read_fashion_mnist()
    assert images.dtype == onp.uint8 and images.shape == (3, 28, 28)
    assert images[:, 0, 0].tolist() == [0, 1, 2] and images.sum() == 3
    assert labels.dtype == onp.int32 and labels.tolist() == [9, 0, 2]
    assert {file['data'] for file in hub.used()} == {'local'}


def test_batches_have_the_books_shapes_types_and_range():
    train_iter, test_iter = d2l.load_data_fashion_mnist(32)
    for data_iter in (train_iter, test_iter):
        X, y = next(iter(data_iter))
        assert X.shape == (32, 1, 28, 28) and X.dtype == onp.float32
        assert y.shape == (32,) and y.dtype == onp.int32
        assert float(X.min()) >= 0 and .9 < float(X.max()) <= 1


def test_pixels_are_those_of_gluons_transform():
    _, test_iter = d2l.load_data_fashion_mnist(7)
    images, _ = d2l.read_fashion_mnist(is_train=False)
    X, _ = next(iter(test_iter))
    expected = transforms.ToTensor()(np.array(images[:7, ..., None], dtype='uint8'))
    assert X.asnumpy().tolist() == expected.asnumpy().tolist()


@pytest.mark.parametrize('size', [14, 64, 96])
def test_resize_is_gluons_bilinear_resize(size):
    _, test_iter = d2l.load_data_fashion_mnist(5, resize=size)
    images, _ = d2l.read_fashion_mnist(is_train=False)
    X, _ = next(iter(test_iter))
    transform = transforms.Compose([transforms.Resize(size), transforms.ToTensor()])
    expected = [transform(np.array(image[..., None], dtype='uint8')).asnumpy()
                for image in images[:5]]
    assert X.shape == (5, 1, size, size)
    # two builds of OpenCV may round a pixel differently: one grey level
    onp.testing.assert_allclose(X.asnumpy(), onp.stack(expected), atol=1.01 / 255)


@pytest.mark.parametrize('resize', [0, -1])
def test_resize_must_be_positive(resize):
    with pytest.raises(ValueError, match=f'at least 1 pixel, got {resize}'):
        d2l.load_data_fashion_mnist(8, resize=resize)


def test_training_set_is_shuffled_and_test_set_is_not():
    train_iter, test_iter = d2l.load_data_fashion_mnist(1000)
    for data_iter, is_train in ((train_iter, True), (test_iter, False)):
        _, labels = d2l.read_fashion_mnist(is_train)
        _, y = next(iter(data_iter))
        assert (y.tolist() == labels[:1000].tolist()) is not is_train


@pytest.mark.parametrize('magic', [b'\0\0\x0d\x03', b'\0\0\x08\x01', b'<htm'])
def test_wrong_magic_number_is_no_idx_file(tmp_path, magic):
    path = write_idx(tmp_path / 'f.gz', onp.zeros((2, 3, 5), 'u1'), magic=magic)
    with pytest.raises(ValueError, match=f'f.gz is no IDX file.*{magic.hex(" ")}'):
        read_idx(path, 3, 5)


@pytest.mark.parametrize('n, words', [(3, '45 values and holds 30'),
                                      (1, '15 values and holds more')])
def test_count_that_does_not_fit_the_header_is_refused(tmp_path, n, words):
    path = write_idx(tmp_path / 'f.gz', onp.zeros((2, 3, 5), 'u1'), shape=(n, 3, 5))
    with pytest.raises(ValueError, match=f'announces {words}: replace it'):
        read_idx(path, 3, 5)


@pytest.mark.parametrize('shape', [(0, 28, 28), (3, 1, 1), (3, 28, 29),
                                   (2**31, 28, 28), (2**31, 2**31, 2)])
def test_other_pictures_than_the_data_sets_are_refused(tmp_path, shape):
    path = write_idx(tmp_path / 'f.gz', onp.zeros(0, 'u1'), shape=shape)
    with pytest.raises(ValueError, match=r'shape \(n, \*\(28, 28\)\), n from 1 .*'
                                         f'announces .{", ".join(map(str, shape))}'):
        read_idx(path, 28, 28)


def test_no_more_is_unpacked_than_the_header_says_or_than_a_header_is(tmp_path):
    bomb = gzip.compress(bytes(10 ** 7))
    for head in (b'', gzip.compress(bytes((0, 0, 8, 1)) + struct.pack('>I', 5))):
        (tmp_path / 'f.gz').write_bytes(head + bomb)  # members of one gzip file
        tracemalloc.start()
        with pytest.raises(ValueError, match='no IDX file|holds more'):
            read_idx(tmp_path / 'f.gz')
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 10 ** 6


def test_header_cut_short_is_refused(tmp_path):
    (tmp_path / 'f.gz').write_bytes(gzip.compress(b'\0\0\x08\x03\0\0'))
    with pytest.raises(ValueError, match='no IDX file'):
        read_idx(tmp_path / 'f.gz', 3, 5)


def test_pictures_and_labels_must_agree_in_number(tiny):
    write_idx(tiny / 'train-labels-idx1-ubyte.gz', onp.zeros(4, 'u1'))
    with pytest.raises(ValueError, match='holds 3 pictures, but .* 4 labels'):
        d2l.read_fashion_mnist()


def test_label_beyond_the_ten_classes_is_refused(tiny):
    write_idx(tiny / 'train-labels-idx1-ubyte.gz', onp.array([9, 10, 2], 'u1'))
    with pytest.raises(ValueError, match='the label 10, but there are 10 classes'):
        d2l.read_fashion_mnist()


def test_truncated_file_names_itself_and_the_mending(tiny):
    path = tiny / 'train-images-idx3-ubyte.gz'
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(ValueError, match='train-images.*Delete it and run again'):
        d2l.read_fashion_mnist()


@pytest.mark.data
def test_real_files_are_the_books(real_data):
    for is_train, count in ((True, 60000), (False, 10000)):
        images, labels = d2l.read_fashion_mnist(is_train)
        assert images.shape == (count, 28, 28)
        assert onp.bincount(labels).tolist() == [count // 10] * 10  # balanced
    assert [file['data'] for file in hub.used()] == ['book'] * 4
