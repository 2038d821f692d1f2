import hashlib
import shutil

import numpy as onp
import pytest

import d2lmx as d2l
from d2lmx.data.toys import voc
from d2lmx.files import hub

THINGS = [d2l.VOC_CLASSES.index(name) for name in
          ('boat', 'bottle', 'bus', 'potted plant', 'sheep')]


COUNTS = dict(voc.COUNTS)  # as a reader has them: other tests have fewer


@pytest.fixture(scope='module')
def parts(tmp_path_factory):
    """Both parts as datasets of the book's crop."""
    folder = tmp_path_factory.mktemp('voc')
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(voc, 'COUNTS', COUNTS)
        hub.TOYS['voc2012'](folder / 'voc.tar', onp.random.RandomState(0))
    shutil.unpack_archive(str(folder / 'voc.tar'), str(folder))
    return [d2l.VOCSegDataset(is_train, (320, 480), folder / voc.FOLDER)
            for is_train in (True, False)]


def test_all_pictures_hold_the_books_crop_and_make_the_books_batches(parts):
    assert list(map(len, parts)) == [64, 32]


def test_each_class_is_in_both_parts_beside_the_background(parts):
    for dataset in parts:
        found = set(onp.unique(onp.concatenate([a.ravel() for a in dataset.labels])))
        assert found == {0, *THINGS, d2l.VOC_VOID}


def test_a_border_lies_between_things_and_ground(parts):
    for labels in parts[0].labels[:8]:
        for first, second in ((labels[1:], labels[:-1]), (labels[:, 1:],
                                                          labels[:, :-1])):
            thing = (first > 0) != (second > 0)
            assert (onp.maximum(first, second)[thing] == d2l.VOC_VOID).all()


def test_classes_can_be_told_by_colour_far_more_often_than_by_guessing(parts):
    (X, y), (X_test, y_test) = [
        [onp.concatenate([array[::7, ::7].reshape(-1, *array.shape[2:])
                          for array in arrays]).astype('float32')
         for arrays in (dataset.features, dataset.labels)] for dataset in parts]
    means = onp.stack([X[y == label].mean(0) for label in THINGS])
    thing = onp.isin(y_test, THINGS)
    nearest = ((X_test[thing][:, None] - means) ** 2).sum(2).argmin(1)
    share = (onp.array(THINGS)[nearest] == y_test[thing]).mean()
    assert share > .6  # a fifth by guessing


def test_the_same_seed_draws_the_same_scene():
    first, again, other = (onp.stack(voc.scene(onp.random.RandomState(seed)))
                           for seed in (3, 3, 11))
    assert (first == again).all()
    assert first.shape != other.shape or (first != other).any()


def test_the_archive_repeats_to_the_last_byte(tmp_path, monkeypatch):
    monkeypatch.setattr(voc, 'COUNTS', {'train': 2, 'val': 1})
    digests = set()
    for name in 'ab':
        file = tmp_path / name
        hub.TOYS['voc2012'](file, onp.random.RandomState(5))
        digests.add(hashlib.sha1(file.read_bytes()).hexdigest())
    assert len(digests) == 1
