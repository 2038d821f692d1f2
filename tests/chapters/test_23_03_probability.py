import math

import numpy as onp
import pytest
from mxnet import np

# chances, means and deviations: two that one can reckon with
COINS = onp.array([.25, .75]), onp.array([0., 4]), onp.array([1., 2])


@pytest.fixture
def page(section):
    return section('23.3')


def test_moments_are_within_components_and_between_them(page):
    # 0.75 * 4; 0.25 * 1 + 0.75 * 4 + 0.25 * 9 + 0.75 * 1
    assert page.moments(COINS) == (3, 6.25)


def test_densities_and_posteriors_are_scipys(page):
    stats = pytest.importorskip('scipy.stats', reason='needs scipy')
    x = onp.linspace(-3, 9, 7)
    parts = COINS[0][:, None] * stats.norm(COINS[1][:, None],
                                           COINS[2][:, None]).pdf(x)
    onp.testing.assert_allclose(page.log_density(x, COINS), onp.log(parts.sum(0)),
                                rtol=1e-12)
    onp.testing.assert_allclose(page.posterior(x, COINS), parts / parts.sum(0),
                                rtol=1e-12)


def test_posteriors_are_those_of_scikit_learns_mixture(page):
    mixture = pytest.importorskip('sklearn.mixture')
    theirs = mixture.GaussianMixture(3)
    P, mu, sigma = page.NEAR
    theirs.weights_, theirs.means_ = P, mu[:, None]
    theirs.covariances_ = sigma[:, None, None] ** 2
    theirs.precisions_cholesky_ = 1 / sigma[:, None, None]
    x = onp.linspace(-4, 6, 9)
    onp.testing.assert_allclose(page.posterior(x, page.NEAR).T,
                                theirs.predict_proba(x[:, None]), rtol=1e-10)


def test_a_density_far_from_all_components_is_not_lost(page):
    x = onp.array([1000.])  # where each density is 0
    # only the wider one counts: log(0.75) and its own
    assert page.log_density(x, COINS)[0] == pytest.approx(
        math.log(.75) - 498 ** 2 / 2 - math.log(2) - math.log(2 * math.pi) / 2)


def test_samples_of_another_mixture_are_found(page, monkeypatch):
    assert page.measure_posterior(5000)['largest deviation'] < 5
    P, mu, sigma = page.NEAR
    right = page.sample
    monkeypatch.setattr(page, 'sample', lambda mixture, num_samples: right(
        (P, mu + .3, sigma), num_samples))
    found = page.measure_posterior(5000)
    assert found['largest deviation'] > 5 and found['deviation of the mean'] > 5


def test_entropy_is_scipys_and_nothing_is_lost_by_what_cannot_be(page):
    stats = pytest.importorskip('scipy.stats', reason='needs scipy')
    P = onp.random.RandomState(0).dirichlet(onp.ones(4), 3)
    onp.testing.assert_allclose(page.entropy(P), stats.entropy(P, axis=1), rtol=1e-12)
    assert page.entropy(onp.array([.5, 0, .5])) == pytest.approx(math.log(2))


def test_differential_entropies_are_scipys(page):
    stats = pytest.importorskip('scipy.stats', reason='needs scipy')
    sigma = 5.01 / math.sqrt(12)
    theirs = {'normal': stats.norm(0, sigma), 'uniform': stats.uniform(-2.505, 5.01),
              'Laplace': stats.laplace(0, sigma / math.sqrt(2))}
    for name, (ours, exact) in page.differential_entropies().items():
        assert theirs[name].std() == pytest.approx(sigma)
        assert exact == pytest.approx(float(theirs[name].entropy()), rel=1e-12)
        assert ours == pytest.approx(exact, abs=1e-4)


def test_divergences_of_normals_are_torchs(page, torch):
    from torch.distributions import Normal, kl_divergence
    p, q = ((.5, 1.5), (-1., .75))
    theirs = kl_divergence(*(Normal(*(torch.tensor(v, dtype=torch.float64)
                                      for v in pair)) for pair in (p, q)))
    assert page.kl_of_normals(*p, *q) == pytest.approx(float(theirs), rel=1e-12)
    log_p, log_q = (page.log_normal(page.GRID, *pair) for pair in (p, q))
    assert page.kl(log_p, log_q) == pytest.approx(float(theirs), rel=1e-10)
    assert page.kl(log_p, log_p) == 0


def test_the_nearest_normal_to_a_normal_is_itself_both_ways(page):
    log_p = np.array(page.log_normal(page.GRID, 1, .5), dtype='float64')
    for divergence in (lambda log_q: page.kl(log_p, log_q, np),
                       lambda log_q: page.kl(log_q, log_p, np)):
        assert page.nearest_normal(divergence, 0.) == pytest.approx((1, .5), rel=1e-9)


def test_what_is_nearest_both_ways_is_nearest_for_scipy_too(page):
    optimize = pytest.importorskip('scipy.optimize', reason='needs scipy')
    log_p = page.log_density(page.GRID, page.FAR)
    ours = page.nearest_both_ways()
    for mu, q in zip((-3, 3), list(ours.values())[1:]):
        theirs = optimize.minimize(lambda q: page.kl(page.log_normal(
            page.GRID, q[0], math.exp(q[1])), log_p), [mu, .5], tol=1e-10)
        # it stops where differences of the divergence are lost
        assert q == pytest.approx((theirs.x[0], math.exp(theirs.x[1])), abs=1e-5)


def test_a_claim_fails_where_deviations_are_large(page):
    for deviation, holds in ((1.5, True), (5.5, False)):
        rows = page.claims_of_mixtures({'largest deviation': [1, deviation],
                                        'deviation of the mean': [-1, .5]})
        assert [row['holds'] for row in rows] == [True, holds]


def test_the_smoke_run_holds_every_claim(smoke_run):
    smoke = smoke_run('23.3')
    rows = smoke.result['claims']
    assert len(rows) == 8 and all(row['holds'] for row in rows)
    posteriors, coin, nearest = (figure.axes[0] for figure in smoke.figures)
    shares = onp.array([line.get_ydata() for line in posteriors.lines[:3]])
    onp.testing.assert_allclose(shares.sum(axis=0), 1, rtol=1e-12)
    p, H = coin.lines[0].get_data()
    assert H[25] == pytest.approx(-.25 * math.log(.25) - .75 * math.log(.75))
    # the one covers what the others choose from
    wide, left, right = (line.get_ydata() for line in nearest.lines[1:])
    assert wide.max() < .1 < .35 < min(left.max(), right.max())
