import csv
import io
import zipfile

import cv2
import numpy as onp
import pytest

from d2lmx.data.toys import dogs, objects


def drawn(draw, kinds, count, seed):
    """Pictures (n, 12 * 12 * 3) in [0, 1] and their kinds."""
    rng = onp.random.RandomState(seed)
    y = onp.arange(count) % len(kinds)
    small = [cv2.resize(draw(list(kinds)[kind], rng), (12, 12),
                        interpolation=cv2.INTER_AREA) for kind in y]
    return onp.array(small).reshape(count, -1) / 255, y


@pytest.mark.parametrize('draw, kinds, least', [
    (objects.draw, objects.THINGS, .8), (dogs.draw, dogs.BREEDS, .7)])
def test_kinds_can_be_learnt_by_a_linear_model_and_told_in_other_pictures(draw, kinds,
                                                                          least):
    X, y = drawn(draw, kinds, 400, seed=1)
    X_test, y_test = drawn(draw, kinds, 100, seed=2)
    mean = X.mean(axis=0)
    X, X_test = X - mean, X_test - mean
    targets = onp.eye(len(kinds))[y]
    W = onp.linalg.solve(X.T @ X + 10 * onp.eye(X.shape[1]), X.T @ targets)
    assert ((X_test @ W).argmax(axis=1) == y_test).mean() > least


def test_pictures_of_dogs_are_of_many_sizes():
    rng = onp.random.RandomState(0)
    shapes = {dogs.draw('pug', rng).shape for _ in range(20)}
    assert len(shapes) > 15
    assert all(dogs.SHORTEST <= side <= dogs.LONGEST
               for height, width, _ in shapes for side in (height, width))


def test_a_name_does_not_tell_the_breed(tmp_path):
    # as with Kaggle's: the order of the names is none of the breeds
    dogs.write_dogs(tmp_path / 'toy.zip', onp.random.RandomState(0))
    with zipfile.ZipFile(tmp_path / 'toy.zip') as archive:
        text = archive.read('kaggle_dog_tiny/labels.csv').decode()
    rows = sorted(csv.reader(io.StringIO(text)))
    breeds = [breed for name, breed in rows if name != 'id']
    assert len(set(breeds)) == 6 and breeds != sorted(breeds)
    assert all(len(name) == 32 for name, _ in rows if name != 'id')
