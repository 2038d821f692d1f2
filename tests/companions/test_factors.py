"""Linear factor models: by hand, and held to scikit-learn and scipy."""
import numpy as onp
import pytest

import d2lmx as d2l


@pytest.fixture
def points():
    """200 points of two factors, (200, 6), each number with a noise of its own."""
    rng = onp.random.RandomState(0)
    W = rng.normal(size=(6, 2)) * 2
    return rng.normal(size=(200, 2)) @ W.T + rng.normal(size=(200, 6)) * [
        1, 1.2, .9, .8, 1.1, 1.3] + [3, 0, -1, 2, 0, 5]


def covariance(X):
    return onp.cov(X.T, bias=True)


def test_the_likelihood_is_that_of_scipys_normal_distribution(points):
    stats = pytest.importorskip('scipy.stats', reason='needs scipy')
    W, psi = onp.random.normal(size=(6, 3)), onp.arange(1., 7)
    theirs = stats.multivariate_normal(points.mean(axis=0), W @ W.T + onp.diag(psi))
    assert d2l.factor_log_likelihood(covariance(points), W, psi) == pytest.approx(
        theirs.logpdf(points).mean(), rel=1e-12)


def test_of_a_diagonal_covariance_the_largest_variance_is_the_factor():
    W, psi = d2l.probabilistic_pca(onp.diag([1., 9, 3]), 1)
    assert psi.tolist() == [2, 2, 2]               # the mean of 1 and 3
    onp.testing.assert_allclose(abs(W), [[0], [7 ** .5], [0]], atol=1e-12)
    # given x, h is W' (W W' + 2 I)^-1 x: sqrt(7) / 9 of the second number
    onp.testing.assert_allclose(abs(d2l.factors_given(W, psi)), [[0, 7 ** .5 / 9, 0]],
                                atol=1e-12)


def test_the_closed_form_is_scikit_learns(points):
    decomposition = pytest.importorskip('sklearn.decomposition')
    theirs = decomposition.PCA(2).fit(points)
    W, psi = d2l.probabilistic_pca(covariance(points), 2)
    # theirs divides by one less than there are points
    onp.testing.assert_allclose((W @ W.T + onp.diag(psi)) * 200 / 199,
                                theirs.get_covariance(), rtol=1e-10)


@pytest.mark.parametrize('is_shared', [True, False], ids=['shared', 'own'])
def test_em_climbs_to_what_is_most_likely(points, is_shared):
    decomposition = pytest.importorskip('sklearn.decomposition')
    S = covariance(points)
    W, psi, logs = d2l.factor_em(S, 2, is_shared, 600)
    assert min(onp.diff(logs)) > -1e-12 and logs[-1] > logs[0] + 1
    if is_shared:
        A, other = d2l.probabilistic_pca(S, 2)
        onp.testing.assert_allclose(W @ W.T, A @ A.T, atol=1e-8)
        onp.testing.assert_allclose(psi, other, atol=1e-8)
    else:
        theirs = decomposition.FactorAnalysis(2, tol=1e-12, max_iter=5000,
                                              svd_method='lapack').fit(points)
        # at the flat top of a likelihood 1e-12 of it are 1e-6 of a variance
        onp.testing.assert_allclose(W @ W.T + onp.diag(psi), theirs.get_covariance(),
                                    atol=1e-5)
        assert logs[-1] == pytest.approx(theirs.score(points), abs=1e-12)


def test_the_mean_of_factors_is_scikit_learns(points):
    decomposition = pytest.importorskip('sklearn.decomposition')
    theirs = decomposition.FactorAnalysis(2, svd_method='lapack').fit(points)
    B = d2l.factors_given(theirs.components_.T, theirs.noise_variance_)
    onp.testing.assert_allclose((points - points.mean(axis=0)) @ B.T,
                                theirs.transform(points), atol=1e-8)


@pytest.mark.parametrize('k', [0, 6])
def test_factors_are_fewer_than_numbers(points, k):
    for learn in (lambda S: d2l.probabilistic_pca(S, k),
                  lambda S: d2l.factor_em(S, k, True, 1)):
        with pytest.raises(ValueError, match=f'must be from 1 to 5, got {k}'):
            learn(covariance(points))


def test_whitened_points_have_no_mean_and_no_covariance(points):
    Z, V = d2l.whiten(points)
    onp.testing.assert_allclose(Z.mean(axis=0), 0, atol=1e-12)
    onp.testing.assert_allclose(covariance(Z), onp.eye(6), atol=1e-10)
    onp.testing.assert_allclose(Z, (points - points.mean(axis=0)) @ V, atol=1e-10)
    onp.testing.assert_allclose(V, V.T)


def test_points_on_a_line_are_not_whitened():
    with pytest.raises(ValueError, match='cannot be whitened'):
        d2l.whiten(onp.outer([1., 2, 4], [3, 4]))


def test_independent_components_are_scikit_learns():
    decomposition = pytest.importorskip('sklearn.decomposition')
    rng = onp.random.RandomState(1)
    S = onp.stack([rng.laplace(size=500), rng.uniform(-1, 1, 500),
                   rng.choice([-1., 1], 500)], axis=1)
    X = S @ rng.normal(size=(3, 3))
    Z, _ = d2l.whiten(X)
    B = d2l.fast_ica(Z)
    onp.testing.assert_allclose(B @ B.T, onp.eye(3), atol=1e-12)
    theirs = decomposition.FastICA(whiten='unit-variance', tol=1e-12, max_iter=1000,
                                   random_state=0).fit_transform(X)
    # all signs and orders are as good; theirs is found where it moves by 1e-6
    C = abs(onp.corrcoef((Z @ B.T).T, theirs.T)[:3, 3:])
    onp.testing.assert_allclose(onp.sort(C, axis=1), [[0, 0, 1]] * 3, atol=1e-6)
    assert sorted(C.argmax(axis=1)) == [0, 1, 2]


def test_slow_features_solve_scipys_generalized_eigenproblem(points):
    linalg = pytest.importorskip('scipy.linalg', reason='needs scipy')
    X = onp.cumsum(points - points.mean(axis=0), axis=0)    # signals that wander
    changes = onp.diff(X, axis=0)
    values, vectors = linalg.eigh(changes.T @ changes / 199, covariance(X))
    slow, W = d2l.slow_features(X)
    onp.testing.assert_allclose(slow, values, rtol=1e-8)
    onp.testing.assert_allclose(abs(W.T @ covariance(X) @ vectors), onp.eye(6),
                                atol=1e-8)


def test_of_two_waves_the_longer_one_is_slower():
    t = 2 * onp.pi * onp.arange(400) / 400
    slow, W = d2l.slow_features(onp.stack([onp.sin(5 * t), onp.sin(2 * t)], axis=1))
    # changes of sin(n t) of variance 1 are 2 - 2 cos(n dt); one of 400 is left out
    assert slow == pytest.approx([2 - 2 * onp.cos(2 * t[1]), 2 - 2 * onp.cos(5 * t[1])],
                                 rel=5e-3)
    onp.testing.assert_allclose(abs(W), [[0, 2 ** .5], [2 ** .5, 0]], atol=.02)


def test_a_constant_number_has_no_noise():
    S = onp.diag([2., 1, 0])
    for call in (lambda: d2l.probabilistic_pca(S, 1),
                 lambda: d2l.factor_em(S, 1, False, 3)):
        with pytest.raises(ValueError, match='no noise is left'):
            call()
