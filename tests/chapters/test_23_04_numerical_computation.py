import math
from fractions import Fraction

import numpy as onp
import pytest
from mxnet import np


@pytest.fixture
def page(section):
    return section('23.4')


def test_softmax_is_scipys_and_torchs(page, torch):
    special = pytest.importorskip('scipy.special', reason='needs scipy')
    x = onp.array([3., -500, 700, 699.5])
    onp.testing.assert_allclose(page.softmax(x), special.softmax(x), rtol=1e-12)
    theirs = torch.log_softmax(torch.tensor(x), dim=0).numpy()
    onp.testing.assert_allclose(page.log_softmax(x), theirs, rtol=1e-12)
    onp.testing.assert_allclose(page.exact_log_softmax(x.tolist()), theirs, rtol=1e-14)


def test_equal_scores_share_alike(page):
    assert page.exact_log_softmax([7, 7]) == [-math.log(2)] * 2
    assert page.softmax_as_written(onp.zeros(4)).tolist() == [.25] * 4


def test_a_system_of_fractions_is_solved_without_an_error(page):
    # a row must be exchanged for one that begins with no 0
    assert page.solve_exactly([[0, 3], [2, 1]], [[1, 3], [2, 0]]) == [
        [Fraction(5, 6), Fraction(-1, 2)], [Fraction(1, 3), 1]]
    H = page.hilbert(5)
    x = page.solve_exactly(H, [[sum(row)] for row in H])
    assert x == [[1]] * 5


def test_hilberts_matrix_and_its_inverse_are_scipys(page):
    linalg = pytest.importorskip('scipy.linalg', reason='needs scipy')
    onp.testing.assert_array_equal(page.as_floats(page.hilbert(7)), linalg.hilbert(7))
    inverse = page.solve_exactly(page.hilbert(7), onp.eye(7, dtype=int).tolist())
    onp.testing.assert_array_equal(page.as_floats(inverse), linalg.invhilbert(7))


def test_condition_numbers_are_numpys_where_it_has_digits_left(page):
    for n in (2, 5):
        H = page.hilbert(n)
        assert page.condition_number(H) == pytest.approx(
            onp.linalg.cond(page.as_floats(H)), rel=1e-8)
    # eigenvalues 1/2 and 2
    half = [[Fraction(5, 4), Fraction(3, 4)], [Fraction(3, 4), Fraction(5, 4)]]
    assert page.condition_number(half) == pytest.approx(4, rel=1e-14)


def test_a_change_grows_by_its_direction(page):
    A = onp.diag([1., 100])
    assert page.growth(A, onp.array([0, 1.]), onp.array([1., 0])) == pytest.approx(100)
    assert page.growth(A, onp.array([1., 0]), onp.array([0, 1.])) == pytest.approx(.01)


def test_the_best_step_is_that_of_a_search_along_the_gradient(page):
    optimize = pytest.importorskip('scipy.optimize', reason='needs scipy')
    H, x = onp.array([[3., 1], [1, 2]]), onp.array([1., -2])
    g = H @ x
    theirs = optimize.minimize_scalar(lambda step: (x - step * g) @ H @ (
        x - step * g), bounds=(0, 2), method='bounded', options={'xatol': 1e-12}).x
    # a minimum is known to half of the digits
    assert page.optimal_step(g, H) == pytest.approx(theirs, abs=1e-7)


def test_steepest_descent_zigzags(page):
    # by the factor (3 - 1) / (3 + 1) a step
    path = page.steepest_descent(onp.diag([1., 3]), onp.array([-3., -1]), 2)
    onp.testing.assert_allclose(path, [[-3, -1], [-1.5, .5], [-.75, -.25]], rtol=1e-14)


def test_least_squares_are_numpys(page):
    rng = onp.random.RandomState(0)
    A, b = rng.normal(size=(9, 3)), rng.normal(size=9)
    onp.testing.assert_allclose(page.least_squares(A, b), onp.linalg.lstsq(
        A, b, rcond=None)[0], atol=1e-11)


def test_a_hessian_is_torchs(page, torch):
    x = [.3, -.8, 1.2]
    ours = page.hessian(lambda x: np.sin(x[0] * x[1]) + x[2] ** 3 * x[0], x)
    theirs = torch.autograd.functional.hessian(
        lambda x: torch.sin(x[0] * x[1]) + x[2] ** 3 * x[0],
        torch.tensor(x, dtype=torch.float64)).numpy()
    # differences over 1e-4: its square, and rounding over it
    onp.testing.assert_allclose(ours, theirs, atol=1e-7)


def test_least_squares_in_a_ball_are_scipys(page):
    optimize = pytest.importorskip('scipy.optimize', reason='needs scipy')
    rng = onp.random.RandomState(0)
    for scale in (5, .1):  # the constraint binds, or not
        A, b = rng.normal(size=(6, 3)), scale * rng.normal(size=6)
        x, multiplier = page.within_the_ball(A, b)
        theirs = optimize.minimize(
            lambda x: ((A @ x - b) ** 2).sum() / 2, onp.zeros(3), method='SLSQP',
            constraints={'type': 'ineq', 'fun': lambda x: 1 - x @ x},
            options={'ftol': 1e-14})
        onp.testing.assert_allclose(x, theirs.x, atol=1e-5)
        assert (multiplier > 0) == (scale == 5)


def test_on_a_line_the_multiplier_is_known(page):
    # of (3 x - 6)^2 / 2 with x <= 1: 9 + 2 lambda = 18
    x, multiplier = page.within_the_ball(onp.array([[3.]]), onp.array([6.]))
    assert x == pytest.approx([1]) and multiplier == pytest.approx(4.5)


@pytest.mark.parametrize('name, wrong, rows', [
    ('softmax', lambda x: onp.exp(x - x.max()), 'claims_of_softmax'),
    ('within_the_ball', lambda A, b: (onp.array([.6, .8]), .5),
     'claims_of_constraints')])
def test_what_is_wrong_is_found(page, monkeypatch, name, wrong, rows):
    assert all(row['holds'] for row in getattr(page, rows)())
    monkeypatch.setattr(page, name, wrong)
    assert not all(row['holds'] for row in getattr(page, rows)())


def test_the_smoke_run_holds_every_claim(smoke_run):
    smoke = smoke_run('23.4')
    rows = smoke.result['claims']
    assert len(rows) == 13 and all(row['holds'] for row in rows)
    errors, trace, border = (figure.axes[0] for figure in smoke.figures)
    assert errors.lines[0].get_xdata().tolist() == [2, 3, 4, 5, 6]
    assert trace.lines[0].get_xydata()[1] == pytest.approx([-5 * 2 / 3, 2 / 3])
    x, y = border.lines[0].get_data()
    assert onp.interp(1, y[::-1], x[::-1]) == pytest.approx(
        rows[-3]['measured']['lambda'], rel=1e-2)  # between points of a curve
