"""Searches in a cube: a process as scikit-learn's, improvements as sampled ones."""
import numpy as onp
import pytest

import d2lmx as d2l


def bowl(point):
    """Lowest at (0.3, any): the second axis does not matter."""
    return float((point[0] - 0.3) ** 2)


def test_a_grid_has_the_middles_of_equal_parts():
    assert d2l.grid_points(2, 2).tolist() == [[.25, .25], [.25, .75], [.75, .25],
                                              [.75, .75]]
    assert d2l.grid_points(3, 2)[:3, 1] == pytest.approx([1 / 6, 1 / 2, 5 / 6])


@pytest.mark.parametrize('scales', [(.3, 1.), (.1, 3.)])
def test_a_process_is_as_scikit_learns(scales):
    kernels = pytest.importorskip('sklearn.gaussian_process.kernels')
    from sklearn.gaussian_process import GaussianProcessRegressor
    X, new = onp.random.uniform(size=(7, 2)), onp.random.uniform(size=(4, 2))
    y = onp.sin(5 * X[:, 0]) + X[:, 1] + 3
    theirs = GaussianProcessRegressor(kernels.RBF(scales), alpha=1e-2, optimizer=None,
                                      normalize_y=True).fit(X, y)
    ours = d2l.GaussianProcess(X, y, scales)
    for a, b in zip(ours.predict(new), theirs.predict(new, return_std=True)):
        onp.testing.assert_allclose(a, b, rtol=1e-8)
    assert ours.log_likelihood == pytest.approx(theirs.log_marginal_likelihood_value_)


def test_the_likeliest_process_does_not_vary_where_nothing_does():
    X = onp.random.uniform(size=(30, 2))
    process = d2l.likeliest_process(X, onp.sin(8 * X[:, 0]))
    assert process.scales[0] < 1 < process.scales[1]
    others = [d2l.GaussianProcess(X, onp.sin(8 * X[:, 0]), scales).log_likelihood
              for scales in ((.1, .1), (3, 3), (.3, .3), (1, 1))]
    assert process.log_likelihood > max(others)


def test_values_that_are_all_equal_are_expected_everywhere():
    mean, std = d2l.GaussianProcess(onp.eye(2), [4., 4.], (1, 1)).predict(onp.eye(2))
    assert mean.tolist() == [4, 4] and (std < .2).all()


def test_an_expected_improvement_is_the_mean_of_many_sampled_ones():
    mean, std, best = onp.array([0., 1., 3.]), onp.array([1., .5, 2.]), .8
    drawn = onp.random.normal(mean, std, size=(400000, 3))
    sampled = onp.maximum(best - drawn, 0).mean(axis=0)
    # the means of so many have standard deviations below 0.0015
    onp.testing.assert_allclose(d2l.expected_improvement(mean, std, best), sampled,
                                atol=.006)


def test_a_bayesian_search_closes_in_where_chance_does_not():
    closest = {'Bayesian': [], 'random': []}
    for _ in range(3):
        X, y = d2l.bayesian_search(bowl, 15, 2)
        assert X.shape == (15, 2) and y.tolist() == list(map(bowl, X))
        assert (0 <= X).all() and (X < 1).all()
        closest['Bayesian'].append(y.min())
        closest['random'].append(min(map(bowl, d2l.random_points(15, 2))))
    assert onp.mean(closest['Bayesian']) < onp.mean(closest['random'])


def test_fewer_trials_than_the_first_are_all_chance():
    X, y = d2l.bayesian_search(bowl, 2, 3)
    assert X.shape == (2, 3) and len(y) == 2


@pytest.mark.parametrize('y, share', [
    ([1, 1, 5, 5], 1), ([1, 5, 1, 5], 0), ([3, 3, 3, 3], 0),
    ([0, 2, 4, 6], .8)])  # variance 5, of the means 1 and 5 it is 4
def test_a_share_of_variance_by_hand(y, share):
    assert d2l.share_explained([.1, .4, .6, .9], y, 2) == pytest.approx(share)
