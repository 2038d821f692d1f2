import math

import numpy as onp
import pytest


@pytest.fixture
def page(section):
    return section('23.2')


def test_a_quadratic_form_is_that_of_the_angle(page):
    angles, values = page.on_the_circle(onp.array([[2., 0], [0, -1]]), num_angles=5)
    assert angles == pytest.approx([0, .25 * math.pi, .5 * math.pi, .75 * math.pi,
                                    math.pi])
    assert values == pytest.approx([2, .5, -1, .5, 2])  # 2 cos^2 - sin^2


@pytest.mark.parametrize('A, value', [
    ([[3]], 3), ([[1, 2], [3, 4]], -2), ([[0, 1, 0], [0, 0, 1], [1, 0, 0]], 1),
    ([[0, 1], [1, 0]], -1)])
def test_a_determinant_is_a_sum_over_permutations(page, A, value):
    assert page.determinant(onp.array(A)) == value


def test_the_determinant_is_numpys(page):
    A = onp.random.RandomState(0).randint(-5, 6, (5, 5))
    assert page.determinant(A) == pytest.approx(onp.linalg.det(A), rel=1e-10)


def test_the_pseudo_inverse_of_a_column_is_the_row_over_its_square(page):
    a = onp.array([[3.], [4]])
    onp.testing.assert_allclose(page.pseudoinverse(a), a.T / 25, rtol=1e-14)
    onp.testing.assert_array_equal(page.pseudoinverse(onp.zeros((2, 3))), 0)


def test_the_pseudo_inverse_is_scipys_whatever_the_rank(page):
    linalg = pytest.importorskip('scipy.linalg', reason='needs scipy')
    rng = onp.random.RandomState(1)
    for shape, rank in (((4, 6), 4), ((6, 4), 4), ((5, 4), 2)):
        A = rng.normal(size=(shape[0], rank)) @ rng.normal(size=(rank, shape[1]))
        onp.testing.assert_allclose(page.pseudoinverse(A), linalg.pinv(A), atol=1e-12)
        assert page.penrose(A, page.pseudoinverse(A)) < 1e-12


def test_another_inverse_misses_a_condition_of_penroses(page):
    A = onp.array([[1., 0], [0, 0]])
    assert page.penrose(A, A) == 0
    # A B A = A holds, and B A B = B does not
    assert page.penrose(A, onp.eye(2)) == 1


def test_components_of_points_on_a_line_through_0_are_its_direction(page):
    X = onp.outer([1., -2, 3, 1], [.6, 0, -.8])
    for pca in (page.pca_by_eigenvectors, page.pca_by_svd, page.pca_by_induction):
        D = pca(X, 1)
        assert D.shape == (3, 1)
        assert abs(D[:, 0]) == pytest.approx([.6, 0, .8])
        assert page.error(X, D) == pytest.approx(0, abs=1e-20)


def test_components_are_scikit_learns_without_a_mean(page):
    decomposition = pytest.importorskip('sklearn.decomposition')
    X = onp.random.RandomState(0).normal(size=(30, 5)) * [5, 4, 3, 2, 1] + 1
    theirs = decomposition.TruncatedSVD(2, algorithm='arpack', random_state=0).fit(X)
    code = theirs.transform(X)
    for pca in (page.pca_by_eigenvectors, page.pca_by_svd, page.pca_by_induction):
        D = pca(X, 2)
        onp.testing.assert_allclose(D.T @ D, onp.eye(2), atol=1e-12)
        onp.testing.assert_allclose(abs(X @ D), abs(code), atol=1e-8)
        onp.testing.assert_allclose(page.reconstruct(X, D),
                                    theirs.inverse_transform(code), atol=1e-8)


def found(**numbers):
    good = {'by SVD': [1e-12], 'by induction': [1e-12], 'lost': [5.], 'exact': [5.],
            'least lost by chance': [6.]}
    return {**good, **numbers}


@pytest.mark.parametrize('number, numbers', [
    (0, {'by induction': [1e-3]}), (1, {'exact': [5.01]}),
    (2, {'least lost by chance': [4.9]})])
def test_a_claim_of_components_fails_where_its_number_does(page, number, numbers):
    assert [row['holds'] for row in page.claims_of_pca(found())] == [True] * 3
    rows = page.claims_of_pca(found(**numbers))
    assert [row['holds'] for row in rows].count(False) == 1
    assert not rows[number]['holds']


def test_a_wrong_pseudo_inverse_is_found(page, monkeypatch):
    right = page.pseudoinverse
    monkeypatch.setattr(page, 'pseudoinverse', lambda A: 1.0001 * right(A))
    assert not any(row['holds'] for row in page.claims_of_inverses())


def test_the_smoke_run_holds_every_claim(smoke_run):
    smoke = smoke_run('23.2')
    rows = smoke.result['claims']
    assert len(rows) == 11 and all(row['holds'] for row in rows)
    extremes = rows[0]['measured']
    assert extremes['largest, exact'] == pytest.approx((5 + 5 ** .5) / 2, rel=1e-14)
    circle, limit, lost = (figure.axes[0] for figure in smoke.figures)
    assert limit.lines[0].get_xdata()[[0, -1]].tolist() == pytest.approx([1e-4, 10])
    pca, by_chance = (line.get_ydata() for line in lost.lines)
    assert (pca < by_chance).all()
