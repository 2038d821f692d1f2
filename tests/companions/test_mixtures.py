"""Mixtures of normal distributions, held to scipy and to sums over the plane."""
import numpy as onp
import pytest

import d2lmx as d2l

P, MU = [.7, .3], [[0., 1], [2, -1]]
SIGMA = [[[1., .3], [.3, .5]], [[.4, -.1], [-.1, .9]]]


@pytest.fixture
def mixture():
    return d2l.NormalMixture(P, MU, SIGMA)


def grid(low, high, num=181):
    """Points (num^2, 2) of a square, and the area of each."""
    side = onp.linspace(low, high, num)
    return (onp.stack(onp.meshgrid(side, side), axis=2).reshape(-1, 2),
            (side[1] - side[0]) ** 2)


def test_densities_are_scipys(mixture):
    stats = pytest.importorskip('scipy.stats', reason='needs scipy')
    x = onp.random.RandomState(0).normal(size=(6, 2)) * 3
    theirs = sum(p * stats.multivariate_normal(mu, sigma).pdf(x)
                 for p, mu, sigma in zip(P, MU, SIGMA))
    onp.testing.assert_allclose(mixture.log_density(x), onp.log(theirs), rtol=1e-12)
    far = onp.array([[1e3, 0]])  # where the density is 0 in 64 bits
    assert -2e6 < mixture.log_density(far)[0] < -2e5


def test_what_is_denoised_is_the_mean_over_all_points(mixture):
    x, area = grid(-9, 9)
    noisy, sigma = onp.array([[.5, 0], [3, 1], [-1, -2]]), .6
    p = onp.exp(mixture.log_density(x))
    noise = onp.exp(-((noisy[:, None] - x) ** 2).sum(axis=2) / 2 / sigma ** 2) / (
        2 * onp.pi * sigma ** 2)                                  # (3, points)
    joint = p * noise * area
    onp.testing.assert_allclose(mixture.denoised(noisy, sigma),
                                joint @ x / joint.sum(axis=1, keepdims=True),
                                rtol=1e-8)
    onp.testing.assert_allclose(mixture.with_noise(sigma).log_density(noisy),
                                onp.log(joint.sum(axis=1)), rtol=1e-8)


def test_what_one_normal_distribution_denoises_is_linear():
    # of variance 3 and noise of variance 1 a quarter of the way is gone
    one = d2l.NormalMixture([1], [[2.]], [[[3.]]])
    assert one.denoised(onp.array([[2.], [6]]), 1).ravel() == pytest.approx([2, 5])


def test_samples_have_the_mean_and_the_covariance_of_the_mixture(mixture):
    x = mixture.sample(40000)
    mean = onp.dot(P, MU)
    away = onp.subtract(MU, mean)
    cov = onp.einsum('c,cij->ij', P, onp.array(SIGMA) + away[:, :, None]
                     * away[:, None])
    # five standard errors: of the means at most 0.007, of squares at most 0.01
    onp.testing.assert_allclose(x.mean(axis=0), mean, atol=.035)
    onp.testing.assert_allclose(onp.cov(x.T), cov, atol=.06)


def test_chances_that_do_not_add_up_are_told():
    for P in ([.7, .2], [.7, float('nan')]):
        with pytest.raises(ValueError, match='chances must add up to 1, got'):
            d2l.NormalMixture(P, MU, SIGMA)
