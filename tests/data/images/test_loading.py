"""Batches that threads make ahead: what is in them, and that they repeat."""
import threading

import numpy as onp
import pytest

import d2lmx as d2l
from d2lmx.data.images import loading
from d2lmx.errors import InputError


def pictures(n=50):
    """Each pixel of a picture is its number."""
    return onp.zeros((n, 4, 5, 3), 'uint8') + onp.arange(n, dtype='uint8')[
        :, None, None, None]


def numbers(X):
    """Of the pictures in a batch."""
    return (X[:, 0, 0, 0] * 255).round().astype('int32').tolist()


AUGS = d2l.Compose([d2l.RandomFlipLeftRight(), d2l.RandomColorJitter(.5, .5),
                    d2l.ToTensor()])


def test_every_picture_comes_once_with_its_label_in_a_new_order():
    data = d2l.PictureIterator(pictures(), onp.arange(50) % 7, 16, d2l.ToTensor(), True)
    assert len(data) == 4
    orders = []
    for _ in range(2):
        batches = list(data)
        assert [X.shape for X, _ in batches] == [(16, 3, 4, 5)] * 3 + [(2, 3, 4, 5)]
        assert all(y.dtype == 'int32' for _, y in batches)
        orders.append([n for X, _ in batches for n in numbers(X)])
        assert [n % 7 for n in orders[-1]] == [
            int(label) for _, y in batches for label in y]
    assert sorted(orders[0]) == sorted(orders[1]) == list(range(50))
    assert orders[0] != orders[1]


def test_without_shuffling_the_order_stays():
    data = d2l.PictureIterator(pictures(20), onp.zeros(20), 8, d2l.ToTensor())
    assert [n for X, _ in data for n in numbers(X)] == list(range(20))


@pytest.mark.parametrize('threads', [1, 5])
def test_what_is_random_hangs_on_the_seed_alone(monkeypatch, threads):
    passes = []
    for count, ahead in ((2, 2), (threads, 0)):
        monkeypatch.setattr(loading, 'usable_cores', lambda: count)
        monkeypatch.setattr(loading, 'AHEAD', ahead)
        onp.random.seed(3)
        data = d2l.PictureIterator(pictures(), onp.arange(50), 20, AUGS, True)
        passes.append([onp.concatenate([X.asnumpy() for X, _ in data])
                       for _ in range(2)])
    for one, other in zip(*passes):
        assert (one == other).all()
    assert not (passes[0][0] == passes[0][1]).all()


def test_pictures_are_decoded_once_and_kept_as_far_as_they_fit(tmp_path, monkeypatch):
    import cv2
    files = [tmp_path / f'{i}.png' for i in range(5)]
    for i, file in enumerate(files):
        cv2.imwrite(str(file), pictures()[i])
    read, real = [], loading.read_picture
    monkeypatch.setattr(loading, 'read_picture',
                        lambda file: read.append(file) or real(file))
    monkeypatch.setattr(loading, 'MOST_BYTES', 3 * 4 * 5 * 3)
    kept = d2l.PictureFiles(files)
    for _ in range(3):
        assert [int(kept[i][0, 0, 0]) for i in range(5)] == [0, 1, 2, 3, 4]
    assert [read.count(file) for file in files] == [1, 1, 1, 3, 3]


def test_an_error_in_a_thread_reaches_the_reader_and_no_thread_stays(tmp_path):
    (tmp_path / 'a.png').write_text('no picture')
    before = threading.active_count()
    data = d2l.PictureIterator(d2l.PictureFiles([tmp_path / 'a.png'] * 40),
                               onp.zeros(40), 4, d2l.ToTensor())
    with pytest.raises(InputError, match='a.png is no picture'):
        list(data)
    assert threading.active_count() == before


def test_who_stops_in_the_middle_leaves_no_thread():
    before = threading.active_count()
    batches = iter(d2l.PictureIterator(pictures(), onp.zeros(50), 4, d2l.ToTensor()))
    next(batches)
    batches.close()
    assert threading.active_count() == before


def test_labels_must_be_as_many_as_pictures():
    with pytest.raises(InputError, match='50 pictures and 49 labels'):
        d2l.PictureIterator(pictures(), onp.zeros(49), 4, d2l.ToTensor())
