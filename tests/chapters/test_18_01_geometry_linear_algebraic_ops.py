import math

import numpy as onp
import pytest
from mxnet import np

import d2lmx as d2l


@pytest.mark.parametrize('v, w, radians', [
    ([1, 0], [0, 2], math.pi / 2), ([3, 3], [1, 0], math.pi / 4),
    ([1, 2], [-1, -2], math.pi), ([0, 1, 2], [2, 3, 4], math.acos(11 / 145 ** .5))])
def test_angles_are_those_of_geometry(section, v, w, radians):
    # float32, and near pi the cosine hardly changes
    assert float(section('18.1').angle(np.array(v), np.array(w))) == pytest.approx(
        radians, abs=1e-3)


def tops_and_trousers(is_train):
    images, labels = d2l.read_fashion_mnist(is_train)
    return images[labels < 2].astype('float64'), labels[labels < 2]


def test_halfway_between_the_averages_is_the_nearer_average(section):
    page = section('18.1')
    (X, y), (X_test, y_test) = map(tops_and_trousers, (True, False))
    means = onp.stack([X[y == label].mean(axis=0) for label in (0, 1)])
    ours = page.averages()
    for average, mean in zip(ours, means):
        onp.testing.assert_allclose(average.asnumpy(), mean, rtol=1e-12)
    distances = ((X_test[:, None] - means) ** 2).sum(axis=(2, 3))
    accuracy = page.hyperplanes(*ours)
    assert accuracy['upright, halfway between the averages'] == (
        distances.argmin(axis=1) == y_test).mean()


def test_the_pages_hyperplane_sees_garments_that_lie_on_a_side(section):
    page = section('18.1')
    averages = page.averages()
    X_test, y_test = tops_and_trousers(is_train=False)
    w = (averages[1] - averages[0]).asnumpy().ravel()
    for name, pictures in (('upright', X_test),
                           ("the page's", X_test.transpose(0, 2, 1))):
        right = (pictures.reshape(-1, 784) @ w > -1500000) == y_test
        assert page.hyperplanes(*averages)[name] == pytest.approx(right.mean())


def test_on_the_real_garments_the_page_is_within_the_books_range(section, real_data):
    page = section('18.1')
    accuracy = page.hyperplanes(*page.averages())
    (_, numbers), = page.PRINTED
    _, low, high = numbers["accuracy/the page's"]
    assert low <= accuracy["the page's"] <= high < accuracy['upright']


def test_matrices_and_sums_are_those_printed(section):
    page = section('18.1')
    assert page.invertibility() == {
        'M_inv M': [[1, 0], [0, 1]],
        'determinant of ((1, -1), (2, 3))': pytest.approx(5, rel=1e-6)}
    sums = page.tensors()
    assert sums['ij, j -> i'] == sums['A v'] == [5, 11]
    assert sums['ijk, il, j -> kl'] == [[90, 126], [102, 144], [114, 162]]
