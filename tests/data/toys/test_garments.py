import numpy as onp
import pytest

import d2lmx as d2l
from d2lmx.context import running
from d2lmx.files import hub


@pytest.fixture(scope='module')
def toy():
    """Training and test part, pictures as rows in [0, 1]."""
    with running(data='toy'):
        parts = [d2l.read_fashion_mnist(is_train) for is_train in (True, False)]
    return [(images.reshape(len(images), -1) / 255, labels) for images, labels in parts]


def test_parts_have_their_sizes_and_all_classes(toy):
    for (pictures, labels), count in zip(toy, (12000, 1000)):
        assert pictures.shape == (count, 784)
        # each class expects a tenth; five standard deviations of a binomial count
        allowed = 5 * (count * .1 * .9) ** .5
        assert (abs(onp.bincount(labels, minlength=10) - count / 10) < allowed).all()


def test_parts_share_no_picture(toy):
    train, test = ({row.tobytes() for row in pictures} for pictures, _ in toy)
    assert len(train) == 12000 and not train & test


def test_garments_are_bright_on_a_dark_ground(toy):
    pictures = toy[0][0].reshape(-1, 28, 28)
    assert pictures[:, :, 8:20].mean() > 3 * pictures[:, :2].mean()


@pytest.mark.slow
def test_softmax_regression_learns_the_classes(toy):
    (X, y), (X_test, y_test) = toy
    W = onp.zeros((785, 10))
    X, X_test = (onp.hstack([a, onp.ones((len(a), 1))]) for a in (X, X_test))
    for _ in range(60):
        scores = onp.exp(X @ W - (X @ W).max(1, keepdims=True))
        gradient = scores / scores.sum(1, keepdims=True) - onp.eye(10)[y]
        W -= .2 * X.T @ gradient / len(X)
    assert ((X_test @ W).argmax(1) == y_test).mean() > .8


def test_nearest_class_mean_is_right_far_more_often_than_chance(toy):
    (X, y), (X_test, y_test) = toy
    means = onp.stack([X[y == label].mean(0) for label in range(10)])
    distance = ((X_test[:, None] - means[None]) ** 2).sum(2)
    assert (distance.argmin(1) == y_test).mean() > .5
