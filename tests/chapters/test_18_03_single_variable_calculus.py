import math

import numpy as onp
import pytest
from matplotlib import pyplot as plt


def test_difference_quotients_are_those_of_algebra(section):
    # (L(4 + e) - L(4)) / e = 8 + e + 1701 e^2
    for epsilon, quotient in section('18.3').difference_quotients().items():
        e = float(epsilon)
        assert quotient == pytest.approx(8 + e + 1701 * e ** 2, rel=1e-9)


@pytest.mark.parametrize('degree, value', [(0, 1), (1, 3), (2, 5), (3, 19 / 3)])
def test_taylor_series_of_exp_at_2(section, degree, value):
    assert section('18.3').taylor(2.0, degree) == pytest.approx(value)


def test_taylor_series_miss_by_less_than_lagranges_bound(smoke_run):
    errors = smoke_run('18.3').result['exp(1) less its Taylor series']
    for name, error in errors.items():
        n = int(name.split()[-1])
        assert 1 / math.factorial(n + 1) < error < math.e / math.factorial(n + 1)


@pytest.mark.parametrize('degree', [1, 2])
def test_approximations_have_the_sines_value_slope_and_curvature(section, degree):
    section('18.3').approximate_sine(degree)
    sine, *fits = plt.gca().lines
    for x0, fit in zip((-1.5, 0, 2), fits):
        i = abs(fit.get_xdata() - x0).argmin()
        x, y = (data[i - 40:i + 41].astype('float64') for data in fit.get_data())
        found = onp.polyfit(x - x0, y, 2)
        curvature = -math.sin(x0) / 2 if degree == 2 else 0
        # float32 over 0.8
        onp.testing.assert_allclose(found, [curvature, math.cos(x0), math.sin(x0)],
                                    atol=1e-5)
