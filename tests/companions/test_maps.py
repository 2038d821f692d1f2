"""Maps of many numbers, held to scikit-learn's."""
import numpy as onp
import pytest

import d2lmx as d2l


def groups(distance=8):
    """Sixty points of ten numbers, in three clouds."""
    rng = onp.random.RandomState(0)
    centers = rng.normal(size=(3, 10))
    centers *= distance / onp.linalg.norm(centers, axis=1, keepdims=True)
    return onp.repeat(centers, 20, axis=0) + rng.normal(size=(60, 10))


def test_neighbourhoods_are_those_of_scikit_learn():
    t_sne = pytest.importorskip('sklearn.manifold._t_sne')
    distance = pytest.importorskip('scipy.spatial.distance')
    X = groups()
    P = distance.squareform(t_sne._joint_probabilities(
        d2l.squared_distances(X, X).astype('float32'), 12, 0))
    ours = d2l.joint_probabilities(X, 12)
    assert ours.sum() == pytest.approx(1) and onp.allclose(ours, ours.T)
    # the other search ends where the entropy is within 1e-5, in float32
    onp.testing.assert_allclose(ours, P, atol=2e-6)


def test_the_perplexity_is_what_was_asked_for():
    # of four points at equal distances each has the three others as neighbours
    P = d2l.joint_probabilities(onp.eye(4), 2.5)
    assert P == pytest.approx((1 - onp.eye(4)) / 12)


def test_divergence_and_slope_are_those_of_scikit_learn():
    t_sne = pytest.importorskip('sklearn.manifold._t_sne')
    distance = pytest.importorskip('scipy.spatial.distance')
    X, Y = groups(), onp.random.RandomState(1).normal(size=(60, 2))
    P = d2l.joint_probabilities(X, 12)
    theirs, slope = t_sne._kl_divergence(
        Y.ravel(), distance.squareform(P, checks=False), 1, 60, 2)
    ours, gradient = d2l.map_divergence(Y, P)
    assert ours == pytest.approx(theirs, rel=1e-6)
    onp.testing.assert_allclose(gradient.ravel(), slope, rtol=1e-6, atol=1e-9)


def test_a_map_keeps_clouds_apart_as_well_as_scikit_learns():
    manifold = pytest.importorskip('sklearn.manifold')
    X = groups()
    P = d2l.joint_probabilities(X, 10)
    Y = d2l.t_sne(X, 10, 300)
    # by its 1000 steps, which have another name in each of its versions
    theirs = manifold.TSNE(perplexity=10, init='random', random_state=0
                           ).fit_transform(X)
    ours, other = (d2l.map_divergence(points, P)[0] for points in (Y, theirs))
    assert ours < 1.2 * other  # both begin at random
    nearest = d2l.squared_distances(Y, Y) + onp.diag([onp.inf] * 60)
    assert (nearest.argmin(axis=1) // 20 == onp.arange(60) // 20).all()


def test_principal_components_are_those_of_scikit_learn():
    decomposition = pytest.importorskip('sklearn.decomposition')
    ours, theirs = d2l.principal_map(groups()), decomposition.PCA(2).fit_transform(
        groups())
    onp.testing.assert_allclose(abs(ours), abs(theirs), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize('perplexity', [1, 59, float('nan')])
def test_a_perplexity_that_cannot_be_is_told(perplexity):
    with pytest.raises(d2l.InputError, match='above 1 and below 59'):
        d2l.joint_probabilities(groups(), perplexity)


def test_groups_are_as_far_apart_as_scikit_learn_says():
    metrics = pytest.importorskip('sklearn.metrics')
    rng = onp.random.RandomState(0)
    for names in (rng.randint(0, 4, 60), onp.repeat(['b', 'a', 'c'], 20),
                  onp.append(onp.repeat([1, 2], 29), [7, 9])):  # two are alone
        ours = d2l.silhouette(groups(), names)
        assert ours == pytest.approx(metrics.silhouette_score(groups(), names),
                                     abs=1e-6)
    assert d2l.silhouette(groups(), onp.repeat([0, 1, 2], 20)) > .5


def test_groups_on_one_point_by_hand():
    X = onp.array([[0, 0], [0, 0], [3, 4], [3, 4]])
    assert d2l.silhouette(X, [0, 0, 1, 1]) == 1
    assert d2l.silhouette(X, [0, 1, 0, 1]) == pytest.approx(-1 / 2)  # 5 within, 2.5 out
    assert d2l.silhouette(onp.zeros((3, 2)), [0, 0, 1]) == 0


@pytest.mark.parametrize('names', [[0, 0, 0], [0, 1, 2]])
def test_too_few_or_many_groups_are_told(names):
    with pytest.raises(d2l.InputError, match='2 to 2 groups of 3 rows'):
        d2l.silhouette(onp.zeros((3, 2)), names)
