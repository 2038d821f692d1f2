import numpy as onp
import pytest


def test_the_empirical_risk_has_its_minimum_elsewhere(section):
    minima = section('11.1').two_risks()
    x = onp.linspace(.5, 1.5, 100001)
    f = x * onp.cos(onp.pi * x)
    g = f + .2 * onp.cos(5 * onp.pi * x)
    for name, y in (('risk', f), ('empirical risk', g)):
        assert minima[name][0] == pytest.approx(x[y.argmin()], abs=.01)  # the grid
        assert minima[name][1] == pytest.approx(y.min(), abs=1e-3)


def test_the_local_minimum_is_higher_than_the_global_one(section):
    minima = section('11.1').local_minima()
    # where the derivative cos(pi x) - pi x sin(pi x) is 0
    for x, _ in minima.values():
        assert abs(onp.cos(onp.pi * x) - onp.pi * x * onp.sin(onp.pi * x)) < .1
    assert minima['local'][1] > minima['global'][1]


def test_the_saddle_curves_up_and_down_and_tanh_is_flat_at_4(section):
    page = section('11.1')
    assert page.saddle_points() == {'eigenvalues of the Hessian': [-2, 2]}
    # the book's 0.0013
    assert page.vanishing_gradients()['derivative of tanh at 4'] == pytest.approx(
        1 - onp.tanh(4.) ** 2, rel=1e-3)
