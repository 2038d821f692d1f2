"""What regularizes: by hand, held to PyTorch, and with what is wrong found."""
import math

import numpy as onp
import pytest
from mxnet import autograd, np

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('23.7')


def test_descent_in_a_ball_is_cut_to_its_border(page):
    # from 0 towards (3, 4), half of the way, cut to the length 1, and again
    path = page.descend(onp.eye(2), onp.array([3., 4]), .5, 2, k=1)
    onp.testing.assert_allclose(path, [[0, 0], [.6, .8], [.6, .8]], rtol=1e-14)
    assert page.descend(onp.eye(2), onp.array([3., 4]), .5, 2)[-1].tolist() == [2.25, 3]


def test_the_nearest_in_the_ball_is_scipys(page):
    optimize = pytest.importorskip('scipy.optimize', reason='needs scipy')
    H, w_star = onp.array([[3., 1], [1, 2]]), onp.array([2., -1])
    theirs = optimize.minimize(
        lambda w: (w - w_star) @ H @ (w - w_star) / 2, onp.zeros(2), method='SLSQP',
        constraints={'type': 'ineq', 'fun': lambda w: 1 - w @ w},
        options={'ftol': 1e-14}).x
    ours = page.descend(H, w_star, .25, 500, k=1)[-1]
    onp.testing.assert_allclose(ours, theirs, atol=1e-6)


def test_a_penalty_of_another_strength_is_found(page, monkeypatch):
    assert page.claims_of_constraints()['holds']
    right = onp.linalg.solve
    monkeypatch.setattr(page.onp.linalg, 'solve', lambda A, b: 1.01 * right(A, b))
    # a ball that is too large by a hundredth
    assert not page.claims_of_constraints()['holds']


def test_too_little_patience_is_found(page, monkeypatch):
    assert all(row['holds'] for row in page.claims_of_stopping())
    monkeypatch.setattr(d2l, 'early_stopping', lambda errors, patience: (7, errors[7]))
    assert [row['holds'] for row in page.claims_of_stopping()] == [False, True]


def test_slopes_of_a_unit_are_autograds(page):
    X, W = onp.random.normal(size=(4, 2)), onp.random.normal(size=3)
    for x, square in zip(X, page.squared_slopes(X, W)):
        w = np.array(W, dtype='float64')
        w.attach_grad()
        with autograd.record():
            y_hat = w[2] * np.tanh((w[:2] * np.array(x, dtype='float64')).sum())
        y_hat.backward()
        assert float(y_hat) == pytest.approx(page.one_unit(x[None], W[None])[0, 0])
        assert (w.grad.asnumpy() ** 2).sum() == pytest.approx(square, rel=1e-12)


def test_a_false_penalty_is_found(page, monkeypatch):
    assert all(row['holds'] for row in page.claims_of_noise())
    right = page.squared_slopes
    monkeypatch.setattr(page, 'squared_slopes', lambda X, W: 1.01 * right(X, W))
    assert [row['holds'] for row in page.claims_of_noise()] == [True, False]


def test_scores_descend_by_the_gradient_of_smoothed_labels(page):
    k, share = 4, .2
    # a share of 1 for all alike leaves the right one its fourth part, too
    epsilon = share * (k - 1) / k
    z = np.zeros((1, k), dtype='float64')
    z.attach_grad()
    for _ in range(3):
        with autograd.record():
            l = d2l.SmoothedCELoss(share)(z, np.array([0]))
        l.backward()
        z -= z.grad
    gap = page.learnt_gap(onp.array([1 - epsilon, *[epsilon / 3] * 3]), 3)
    assert gap == pytest.approx(float(z[0, 0] - z[0, 1]), rel=1e-12)


def test_other_labels_than_those_said_are_found(page, monkeypatch):
    assert page.claims_of_labels()['holds']
    right = page.learnt_gap
    monkeypatch.setattr(page, 'learnt_gap', lambda q, num_steps: right(q, 20))
    assert not page.claims_of_labels()['holds']


def test_a_layer_that_drops_predicts_as_the_mean_of_its_masks(page):
    from mxnet.gluon import nn
    net, X = nn.HybridSequential(), onp.random.normal(size=(3, 5))
    net.add(nn.Dropout(.5), nn.Dense(4, in_units=5))
    net.initialize()
    W = net[1].weight.data().asnumpy().T
    masks = onp.array([[i >> j & 1 for j in range(5)] for i in range(32)])
    # what is left is doubled in training
    together = d2l.geometric_mean(2 * masks[:, None] * X @ W)
    scores = net(np.array(X, dtype='float32')).asnumpy()
    chances = onp.exp(scores) / onp.exp(scores).sum(axis=1, keepdims=True)
    onp.testing.assert_allclose(chances, together, rtol=1e-5)


def test_bags_are_off_by_chance_alone(page):
    row = page.measure_bags(2000)
    assert row['deviation'] < 5
    # v / k + (k - 1) c / k of v and c: a fifth of both, and four fifths
    v, both = row['k = 1, exact'], row['k = 5, exact']
    c = (5 * both - v) / 4
    assert row['k = 20, exact'] == pytest.approx(v / 20 + 19 / 20 * c)
    assert 0 < c < v


@pytest.fixture
def found(page):
    """What seeds gave, as if they were all that was hoped for."""
    least = .5 * math.erfc(1.25 / 2 ** .5)
    names = {'labels alone': .2, 'with others': least + .01, 'k = 1': 1, 'deviation': 2,
             'a softmax follows': 1e-16, 'a hidden layer follows': .1,
             'plain, as they are': .8, 'plain, by chance': .7, 'plain, against it': .2,
             'adversarial, against it': .6, 'accuracy, plain': .8, 'accuracy, tangents':
             .9, 'slope, plain': 1., 'slope, tangents': .1}
    return {name: [value] * 3 for name, value in names.items()}


@pytest.mark.parametrize('name, value, row', [
    ('with others', .21, 0), ('with others', .13, 0), ('deviation', 6, 1),
    ('a softmax follows', 1e-10, 2), ('a hidden layer follows', 0, 2),
    ('plain, by chance', .1, 3), ('adversarial, against it', .1, 4),
    ('slope, tangents', 2, 5), ('accuracy, tangents', .7, 6)])
def test_what_does_not_hold_is_told(page, found, name, value, row):
    def rows():
        return [each['holds'] for each in (*page.claims_of_committees(found),
                                           *page.claims_of_moved_inputs(found))]

    assert rows() == [True] * 7
    found[name] = [value] * 3
    assert [i for i, holds in enumerate(rows()) if not holds] == [row]


def test_the_smoke_run_holds_what_no_training_decides(smoke_run):
    smoke = smoke_run('23.7')
    rows = smoke.result['claims']
    assert len(rows) == 13 and smoke.num_fits == 4
    assert [row['holds'] for row in rows[:6] + rows[7:9]] == [True] * 8
    course, shares, _, plain, tangents = (figure.axes[0] for figure in smoke.figures)
    losses, errors, stop = (line.get_ydata() for line in course.lines)
    assert (onp.diff(losses) < 0).all() and stop == errors.min()
    x, stopped = shares.lines[0].get_data()
    assert stopped[x == x[-1]] == pytest.approx(1) and len(smoke.figures[2].axes) == 8
    assert (plain.get_title(), tangents.get_title()) == ('plain', 'tangents')
