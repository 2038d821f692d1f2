import numpy as onp
import pytest


def test_eigenvalues_lie_in_gershgorins_intervals(section, smoke_run):
    nearly = smoke_run('18.2').result['nearly diagonal']
    onp.testing.assert_allclose(
        nearly['intervals'], [[.7, 1.3], [2.4, 3.6], [4.2, 5.8], [8.1, 9.9]])
    for value, (low, high) in zip(nearly['eigenvalues'], nearly['intervals']):
        assert low <= value <= high
    assert sum(nearly['eigenvalues']) == pytest.approx(18)  # the trace


def test_eigenvectors_are_stretched_by_their_eigenvalues(smoke_run):
    result = smoke_run('18.2').result
    eigs, V = result['eigenvalues of ((2, 1), (2, 3))'], onp.array(
        result['eigenvectors, as columns'])
    assert sorted(eigs) == pytest.approx([1, 4])
    onp.testing.assert_allclose(onp.array([[2, 1], [2, 3]]) @ V, V * eigs, atol=1e-12)


def test_growth_is_the_largest_eigenvalue(smoke_run):
    result = smoke_run('18.2').result
    assert result['norms of eigenvalues'] == pytest.approx(
        [.8786205, 1.2757953, 1.4983382, 1.4983382, 1.9744593], abs=1e-6)  # printed
    assert result['last ratio of norms'] == pytest.approx(
        result['norms of eigenvalues'][-1], rel=1e-9)
    assert result['last ratio, rescaled'] == pytest.approx(1, rel=1e-9)


def test_norms_are_those_of_powers(section):
    A = onp.array([[2., 0], [0, -1]])
    norms = section('18.2').norms_of_powers(A, onp.array([[3.], [4.]]), 3)
    # (3, 4), (6, -4), (12, 4)
    assert norms == pytest.approx([5, 52 ** .5, 160 ** .5])


def test_components_of_a_turned_ellipse_are_its_axes(section):
    page, turn = section('18.2'), onp.array([[.6, .8], [-.8, .6]])
    X = onp.array([[3, 0], [-3, 0], [0, 1], [0, -1.]]) @ turn + [5, 7]
    for pca in (page.pca_by_eigendecomposition, page.pca_by_svd):
        W, variances = pca(X, 2)
        assert variances == pytest.approx([4.5, .5])
        assert abs((W * turn).sum(axis=1)) == pytest.approx([1, 1])


def test_components_are_scipys(section):
    linalg = pytest.importorskip('scipy.linalg', reason='needs scipy')
    X = onp.random.RandomState(0).normal(size=(30, 6)) * [5, 4, 3, 2, 1, .5]
    values, vectors = linalg.eigh(onp.cov(X.T, bias=True))
    W, variances = section('18.2').pca_by_svd(X, 4)
    assert variances == pytest.approx(values[:1:-1])
    assert abs((W * vectors.T[:1:-1]).sum(axis=1)) == pytest.approx(onp.ones(4))


def test_both_ways_give_the_same_for_pictures_and_the_rest_is_the_error(smoke_run):
    pca = smoke_run('18.2').result['PCA of garments']
    assert pca['SVD: largest difference of a variance'] < 1e-9 * pca['variances'][0]
    assert pca['SVD: smallest cosine of a direction'] > 1 - 1e-9
    # what the directions leave out is what pictures lose
    assert pca['squared error of a picture'] == pytest.approx(pca['variance left'])
    left, kept = pca['variance left'], sum(pca['variances'])
    assert pca['share of the variance'] == pytest.approx(kept / (kept + left))
