"""Ways of descent, held to each other where they must be equal, and to scipy."""
import numpy as onp
import pytest

import d2lmx as d2l
from d2lmx.companions.optimizers import search_along
from d2lmx.errors import InputError

WAYS = {'conjugate gradients': d2l.ConjugateGradients, 'BFGS': d2l.BFGS,
        'L-BFGS': d2l.LBFGS}


@pytest.fixture
def optimize():
    return pytest.importorskip('scipy.optimize', reason='needs scipy')


@pytest.fixture
def bowl():
    """H (5, 5), b (5,), and f of theta^T H theta / 2 - b^T theta."""
    rng = onp.random.RandomState(0)
    A, b = rng.normal(size=(5, 5)), rng.normal(size=5)
    H = A @ A.T + onp.eye(5) / 2
    return H, b, lambda theta: (theta @ H @ theta / 2 - b @ theta, H @ theta - b)


def test_the_valley_and_its_derivatives_are_scipys(optimize):
    theta = onp.random.RandomState(0).normal(size=7)
    value, g = d2l.rosenbrock(theta)
    assert value == pytest.approx(optimize.rosen(theta), rel=1e-12)
    onp.testing.assert_allclose(g, optimize.rosen_der(theta), rtol=1e-11)
    onp.testing.assert_allclose(d2l.rosenbrock_hessian(theta),
                                optimize.rosen_hess(theta), rtol=1e-12)


def test_a_search_ends_where_wolfes_conditions_hold():
    # x^4 / 4 - x has its least value at 1
    for rho, sigma in ((1e-3, .1), (1., .1), (50., .1), (3., 1e-8)):
        value, g = 0., onp.array([-1.])
        end, low, slope = search_along(
            lambda x: (float(x[0] ** 4 / 4 - x[0]), x ** 3 - 1), onp.zeros(1), value, g,
            onp.array([rho]), sigma)
        assert abs(slope[0]) <= sigma
        assert low <= value - 1e-4 * end[0] and end[0] > 0
        assert (low, slope[0]) == pytest.approx((end[0] ** 4 / 4 - end[0],
                                                 end[0] ** 3 - 1))


def test_a_search_comes_back_from_where_there_is_no_number():
    def f(x):  # -log of x (1 - x), a number between 0 and 1 alone
        with onp.errstate(invalid='ignore', divide='ignore'):
            return float(-onp.log(x * (1 - x))[0]), -1 / x + 1 / (1 - x)

    start = onp.array([.01])
    end, _, slope = search_along(f, start, *f(start), onp.array([1.]), .01)
    assert end[0] == pytest.approx(.5, abs=.3) and abs(slope[0]) <= .01 * (
        1 / .01 - 1 / .99)


@pytest.mark.parametrize('beta', [d2l.fletcher_reeves, d2l.polak_ribiere])
def test_conjugate_gradients_on_a_bowl_are_scipys(bowl, beta):
    linalg = pytest.importorskip('scipy.sparse.linalg', reason='needs scipy')
    H, b, f = bowl
    theirs = [onp.zeros(5)]
    linalg.cg(H, b, maxiter=4, callback=lambda x: theirs.append(x.copy()))
    ours = d2l.minimize(f, onp.zeros(5), d2l.ConjugateGradients(beta), 5, tolerance=0,
                        sigma=1e-10)
    onp.testing.assert_allclose(ours[:5], theirs[:5], atol=1e-8)
    onp.testing.assert_allclose(ours[5], onp.linalg.solve(H, b), atol=1e-8)
    # directions are conjugate
    moves = onp.diff(ours, axis=0)
    products = moves @ H @ moves.T
    assert abs(products - onp.diag(onp.diag(products))).max() < 1e-8


@pytest.fixture
def course():
    """Places and gradients of six steps down a valley."""
    path = d2l.minimize(d2l.rosenbrock, onp.zeros(4), d2l.BFGS(), 6)
    return path, onp.array([d2l.rosenbrock(theta)[1] for theta in path])


@pytest.mark.parametrize('memory', [1, 3, 6])
def test_few_steps_make_the_matrix_that_scipy_makes_of_them(optimize, course, memory):
    path, slopes = course
    way = d2l.LBFGS(memory)
    for theta, g in zip(path, slopes):
        direction = way(theta, g)
    s, y = (onp.diff(part, axis=0)[-memory:] for part in (path, slopes))
    theirs = optimize.LbfgsInvHessProduct(s, y)
    onp.testing.assert_allclose(direction, -theirs.matvec(slopes[-1]), rtol=1e-9)
    if memory == 6:
        way = d2l.BFGS()
        for theta, g in zip(path, slopes):
            direction = way(theta, g)
        onp.testing.assert_allclose(way.M, theirs.todense(), rtol=1e-9)
        onp.testing.assert_allclose(direction, -theirs.matvec(slopes[-1]), rtol=1e-9)


def test_a_step_over_a_hill_teaches_no_curvature():
    way = d2l.BFGS()
    way(onp.zeros(2), onp.array([-1., 0]))
    # the gradient has become steeper along the step
    way(onp.array([1., 0]), onp.array([-3., 0]))
    assert (way.M == onp.eye(2)).all()


@pytest.mark.parametrize('name, theirs, options', [
    ('conjugate gradients', 'CG', {}), ('BFGS', 'BFGS', {}),
    ('L-BFGS', 'L-BFGS-B', {'ftol': 1e-15})])
def test_a_valley_ends_where_scipy_ends(optimize, name, theirs, options):
    start = onp.array([-1.2, 1, -.5])
    path = d2l.minimize(d2l.rosenbrock, start, WAYS[name](), 300)
    found = optimize.minimize(d2l.rosenbrock, start, jac=True, method=theirs,
                              options={'gtol': 1e-8, **options})
    onp.testing.assert_allclose(path[-1], [1, 1, 1], atol=1e-7)
    onp.testing.assert_allclose(path[-1], found.x, atol=1e-6)
    # as many steps, but for how each of them is searched
    assert found.nit / 2 < len(path) - 1 < found.nit * 2
    values = [d2l.rosenbrock(theta)[0] for theta in path]
    assert (onp.diff(values) <= 0).all()


def test_a_direction_uphill_is_left_for_the_gradient(bowl):
    _, _, f = bowl
    wrong, right = (d2l.minimize(f, onp.ones(5), way, 3) for way in (
        lambda theta, g: g, lambda theta, g: -g))
    onp.testing.assert_array_equal(wrong, right)


def test_it_ends_where_there_is_no_slope(bowl):
    H, b, f = bowl
    least = onp.linalg.solve(H, b)
    assert d2l.minimize(f, least, d2l.BFGS(), 9).tolist() == [least.tolist()]


def test_coordinates_in_turn_are_a_triangle_solved():
    rng = onp.random.RandomState(0)
    A, theta = rng.normal(size=(4, 4)), rng.normal(size=4)
    H = A @ A.T + onp.eye(4)
    # Gauss and Seidel: the lower triangle times new is minus the upper one times old
    expected = theta
    for _ in range(3):
        expected = onp.linalg.solve(onp.tril(H), -onp.triu(H, 1) @ expected)
    onp.testing.assert_allclose(d2l.coordinate_descent(H, theta, 3), expected,
                                rtol=1e-10)
    assert abs(d2l.coordinate_descent(onp.diag([1., 9]), [3, -2], 1)).max() == 0


def test_stopping_takes_no_more_errors_than_it_is_patient_for():
    errors = iter([5., 3, 4, 3, 2, 6, 2, 7, 1, 0])
    # 3 is best till two others follow; what comes after is not looked at
    assert d2l.early_stopping(errors, 2) == (1, 3) and next(errors) == 2
    assert d2l.early_stopping([5., 3, 4, 3, 2, 6, 2, 7, 1], 3) == (4, 2)
    assert d2l.early_stopping([5., 3, 4], 3) == (1, 3)


@pytest.mark.parametrize('call', [
    lambda: d2l.early_stopping([1.], 0), lambda: d2l.LBFGS(0),
    lambda: d2l.minimize(d2l.rosenbrock, onp.zeros(2), d2l.BFGS(), 0)])
def test_what_is_less_than_one_is_refused(call):
    with pytest.raises(InputError, match='a whole number of at least 1, got 0'):
        call()


@pytest.mark.parametrize('errors', [[], [onp.nan, onp.nan], [onp.inf]])
def test_stopping_early_needs_an_error(errors):
    with pytest.raises(ValueError, match='must have a finite number'):
        d2l.early_stopping(errors, 5)
