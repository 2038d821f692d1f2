"""Gabor functions: by hand, their slopes exactly, and fits held to scipy's."""
import numpy as onp
import pytest

import d2lmx as d2l
from d2lmx.companions.waves import first_guesses, gabor_slopes

THETA = onp.array([2, .1, .3, 1.5, .4, 1, -2, .7])


def places(k):
    y, x = onp.indices((k, k)) - (k - 1) / 2
    return x, y


def test_a_wave_goes_along_tau_in_a_window_of_two_widths():
    alpha, beta_x, beta_y, f, phi, x_0, y_0, tau = THETA
    d, along = 1.3, onp.array([onp.cos(.7), onp.sin(.7)])
    across = onp.array([-along[1], along[0]])
    at = onp.array([1, -2])
    assert d2l.gabor(THETA, *at) == pytest.approx(2 * onp.cos(.4))
    assert d2l.gabor(THETA, *(at + d * along)) == pytest.approx(
        2 * onp.exp(-.1 * d ** 2) * onp.cos(1.5 * d + .4))
    assert d2l.gabor(THETA, *(at + d * across)) == pytest.approx(
        2 * onp.exp(-.3 * d ** 2) * onp.cos(.4))


def test_slopes_are_those_of_steps_along_the_imaginary_axis():
    x, y = (axis.ravel() for axis in places(5))
    z = THETA.copy()
    z[1:3] = onp.log(z[1:3])
    values, J = gabor_slopes(z[None], x, y)
    onp.testing.assert_allclose(values[0], d2l.gabor(THETA, x, y), rtol=1e-12)
    for i in range(8):
        moved = z.astype(complex)
        moved[i] += 1e-20j
        moved[1:3] = onp.exp(moved[1:3])
        onp.testing.assert_allclose(J[0, :, i], d2l.gabor(moved, x, y).imag / 1e-20,
                                    rtol=1e-10, atol=1e-14)


def test_no_two_guesses_are_alike():
    assert len(onp.unique(first_guesses(9), axis=0)) == 16


@pytest.mark.parametrize('size', [1, 1e-6])
def test_scipy_finds_nothing_nearer(size):
    optimize = pytest.importorskip('scipy.optimize', reason='needs scipy')
    x, y = places(9)
    w = size * (d2l.gabor([1, .1, .05, 1, .3, .5, 0, 1], x, y)
                + onp.random.RandomState(0).normal(0, .1, (9, 9)))
    theta, left = d2l.fit_gabor(w)
    assert left == pytest.approx(((d2l.gabor(theta, x, y) - w) ** 2).sum()
                                 / (w ** 2).sum())
    theta[0] /= size
    found = optimize.least_squares(lambda theta: (
        d2l.gabor(theta, x, y) - w / size).ravel(), 1.02 * theta, xtol=1e-12)
    assert left == pytest.approx(2 * found.cost / (w ** 2).sum() * size ** 2, rel=1e-6)
    assert 0 < left < .2


def test_a_blot_is_a_gabor_function_of_no_wave():
    x, y = places(7)
    assert d2l.fit_gabor(onp.exp(-.2 * (x ** 2 + (y - 1) ** 2)))[1] < 1e-9


@pytest.mark.parametrize('w', [onp.zeros((3, 3)), onp.ones((3, 4)), onp.ones(9)])
def test_what_is_no_filter_is_refused(w):
    with pytest.raises(ValueError, match='square and not all 0, got the shape'):
        d2l.fit_gabor(w)
