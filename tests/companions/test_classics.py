"""Learners without a network: by hand, and held to scikit-learn."""
import itertools
import math

import numpy as onp
import pytest

import d2lmx as d2l


@pytest.fixture
def clouds():
    """Points of two classes that overlap."""
    rng = onp.random.RandomState(0)
    y = onp.arange(60) % 2
    return rng.normal(size=(60, 2)) + 1.2 * y[:, None], y


def test_kernels_are_products_and_distances():
    A, B = onp.array([[1., 2], [0, 3]]), onp.array([[1., 2], [4, -2], [1, 1]])
    assert d2l.linear_kernel(A, B).tolist() == [[5, 0, 3], [6, -6, 3]]
    # squared distances 0, 25, 1 and 2, 41, 5
    onp.testing.assert_allclose(d2l.gaussian_kernel(2)(A, B), onp.exp(
        [[0, -25 / 8, -1 / 8], [-2 / 8, -41 / 8, -5 / 8]]), rtol=1e-14)


def test_two_points_are_told_apart_half_way_between_them():
    svm = d2l.SupportVectorMachine([[1.], [5.]], [0, 1])
    # w = 1/2, so that f is -1 and 1 there
    assert svm.alpha.tolist() == [-.125, .125] and svm.b == -1.5
    assert svm([[1.], [3.], [5.], [7.]]).tolist() == [-1, 0, 1, 2]
    assert svm.primal == svm.dual == .125


def test_points_that_cannot_be_told_apart_take_all_of_C():
    svm = d2l.SupportVectorMachine([[0.], [0.]], [0, 1], C=3)
    assert svm.alpha.tolist() == [-3, 3] and svm.primal == svm.dual == 6


@pytest.mark.parametrize('kernel, C, options', [
    (d2l.linear_kernel, .5, dict(kernel='linear')),
    (d2l.gaussian_kernel(.8), 4, dict(kernel='rbf', gamma=1 / (2 * .8 ** 2)))])
def test_a_machine_is_scikit_learns(clouds, kernel, C, options):
    svm = pytest.importorskip('sklearn.svm')
    X, y = clouds
    ours = d2l.SupportVectorMachine(X, y, kernel, C)
    theirs = svm.SVC(C=C, tol=1e-8, **options).fit(X, y)
    new = onp.random.RandomState(1).normal(size=(40, 2)) * 2
    # both end where nothing is gained beyond 1e-8 of a slope
    onp.testing.assert_allclose(ours(new), theirs.decision_function(new), atol=1e-6)
    alpha = onp.zeros(len(X))
    alpha[theirs.support_] = theirs.dual_coef_[0]
    onp.testing.assert_allclose(ours.alpha, alpha, atol=1e-5)
    assert ours.primal == pytest.approx(ours.dual, rel=1e-7)


def test_a_machine_that_stops_early_has_a_gap_left(clouds):
    X, y = clouds
    ours = d2l.SupportVectorMachine(X, y, max_steps=5)
    assert ours.primal > 1.01 * ours.dual


@pytest.mark.parametrize('y, C, told', [
    ([0, 0], 1, 'both of them'), ([-1, 1], 1, 'classes 0 and 1'),
    ([0, 1], 0, 'C must be above 0'), ([0, 1], float('nan'), 'C must be above 0')])
def test_what_no_machine_can_be_made_of_is_refused(y, C, told):
    with pytest.raises(ValueError, match=told):
        d2l.SupportVectorMachine([[0.], [1.]], y, C=C)


def test_neighbours_vote_and_the_lower_class_has_ties():
    X, y = [[0.], [1], [2], [10]], [2, 1, 1, 0]
    assert d2l.vote_of_neighbours(X, y, [[.1], [9.]], 1).tolist() == [2, 0]
    assert d2l.vote_of_neighbours(X, y, [[.1], [9.]], 3).tolist() == [1, 1]
    assert d2l.vote_of_neighbours(X, y, [[.1], [9.]], 2).tolist() == [1, 0]


def test_neighbours_are_scikit_learns(clouds):
    neighbors = pytest.importorskip('sklearn.neighbors')
    X, y = clouds
    new = onp.random.RandomState(1).normal(size=(50, 2))
    for k in (1, 5, 60):
        theirs = neighbors.KNeighborsClassifier(k).fit(X, y).predict(new)
        assert d2l.vote_of_neighbours(X, y, new, k).tolist() == theirs.tolist()


@pytest.mark.parametrize('k', [0, 5])
def test_as_many_neighbours_as_there_are_can_vote(k):
    with pytest.raises(ValueError, match='k must be from 1 to the 4 examples'):
        d2l.vote_of_neighbours(onp.zeros((4, 1)), [0, 1, 0, 1], [[0.]], k)


def test_means_of_clusters_move_until_they_stay():
    X = [[0.], [2], [10], [12]]
    centroids, clusters, losses = d2l.k_means(X, [[0.], [2]])
    # 0 | 2, 10, 12 with the mean 8; 0, 2 | 10, 12 with 1 and 11
    assert losses == [64 + 100, 4 + 4 + 16, 4]
    assert centroids.tolist() == [[1], [11]] and clusters.tolist() == [0, 0, 1, 1]


def test_a_centroid_without_points_stays():
    centroids, clusters, _ = d2l.k_means([[0.], [2]], [[1.], [50]])
    assert centroids.tolist() == [[1], [50]] and clusters.tolist() == [0, 0]


def test_clusters_are_scikit_learns_from_the_same_start():
    cluster = pytest.importorskip('sklearn.cluster')
    X = onp.random.RandomState(0).normal(size=(80, 2))
    for start in itertools.islice(itertools.combinations(range(80), 4), 3):
        centroids, clusters, losses = d2l.k_means(X, X[list(start)])
        theirs = cluster.KMeans(4, init=X[list(start)], n_init=1, tol=0,
                                algorithm='lloyd').fit(X)
        onp.testing.assert_allclose(centroids, theirs.cluster_centers_, rtol=1e-10)
        assert clusters.tolist() == theirs.labels_.tolist()
        assert losses[-1] == pytest.approx(theirs.inertia_)
        assert (onp.diff(losses) <= 0).all()


def test_without_further_examples_class_means_are_means():
    mu = d2l.class_means([[0., 1], [4, 0], [2, 3]], [0, 1, 0], onp.zeros((0, 2)))
    assert mu.tolist() == [[1, 2], [4, 0]]


def test_an_example_without_a_label_counts_by_its_chance():
    # half way it counts one half in either mean, and so stays half way
    mu = d2l.class_means([[0.], [4]], [0, 1], onp.array([[2.]]))
    onp.testing.assert_allclose(mu, [[2 / 3], [10 / 3]], rtol=1e-12)


def test_examples_without_labels_are_ever_likelier():
    stats = pytest.importorskip('scipy.stats', reason='needs scipy')
    rng = onp.random.RandomState(0)
    X, others = rng.normal(size=(4, 1)) + [[0], [0], [2], [2]], onp.concatenate(
        [rng.normal(size=(30, 1)), 2 + rng.normal(size=(30, 1))])

    def log_likelihood(steps):
        mu = d2l.class_means(X, [0, 0, 1, 1], others, steps)
        joint = stats.norm(mu.T, 1).pdf
        return onp.log(joint(others).mean(axis=1)).sum() + stats.norm(
            mu[[0, 0, 1, 1]], 1).logpdf(X).sum()

    values = [log_likelihood(steps) for steps in range(8)]
    assert (onp.diff(values) > 0).all()


def test_errors_of_means_are_those_of_many_examples():
    rng = onp.random.RandomState(0)
    truth, mu = onp.array([[0., 0], [2, 1]]), onp.array([[.5, -1], [1, 1.5]])
    y = onp.arange(200000) % 2
    X = truth[y] + rng.normal(size=(len(y), 2))
    nearer = ((X[:, None] - mu) ** 2).sum(axis=2).argmin(axis=1)
    error = d2l.error_of_means(mu, truth)
    # five standard errors
    assert (nearer != y).mean() == pytest.approx(error, abs=5 * (.25 / len(y)) ** .5)
    # the best there is: half the distance in deviations
    assert d2l.error_of_means(truth, truth) == pytest.approx(
        .5 * math.erfc(5 ** .5 / 2 / 2 ** .5))


def test_classes_need_an_example_each():
    with pytest.raises(ValueError, match='classes 0 and 1, both of them'):
        d2l.class_means([[0.], [1]], [1, 1], onp.zeros((3, 1)))


def is_wrong(margins):
    return margins <= 0


def test_perceptrons_add_what_they_get_wrong():
    # right on the second, which is like the first; wrong on the third
    X = onp.array([[[1., 0], [2, 1], [1, 3]], [[0, 1], [0, -1], [0, 2]]])
    y = onp.array([[1, 1, -1], [1, -1, 1]])
    assert d2l.learn_in_order(X, y, is_wrong).tolist() == [[0, -3], [0, 1]]


@pytest.mark.parametrize('loss, share', [
    ('perceptron', is_wrong), ('log_loss', lambda m: 1 / (1 + onp.exp(m)))])
def test_learners_are_scikit_learns(loss, share):
    linear_model = pytest.importorskip('sklearn.linear_model')
    rng = onp.random.RandomState(0)
    X = rng.normal(size=(1, 50, 4))
    y = onp.sign(X @ [1., -1, 2, 0] + rng.normal(size=(1, 50)))
    theirs = linear_model.SGDClassifier(
        loss, penalty=None, fit_intercept=False, max_iter=1, tol=None, shuffle=False,
        learning_rate='constant', eta0=1).fit(X[0], y[0])
    onp.testing.assert_allclose(d2l.learn_in_order(X, y, share), theirs.coef_,
                                rtol=1e-10)


def test_unsigned_pixels_do_not_wrap_and_classes_begin_at_0():
    X, new = onp.array([[0], [250]], 'uint8'), onp.array([[240]], 'uint8')
    assert d2l.vote_of_neighbours(X, [0, 1], new, 1).tolist() == [1]
    with pytest.raises(ValueError, match='classes must be 0, 1'):
        d2l.vote_of_neighbours(X, [-1, 1], new, 1)


def test_k_means_that_is_stopped_tells_of_the_centroids_it_gives():
    X = onp.array([[0.], [4], [5], [9]])
    centroids, clusters, losses = d2l.k_means(X, [[0.], [1]], 1)
    assert centroids.tolist() == [[0], [6]] and clusters.tolist() == [0, 1, 1, 1]
    assert losses == [9 + 16 + 64, 4 + 1 + 9]


def test_equal_means_tell_nothing():
    assert d2l.error_of_means(onp.ones((2, 2)), onp.eye(2)) == .5
