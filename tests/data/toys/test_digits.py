import numpy as onp
import pytest

import d2lmx as d2l
from d2lmx.context import running


@pytest.fixture(scope='module')
def toy():
    """Training and test part, pictures as rows in [0, 1]."""
    with running(data='toy'):
        parts = [d2l.read_mnist(is_train) for is_train in (True, False)]
    return [(images.reshape(len(images), -1) / 255, labels) for images, labels in parts]


def test_parts_have_their_sizes_and_all_digits(toy):
    for (pictures, labels), count in zip(toy, (2000, 400)):
        assert pictures.shape == (count, 784)
        # each digit expects a tenth; five standard deviations of a binomial count
        allowed = 5 * (count * .1 * .9) ** .5
        assert (abs(onp.bincount(labels, minlength=10) - count / 10) < allowed).all()


def test_parts_share_no_picture(toy):
    train, test = ({row.tobytes() for row in pictures} for pictures, _ in toy)
    assert len(train) == 2000 and not train & test


def test_digits_are_strokes_within_their_pictures(toy):
    pictures = toy[0][0].reshape(-1, 28, 28)
    inked = (pictures > .5).mean(axis=(1, 2))
    assert inked.min() > .02 and inked.max() < .5
    edge = onp.concatenate([pictures[:, 0], pictures[:, -1], pictures[:, :, 0],
                            pictures[:, :, -1]], axis=1)
    assert edge.mean() < pictures.mean() / 10


def test_nearest_class_mean_is_right_far_more_often_than_chance(toy):
    (X, y), (X_test, y_test) = toy
    means = onp.stack([X[y == label].mean(0) for label in range(10)])
    distance = ((X_test[:, None] - means[None]) ** 2).sum(2)
    assert (distance.argmin(1) == y_test).mean() > .8
