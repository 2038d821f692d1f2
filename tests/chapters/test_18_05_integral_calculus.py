import math

import pytest
from matplotlib import pyplot as plt


def test_slices_are_as_high_as_at_their_left_end(section):
    # 0.25 (0 + 0.25 + 0.5 + 0.75)
    assert section('18.5').riemann(lambda x: x, 0, 1, .25) == .375


def test_finer_slices_come_near_as_the_left_rule_does(section):
    page = section('18.5')
    for epsilon in (.05, .01):
        area = page.slices(epsilon)
        assert area['truth'] == pytest.approx(math.log(5) / 2)
        # (f(0) - f(2)) epsilon / 2, and a term in epsilon^2: f'(2) - f'(0) is -1.1
        assert area['approximation'] - area['truth'] == pytest.approx(
            -.2 * epsilon, abs=.1 * epsilon ** 2 + 1e-6)
        bars, (curve,) = plt.gca().patches, plt.gca().lines
        assert curve.get_xdata()[[0, -1]].tolist() == [0, 2]  # however wide a slice is
        assert sum(bar.get_width() * bar.get_height() for bar in bars) == pytest.approx(
            area['approximation'], rel=1e-5)


def test_all_ways_to_the_volume_below_the_bell_give_pi(smoke_run):
    found = smoke_run('18.5').result['exp(-x^2 - y^2) over the plane']
    # beyond 4 there is 1e-7 of it
    for name in ('sum over squares', 'product of integrals'):
        assert found[name] == pytest.approx(math.pi, rel=1e-6)
    # the left rule begins with a slope of 2 pi: 2 pi epsilon^2 / 12
    assert found['over circles'] == pytest.approx(math.pi - 2 * math.pi * .0025 / 12,
                                                  abs=1e-4)


def test_areas_are_scipys(section):
    integrate = pytest.importorskip('scipy.integrate', reason='needs scipy')
    page = section('18.5')
    whole, _ = integrate.quad(lambda x: math.exp(-x * x), -2, 2)
    # both ends are alike, so the left rule is the trapezoidal one
    assert page.riemann(page.bell, -2, 2, .01) == pytest.approx(whole, rel=1e-4)
    area, _ = integrate.quad(lambda x: x / (1 + x * x), 0, 2)
    assert page.slices(.05)['truth'] == pytest.approx(area)
