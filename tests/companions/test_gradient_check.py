import numpy as onp
import pytest

import d2lmx as d2l


def cubic(params):
    """x^3 + 2 x y, over all x and the one y."""
    x, y = params
    return float((x ** 3 + 2 * x * y).sum())


def parameters():
    return [onp.array([[1., -2.], [.5, 0.]]), onp.array([3.])]


def gradients(params):
    x, y = params
    return [3 * x ** 2 + 2 * y, onp.array([2 * x.sum()])]


def test_right_gradients_agree_and_nothing_is_moved():
    params = parameters()
    # the third derivative is 6: differences are off by epsilon ** 2 alone
    assert d2l.check_gradients(cubic, params, gradients(params)) < 1e-9
    assert all(map(onp.array_equal, params, parameters()))


def test_the_difference_is_a_share_of_both_lengths():
    params = parameters()
    right = gradients(params)
    for factor, expected in ((2, 1 / 3), (-1, 1), (0, 1), (1.001, .001 / 2.001)):
        found = d2l.check_gradients(cubic, params, [factor * each for each in right])
        assert found == pytest.approx(expected, rel=1e-5)


def test_two_gradients_of_nothing_agree():
    assert d2l.check_gradients(lambda params: 1, [onp.zeros(2)], [onp.zeros(2)]) == 0


def test_a_wrong_gradient_that_is_no_number_is_none():
    params = parameters()
    wrong = [onp.full((2, 2), onp.nan), onp.zeros(1)]
    assert not d2l.check_gradients(cubic, params, wrong) < 1e9


def test_numbers_of_32_bits_are_refused():
    params = [onp.zeros(2, 'float32')]
    with pytest.raises(ValueError, match='float64, got float32'):
        d2l.check_gradients(lambda params: 0, params, params)


def test_slopes_of_points_are_those_of_a_formula():
    X = onp.random.RandomState(0).normal(size=(4, 3))
    J = d2l.numeric_jacobian(lambda X: onp.stack([
        X.prod(axis=1), (X ** 2).sum(axis=1)], axis=1), X)
    assert J.shape == (4, 2, 3)
    onp.testing.assert_allclose(J[:, 0], X.prod(axis=1)[:, None] / X, rtol=1e-8)
    onp.testing.assert_allclose(J[:, 1], 2 * X, rtol=1e-8)
    assert d2l.numeric_jacobian(lambda X: X.sum(axis=1), X).shape == (4, 3)
