"""Factors: what claims need, likelihoods of independent ones, bars; smoke figures."""
import numpy as onp
import pytest

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('23.13')


def test_the_largest_angle_is_that_of_the_plane(page):
    A = onp.array([[1., 0], [0, 1], [0, 0]])
    # one direction is in the plane, the other one stands 30 degrees above it
    B = onp.array([[2., 2], [0, 3 ** .5 / 2], [0, 1 / 2]])
    assert page.sine_between(A, B) == pytest.approx(.5)
    assert page.sine_between(A, A @ [[1, 2], [3, 4]]) == pytest.approx(0, abs=1e-12)


def test_the_angle_to_pca_of_scipy_is_the_same(page):
    linalg = pytest.importorskip('scipy.linalg', reason='needs scipy')
    A, B = onp.random.normal(size=(2, 6, 2))
    assert page.sine_between(A, B) == pytest.approx(
        onp.sin(linalg.subspace_angles(A, B).max()))


@pytest.mark.torch
def test_the_likelihood_of_independent_factors_is_torchs_and_so_is_its_slope(page,
                                                                             torch):
    X, V = onp.random.normal(size=(50, 3)), onp.random.normal(size=(3, 3))
    W = torch.tensor(onp.linalg.inv(V), requires_grad=True)
    H = torch.linalg.solve(W, torch.tensor(X.T))
    cdf = torch.sigmoid(H)
    l = (cdf * (1 - cdf)).log().sum(0).mean() - W.det().abs().log()
    assert page.ica_log_likelihood(X, V) == pytest.approx(float(l), rel=1e-10)
    l.backward()
    # by V it is -W' times that by W, times W'; a step goes along that times V' V
    slope = -W.detach().T.numpy() @ W.grad.numpy() @ W.detach().T.numpy()
    step = page.most_likely_step(X, V)
    onp.testing.assert_allclose(step, slope @ V.T @ V, atol=1e-10)


def test_no_matrix_is_likelier_for_scipy(page):
    optimize = pytest.importorskip('scipy.optimize', reason='needs scipy')
    X = onp.random.logistic(size=(300, 2)) @ [[1., .5], [-.3, 2]]
    V = page.most_likely_ica(X)
    theirs = optimize.minimize(lambda v: -page.ica_log_likelihood(X, v.reshape(2, 2)),
                               V.ravel() + .1)
    assert page.ica_log_likelihood(X, V) == pytest.approx(-theirs.fun, abs=1e-8)


def test_matches_are_found_whatever_order_and_sign(page):
    truth = onp.array([[1., 0], [0, 1], [0, 0]])
    assert page.least_match(-3 * truth[:, ::-1], truth) == 1
    assert page.least_match(onp.array([[1., 3], [0, 0], [0, 4]]), truth) == 0
    assert page.least_match(onp.array([[1., 0], [0, 3], [0, 4]]), truth) == (
        pytest.approx(.6))


def test_bars_are_rows_and_columns(page):
    W = page.bars()
    assert onp.linalg.norm(W, axis=0) == pytest.approx(1)
    pictures = 2 * W.T.reshape(8, 4, 4)
    assert pictures[1].tolist() == [[0] * 4, [1] * 4, [0] * 4, [0] * 4]
    assert pictures[6].tolist() == [[0, 0, 1, 0]] * 4
    found = page.nearest(-W[:, ::-1], W)
    assert (found == W).all()


def found(**numbers):
    good = {'W W^T': [1e-9], 'variance of the noise': [1e-9], 'largest fall': [0.],
            'variances': [1e-9], 'S C^-1 W - W': [1e-9], 'PCA': [.1],
            'factor analysis': [1e-12], 'PCA, sine': [.9],
            'factor analysis, sine': [.1]}
    return {**good, **numbers}


@pytest.mark.parametrize('number, numbers', [
    (0, {'W W^T': [.1]}), (1, {'largest fall': [1e-3]}), (2, {'variances': [.1]}),
    (3, {'factor analysis': [.2]}), (3, {'PCA': [1e-9]}),
    (4, {'factor analysis, sine': [.95]})])
def test_a_claim_of_factors_fails_where_its_number_does(page, number, numbers):
    assert all(row['holds'] for row in page.claims_of_factors(found()))
    holds = [row['holds'] for row in page.claims_of_factors(found(**numbers))]
    assert holds == [i != number for i in range(6)]


def test_features_that_are_not_the_slowest_are_found(page, monkeypatch):
    right = d2l.slow_features
    assert all(row['holds'] for row in page.claims_of_slowness(600))
    monkeypatch.setattr(d2l, 'slow_features', lambda X: [
        part[..., ::-1] for part in right(X)])
    assert [row['holds'] for row in page.claims_of_slowness(600)] == [False, True]


def test_the_smoke_run_holds_every_claim(smoke_run):
    smoke = smoke_run('23.13')
    rows = smoke.result['claims']
    assert len(rows) == 15 and all(row['holds'] for row in rows)
    em, gaps, _, angles, slow = (figure.axes[0] for figure in smoke.figures)
    laplace, uniform, normal = (line.get_ydata() for line in angles.lines)
    # peaks where the sources are, a valley for flat ones, and a plain without any
    assert laplace[20] == pytest.approx(laplace[0])
    assert laplace[0] > laplace[10] and uniform[0] < uniform[10]
    assert onp.ptp(normal) < onp.ptp(laplace) / 3
    closed, by_em, _ = (line.get_ydata() for line in em.lines)
    assert by_em[-1] == pytest.approx(closed[-1]) and by_em[0] < closed[0] - .1
    ISTA, FISTA = (line.get_ydata() for line in gaps.lines)
    assert len(ISTA) > len(FISTA) and min(ISTA[-1], FISTA[-1]) > 1e-3
