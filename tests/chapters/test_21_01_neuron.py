import numpy as onp
import pytest

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('21.1')


def test_the_gradient_is_the_error_times_the_input(page):
    # without weights a neuron says 1/2: the errors are -1/2 and 1/2
    w, b = page.gradient_by_hand(onp.array([[1., 2.], [3., -1.]]), onp.array([1, 0]),
                                 onp.zeros(2), 0)
    assert (w.tolist(), b) == ([.5, -.75], 0)


def test_a_wrong_gradient_differs(page, monkeypatch):
    X, y = d2l.ring(50)
    assert page.difference_of_gradients(X, y) < 1e-5
    by_hand = page.gradient_by_hand
    monkeypatch.setattr(page, 'gradient_by_hand', lambda X, y, w, b: [
        1.01 * part for part in by_hand(X, y, w, b)])
    assert page.difference_of_gradients(X, y) == pytest.approx(.01, rel=.01)


def test_a_neuron_ends_where_logistic_regression_does(page):
    linear_model = pytest.importorskip('sklearn.linear_model')
    rng = onp.random.RandomState(0)
    y = (onp.arange(60) % 2).astype('float32')
    X = (rng.normal(size=(60, 2)) + y[:, None]).astype('float32')  # they overlap
    theirs = linear_model.LogisticRegression(C=1e9).fit(X, y)
    net, history = page.train((X, y), (X, y), num_epochs=150, lr=2, batch_size=60)
    onp.testing.assert_allclose(net[0].weight.data().asnumpy(), theirs.coef_, rtol=1e-2)
    assert history['valid acc'] == pytest.approx(theirs.score(X, y))


def test_squares_alone_find_the_ring(page):
    found, _ = page.learn_a_ring(num_points=200, num_epochs=20, lr=.3, batch_size=20)
    assert found['squares on the ring'] > .95
    # a line past the disc cuts off less than half of the ring
    assert found['a line on the ring'] < .8


def test_a_claim_holds_or_not_by_what_was_measured(page):
    good = {'gradients': [1e-6], 'error': [.02, .04], 'always': [.1, .1],
            'line': [.5, .6], 'squares': [.99, 1.]}
    assert [row['holds'] for row in page.claims(good, 'bag')] == [True] * 3
    for name, value in (('gradients', [1e-3]), ('error', [.02, .06]),
                        ('line', [.5, .9]), ('squares', [.99, .9])):
        assert [row['holds'] for row in page.claims({**good, name: value}, 'bag')
                ].count(False) == 1


def test_the_smoke_run_tells_sneakers_from_the_rest(smoke_run):
    smoke = smoke_run('21.1')
    gradient, garment, _ = smoke.result['claims']
    assert gradient['holds'] and garment['holds']
    assert all(len(values) == 2 for values in garment['measured'].values())
    assert len(smoke.figures) == 4
