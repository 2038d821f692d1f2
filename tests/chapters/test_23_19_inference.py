"""Inference by bounds: held to scikit-learn, SciPy, PyTorch, and to small cases."""
import itertools
import math
import warnings

import numpy as onp
import pytest
from mxnet import np

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('23.19')


@pytest.fixture
def coding():
    """W (3, 2) and b (2,) of binary sparse coding."""
    return onp.array([[1., -.5], [.3, 2], [-1, .7]]), onp.array([-.4, .9])


@pytest.fixture
def theta():
    """b, W (2, 3) and c of a belief network."""
    return [onp.random.normal(size=shape) for shape in ((2,), (2, 3), (3,))]


# ---- EM

def test_an_m_step_counts_points_by_hand(page):
    X = onp.array([[0., 0], [2, 0], [5, 1]])
    P, mu, cov = page.m_step(X, onp.array([[1., 0], [1, 0], [.5, .5]]))
    onp.testing.assert_allclose(P, [2.5 / 3, .5 / 3])
    onp.testing.assert_allclose(mu, [[1.8, .2], [5, 1]])
    # sums of x^2, x y and y^2 over 2.5, without the means'
    onp.testing.assert_allclose(cov[0], [[6.6 - 3.24, 1 - .36], [1 - .36, .2 - .04]])
    onp.testing.assert_allclose(cov[1], 0, atol=1e-15)


def test_em_is_scikit_learns_step_by_step(page):
    mixture = pytest.importorskip('sklearn.mixture')
    X = onp.random.normal(size=(80, 2)) + 2 * (onp.arange(80) % 2)[:, None]
    start = onp.array([.3, .7]), X[:2], onp.tile(onp.cov(X.T), (2, 1, 1))
    theta, bounds, log_p = page.em(X, start, 15)
    theirs = mixture.GaussianMixture(
        2, tol=0, reg_covar=0, max_iter=15, init_params='random', weights_init=start[0],
        means_init=start[1], precisions_init=onp.linalg.inv(start[2]))
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')  # that 15 steps may not be enough
        theirs.fit(X)
    for ours, expected in zip(theta, (theirs.weights_, theirs.means_,
                                      theirs.covariances_)):
        onp.testing.assert_allclose(ours, expected, rtol=1e-9, atol=1e-12)
    assert log_p[-1] == pytest.approx(theirs.score(X), rel=1e-12)
    assert bounds[-2] == pytest.approx(theirs.lower_bound_, rel=1e-12)


# ---- sparse coding

def test_the_least_loss_by_hand(page):
    W = onp.array([[1.]])
    # lambda is 0.2: at h = 1.9 it is 0.1^2 + 0.2 * 1.9; and 0.09^2 at 0
    assert page.least_loss(onp.array([2.]), W) == pytest.approx(.39)
    assert page.least_loss(onp.array([-2.]), W) == pytest.approx(.39)
    assert page.least_loss(onp.array([.09]), W) == pytest.approx(.0081)


def test_columns_are_alike_by_their_angles_alone(page):
    truth = onp.array([[1., 0], [0, 1]])
    assert page.likeness(onp.array([[0, -3.], [2, 0]]), truth) == 1
    assert page.likeness(onp.array([[1.], [1]]), truth) == pytest.approx(.5 ** .5)


def test_a_network_begins_with_the_steps_of_shrinkage_and_lowers_the_loss(page):
    V, W = page.sparse_data(40, 6, d=4)
    *_, plain = itertools.islice(d2l.code_steps(V, W, .2, is_fast=False), 3)
    begun, learnt = (page.unrolled(np.array(V), *page.learn_inference(
        V, W, 3, num_steps), 3).asnumpy() for num_steps in (0, 20))
    onp.testing.assert_allclose(begun, plain, atol=1e-13)
    least, first, last = (d2l.sparse_loss(V, H, W, .2).mean() for H in (
        d2l.sparse_codes(V, W, .2), plain, learnt))
    assert least < last < first


# ---- mean field

def test_the_joint_of_binary_codes_is_scipys(page, coding):
    stats = pytest.importorskip('scipy.stats')
    W, b = coding
    V = onp.random.normal(size=(4, 3))
    expected = [[stats.norm(W @ h).logpdf(v).sum()
                 + stats.bernoulli(1 / (1 + onp.exp(-b))).logpmf(h).sum()
                 for h in d2l.all_states(2)] for v in V]
    onp.testing.assert_allclose(page.log_coding(V, W, b), expected, rtol=1e-12)


def test_a_sweep_ends_where_its_last_unit_has_the_highest_bound(page, coding):
    W, b = coding
    V, h_hat = onp.random.normal(size=(1, 3)), onp.array([[.3, .6]])
    first, last = page.sweep(V, h_hat, W, b)[0]
    tries = onp.linspace(.001, .999, 999)
    q = d2l.factorial(onp.stack([onp.full(999, first), tries], axis=1))
    bounds = d2l.lower_bound(onp.repeat(page.log_coding(V, W, b), 999, axis=0), q)
    assert tries[bounds.argmax()] == pytest.approx(last, abs=.001)
    assert h_hat.tolist() == [[.3, .6]]


def test_free_forms_of_what_v_tells_nothing_of_are_the_priors(page):
    q_1, q_2 = page.free_forms(1.5, (1, 0))
    # v = h_1 + noise: N(v / 2, 1 / 2), and N(0, 1)
    for q, mean, variance in ((q_1, .75, .5), (q_2, 0, 1)):
        assert q.sum() == pytest.approx(1)
        assert q @ page.GRID == pytest.approx(mean, abs=1e-12)
        assert q @ (page.GRID - mean) ** 2 == pytest.approx(variance)


# ---- wake-sleep

def test_a_belief_network_is_a_distribution_and_is_dreamt_of(page, theta):
    V = d2l.all_states(3)
    p = onp.exp(page.log_marginal(page.log_belief(V, theta)))
    assert p.sum() == pytest.approx(1)
    dreams, H = page.dream(theta, 20000)
    counts = (dreams[:, None] == V).all(axis=2).mean(axis=0)
    # a share of 20,000 has a standard deviation of 0.0035 at most
    onp.testing.assert_allclose(counts, p, atol=.015)
    onp.testing.assert_allclose(H.mean(axis=0), d2l.sigmoid(theta[0]), atol=.015)


@pytest.mark.torch
def test_both_phases_climb_what_torch_says(page, theta, torch):
    V, H = (onp.random.randint(2, size=(5, units)).astype(float) for units in (3, 2))
    phi = onp.random.normal(size=(3, 2)), onp.random.normal(size=2)

    def log_p(of, scores):  # of units that are 1 by the sigmoid of scores
        return -torch.nn.functional.binary_cross_entropy_with_logits(
            scores, torch.tensor(of), reduction='sum') / 5

    params = [torch.tensor(param, requires_grad=True) for param in (*theta, *phi)]
    b, W, c, R, a = params
    (log_p(H, b.expand(5, 2)) + log_p(V, torch.tensor(H) @ W + c)).backward()
    log_p(H, torch.tensor(V) @ R + a).backward()
    ours = [*page.wake(V, H, theta), *page.sleep(V, H, phi)]
    for slope, param in zip(ours, params):
        onp.testing.assert_allclose(slope, param.grad.numpy(), atol=1e-12)


def test_the_joint_of_a_belief_network_is_scipys(page, theta):
    stats = pytest.importorskip('scipy.stats')
    b, W, c = theta
    for v, h in itertools.product(range(8), range(4)):
        V, H = d2l.all_states(3)[v], d2l.all_states(2)[h]
        expected = stats.bernoulli(1 / (1 + onp.exp(-b))).logpmf(H).sum() + (
            stats.bernoulli(1 / (1 + onp.exp(-(H @ W + c)))).logpmf(V).sum())
        assert page.log_belief(V[None], theta)[0, h] == pytest.approx(expected)


def test_claims_fail_where_bounds_are_broken(page):
    good = {'gap after E': [1e-15], 'least gap after M': [.1], 'largest fall': [-.1],
            'slope, start': [.1], 'slope, end': [1e-6]}
    for change, failing in (({}, None), ({'gap after E': [1e-3]}, 0),
                            ({'least gap after M': [-1e-3]}, 0),
                            ({'largest fall': [1e-3]}, 1), ({'slope, end': [.01]}, 2)):
        rows = page.claims_of_em({**good, **change})
        assert [i for i, row in enumerate(rows) if not row['holds']] == (
            [] if failing is None else [failing])
    for bound, log_p, holds in ((-4., -3.5, True), (-3., -3.5, False),
                                (-9., -8.5, False), (-2.5, -2.7, False)):
        row, = page.claims_of_wake_sleep({'belief, bound': [bound],
                                          'belief, log p(v)': [log_p]})
        assert row['holds'] is holds


def test_the_smoke_run_is_exact_where_nothing_is_learnt(smoke_run):
    smoke = smoke_run('23.19')
    claims = {row['claim']: row for row in smoke.result['claims']}
    assert len(claims) == 10
    exact = [row for name, row in claims.items() if any(words in name for words in (
        'E-step', 'no step', 'over all signs', 'no sweep', 'right angles', 'any form'))]
    assert len(exact) == 6 and all(row['holds'] for row in exact)
    equal = claims['mean field is exact for columns at right angles; of two equal ones '
                   'it is sure of one, and misses log 2']['measured']
    assert equal['equal columns'] == pytest.approx(math.log(2), abs=1e-6)
    bounds, log_p = (line.get_ydata() for line in smoke.figures[1].axes[0].lines)
    assert (bounds <= log_p + 1e-12).all() and (onp.diff(bounds) > -1e-12).all()
