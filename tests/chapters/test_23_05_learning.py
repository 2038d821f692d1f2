import math

import numpy as onp
import pytest

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('23.5')


def test_errors_of_a_line_through_three_points_are_known(page, monkeypatch):
    # 1, 0, 1: the mean 2/3 leaves 1/9, 4/9, 1/9
    monkeypatch.setattr(page, 'TRUTH', (0., 0, 1))
    x = onp.array([-1., 0, 1])
    for degree, share in ((0, 1 / 3), (1, 2 / 3)):
        assert page.expected_errors(x, degree) == pytest.approx(
            (2 / 9 + .09 * (1 - share), 2 / 9 + .09 * (1 + share)))
    assert page.expected_errors(x, 2) == pytest.approx((0, .18))


def test_errors_that_are_not_those_expected_are_found(page, monkeypatch):
    x = onp.linspace(-1, 1, 10)
    assert page.measure_capacity(x, 500)['deviation'] < 5
    right = page.expected_errors
    monkeypatch.setattr(page, 'expected_errors', lambda x, degree: tuple(
        1.2 * error for error in right(x, degree)))
    assert page.measure_capacity(x, 500)['deviation'] > 5


def test_estimators_are_those_of_two_coins(page):
    # heads with chance 1/4, so often 0, 1 or 2 of two: 9/16, 6/16, 1/16
    mean, variance = page.expected(page.ESTIMATORS['mean'], .25, 2)
    assert (mean, variance) == (.25, 3 / 32)
    mean, variance = page.expected(page.ESTIMATORS['variance / m'], .25, 2)
    assert mean == pytest.approx(6 / 16 / 4)
    assert variance == pytest.approx(6 / 16 / 16 - (6 / 64) ** 2)
    assert page.expected(page.ESTIMATORS['variance / (m - 1)'], .25, 2)[0] == (
        pytest.approx(3 / 16))


@pytest.fixture
def line():
    rng = onp.random.RandomState(0)
    x = rng.normal(size=12)
    return onp.stack([onp.ones(12), x], axis=1), 1 - x + rng.normal(size=12)


def test_the_likelihood_is_scipys(page, line):
    stats = pytest.importorskip('scipy.stats', reason='needs scipy')
    X, y = line
    w = onp.array([.5, -.3])
    assert page.negative_log_likelihood(w, X, y, .7) == pytest.approx(
        -stats.norm(X @ w, .7).logpdf(y).sum(), rel=1e-12)


def test_most_likely_weights_are_scikit_learns(page, line):
    linear_model = pytest.importorskip('sklearn.linear_model')
    X, y = line
    theirs = linear_model.LinearRegression(fit_intercept=False).fit(X, y).coef_
    for ours in (page.normal_equations(X, y), page.most_likely(X, y, .5)):
        assert ours == pytest.approx(theirs, abs=1e-10)


def test_a_posterior_without_examples_is_the_prior_and_halves_with_one(page):
    prior = onp.array([1.]), onp.array([[1.]])
    mu, Lambda = page.posterior(onp.zeros((0, 1)), onp.zeros(0), *prior)
    assert (mu, Lambda) == (1, 1)
    # as much is known by one example of variance 1: half way to it, half the variance
    mu, Lambda = page.posterior(onp.ones((1, 1)), onp.array([3.]), *prior)
    assert (mu, Lambda) == (2, .5)


def test_predictions_are_those_of_scikit_learns_gaussian_process(page, line):
    gp = pytest.importorskip('sklearn.gaussian_process')
    X, y = line
    # a line whose weights are normal is a process with the kernel x^T z
    theirs = gp.GaussianProcessRegressor(
        gp.kernels.DotProduct(0, 'fixed'), alpha=1, optimizer=None).fit(X, y)
    new = onp.array([[1., -2], [1, 0], [1, 3]])
    mean, std = theirs.predict(new, return_std=True)
    mu, Lambda = page.posterior(X, y, onp.zeros(2), onp.eye(2))
    assert new @ mu == pytest.approx(mean)
    assert onp.sqrt((new @ Lambda * new).sum(axis=1)) == pytest.approx(std)


def test_a_wrong_posterior_is_found(page, line, monkeypatch):
    right = page.posterior
    monkeypatch.setattr(page, 'posterior', lambda *args: (
        right(*args)[0], 1.01 * right(*args)[1]))
    assert not page.claims_of_bayes(*line)[0]['holds']


@pytest.mark.parametrize('k, error', [
    # one label is wrong where the neighbour is and it is not, or the other way round
    (1, 2 * .1 * .9), (3, (3 * .01 * .9 + .001) * .9 + (1 - .028) * .1)])
def test_errors_of_votes_are_those_of_coins(page, k, error):
    assert page.expected_vote_error(k, .1) == pytest.approx(error)


def test_a_vote_is_never_wrong_without_noise(page):
    assert page.measure_votes(30, 0) == {1: 0, 5: 0, 25: 0}
    assert page.claims_of_votes({1: [0.], 5: [0.], 25: [0.]}, 30, 0)['holds']


def test_votes_that_err_too_often_are_found(page):
    exact = {k: page.expected_vote_error(k, .1) for k in (1, 5)}
    assert page.claims_of_votes({k: [e, e + .02] for k, e in exact.items()}, 400,
                                .1)['holds']
    # five deviations of 400 places are 0.1
    assert not page.claims_of_votes({k: [e, e + .12] for k, e in exact.items()}, 400,
                                    .1)['holds']


def test_the_least_partition_of_four_points_is_two_pairs(page):
    X = onp.array([[0.], [2], [10], [13]])
    assert page.least_partition(X, 2) == pytest.approx(2 + 4.5)


def test_a_start_that_misses_the_best_partition_is_found(page, monkeypatch):
    assert all(row['holds'] for row in page.claims_of_clusters(
        {name: [value] for name, value in page.measure_clusters().items()}))
    monkeypatch.setattr(d2l, 'k_means', lambda X, centroids: (None, None, [
        float(((X[:, None] - centroids) ** 2).sum(2).min(1).sum())]))
    first, _ = page.claims_of_clusters(
        {name: [value] for name, value in page.measure_clusters().items()})
    assert not first['holds']


def test_the_smoke_run_holds_every_claim(smoke_run):
    smoke = smoke_run('23.5')
    rows = smoke.result['claims']
    assert len(rows) == 13 and all(row['holds'] for row in rows)
    fits, predictions, line, gaussian = (figure.axes[0] for figure in smoke.figures)
    # ten powers meet ten points
    points = fits.collections[0].get_offsets()
    degree_9 = fits.lines[2].get_xydata()
    assert onp.interp(points[0, 0], *degree_9.T) == pytest.approx(points[0, 1])
    mean, below, above = (curve.get_ydata() for curve in predictions.lines)
    assert ((above - mean) >= 2 * .3).all()  # the noise, and what is not known of w
    assert mean == pytest.approx((below + above) / 2)
    assert (line.get_title(), gaussian.get_title()) == ('linear kernel',
                                                        'Gaussian kernel')
