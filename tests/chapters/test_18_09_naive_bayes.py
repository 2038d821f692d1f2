import math

import numpy as onp
import pytest
from matplotlib import pyplot as plt
from mxnet import np

import d2lmx as d2l


@pytest.fixture(scope='module')
def digits(page):
    """X, Y, P_y and P_xy of 600 toy digits."""
    X, Y = (a[:600] for a in page.read('digits', is_train=True))
    return X, Y, *page.probabilities(X, Y)


@pytest.fixture(scope='module')
def page():
    from d2lmx.pages import sections
    return sections.load(sections.find('18.9'))


@pytest.fixture
def undrawn(monkeypatch):
    monkeypatch.setattr(d2l, 'show_images', lambda *images, **options: None)


def test_pictures_become_black_and_white(page):
    data = np.array([0, 127, 128, 255], dtype='uint8').reshape(1, 2, 2, 1)
    X, label = page.transform(data, 3)
    assert X.tolist() == [[[0, 0], [1, 1]]] and X.dtype == 'float32' and label == 3


def test_probabilities_count_one_more_of_each_kind(page, undrawn):
    X, Y = np.zeros((3, 28, 28)), np.array([4, 4, 9], dtype='int32')
    X[0, 5, 6] = X[2, 5, 6] = 1
    P_y, P_xy = (a.asnumpy() for a in page.probabilities(X, Y))
    assert P_y[[0, 4, 9]] == pytest.approx([0, 2 / 3, 1 / 3])
    # on, of all: (1 + 1) / (2 + 2), (1 + 1) / (1 + 2), no picture: 1 / 2
    assert P_xy[[4, 9, 0], 5, 6] == pytest.approx([1 / 2, 2 / 3, 1 / 2])
    assert P_xy[[4, 9, 0], 0, 0] == pytest.approx([1 / 4, 1 / 3, 1 / 2])


def test_products_of_chances_vanish_and_their_logarithms_do_not(page, digits):
    X, _, P_y, P_xy = digits
    bayes_pred, bayes_pred_stable, _ = page.classifier(P_y, P_xy)
    assert bayes_pred(X[0]).tolist() == [0] * 10
    x, P = X[0].asnumpy().astype('float64'), P_xy.asnumpy().astype('float64')
    # 784 factors that float64 holds, or their logarithms
    truth = onp.log(P_y.asnumpy()) + onp.log(onp.where(x == 1, P, 1 - P)).sum((1, 2))
    assert bayes_pred_stable(X[0]).tolist() == pytest.approx(truth, rel=1e-5)
    half = np.full((10, 28, 28), .9)
    likely = page.classifier(P_y, half)[0](np.ones((28, 28)))
    assert likely.tolist() == pytest.approx(.9 ** 784 * P_y.asnumpy(), rel=1e-3)


def test_one_product_for_all_pictures_is_the_pages_function_for_each(page, digits):
    X, _, P_y, P_xy = digits
    _, bayes_pred_stable, predict = page.classifier(P_y, P_xy)
    together = page.log_joint(X[:40], P_y, P_xy)
    for x, scores in zip(X[:40], together):
        assert scores.tolist() == pytest.approx(bayes_pred_stable(x).tolist(), rel=1e-5)
    assert predict(X[:40]) == together.argmax(axis=1).astype('int32').tolist()


def test_the_linear_separation_of_xor_fails(page, undrawn):
    # one pixel or the other, not both: each alone says nothing
    X, Y = np.zeros((4, 28, 28)), np.array([0, 1, 1, 0], dtype='int32')
    X[1, 0, 0] = X[2, 0, 1] = X[3, 0, 0] = X[3, 0, 1] = 1
    scores = page.log_joint(X, *page.probabilities(X, Y)).asnumpy()
    assert scores[:, 0] == pytest.approx(scores[:, 1])


def test_toy_digits_are_recognised(smoke_run):
    result = smoke_run('18.9').result
    assert result['accuracy'] > .85
    assert sum(result['P_y']) == pytest.approx(1)
    assert result['784 log 0.1'] == pytest.approx(-784 * math.log(10))  # printed


def test_the_accuracy_is_that_of_numpy_in_float64(smoke_run):
    (X, y), (X_test, y_test) = (
        (images.reshape(-1, 784) >= 128, labels)
        for images, labels in map(d2l.read_mnist, (True, False)))
    scores = []
    for label in range(10):
        of_it = X[y == label]
        P = (of_it.sum(axis=0) + 1) / (len(of_it) + 2)
        scores.append(onp.log(onp.where(X_test, P, 1 - P)).sum(axis=1)
                      + onp.log(len(of_it) / len(X)))
    right = (onp.argmax(scores, axis=0) == y_test).mean()
    # float32 may part a tie otherwise: one picture of 400
    assert smoke_run('18.9').result['accuracy'] == pytest.approx(right, abs=.0026)


def test_garments_are_recognised_too(page, fewer_garments):
    with fewer_garments(300):
        assert page.run(images='garments')['accuracy'] > .5
    titles = {axes.get_title() for axes in plt.gcf().axes}
    assert titles <= {*d2l.get_fashion_mnist_labels(range(10))} and len(titles) > 5
