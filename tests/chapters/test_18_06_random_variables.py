import math
from statistics import NormalDist

import numpy as onp
import pytest
from matplotlib import pyplot as plt


def test_the_probability_is_that_of_two_normal_variables(section):
    low, high = NormalDist(-1, 1), NormalDist(3, 1)
    truth = sum(share * (d.cdf(3) - d.cdf(-2)) for share, d in ((.8, low), (.2, high)))
    p = .8 * low.pdf(-2) + .2 * high.pdf(-2), .8 * low.pdf(3) + .2 * high.pdf(3)
    # slices as high as their left ends
    assert section('18.6').probability() == pytest.approx(
        truth + (p[0] - p[1]) * .01 / 2, abs=1e-5)


@pytest.mark.parametrize('p, outside', [(.2, 0), (.125, 0), (.12, .24), (.05, .1)])
def test_no_more_than_a_quarter_is_outside_of_two_deviations(section, p, outside):
    assert section('18.6').chebyshev(p) == pytest.approx(outside)
    bar = plt.gca().lines[0].get_xdata()
    x, chances = onp.array([-2, 0, 2]), onp.array([p, 1 - 2 * p, p])
    deviation = (chances * x ** 2).sum() ** .5
    assert bar == pytest.approx([-2 * deviation, 2 * deviation])
    assert (chances * (abs(x) > 2 * deviation + 1e-9)).sum() == pytest.approx(outside)
    assert outside <= 1 / 4


def test_a_cauchy_variable_has_no_variance(section):
    integrals = section('18.6').cauchy()
    assert integrals['1000'] > 9.9 * integrals['100'] > 90 * integrals['10']
    integrate = pytest.importorskip('scipy.integrate', reason='needs scipy')
    cauchy = pytest.importorskip('scipy.stats', reason='needs scipy').cauchy
    found, _ = integrate.quad(lambda x: x * x * cauchy.pdf(x), -10, 10)
    assert integrals['10'] == pytest.approx(found)


def test_the_area_below_the_cauchy_density_is_a_probability(section):
    section('18.6').cauchy()
    (x, p), (far, integrand) = (plt.figure(number).gca().lines[0].get_data()
                                for number in plt.get_fignums())
    # P(-5 < X < 5); the slices of 0.01 leave 1e-4 of it at one end
    assert p.sum() * .01 == pytest.approx(2 * math.atan(5) / math.pi, abs=2e-4)
    assert integrand == pytest.approx(far ** 2 / (math.pi * (1 + far ** 2)), abs=1e-6)


def test_covariances_are_those_of_the_points_that_are_drawn(smoke_run):
    smoke = smoke_run('18.6')
    clouds = [axes for figure in smoke.figures for axes in figure.axes
              if axes.collections and axes.get_xlabel() == 'X']
    assert len(clouds) == 6
    for axes, (name, value) in zip(clouds, [
            *smoke.result['covariances'].items(),
            *smoke.result['correlations'].items()]):
        points = axes.collections[0].get_offsets().T
        which, _, planted = axes.get_title().split()
        matrix = onp.cov(points, bias=True) if which == 'cov' else onp.corrcoef(points)
        assert planted == name and value == pytest.approx(matrix[0, 1], abs=1e-5)
        # five standard errors: of X Y, whose variance is below 1 + 2 * 1.2^2
        assert value == pytest.approx(float(name), abs=5 * math.sqrt(4 / 500))
