import numpy as onp
import pytest
from matplotlib import pyplot as plt


@pytest.fixture
def calculus(section):
    return section('2.4')


def test_numerical_limit_is_off_by_three_times_the_step(calculus):
    # (f(1 + h) - f(1)) / h = 2 + 3h exactly; rounding adds at most 1e-16 / h
    for h in (0.1, 0.01, 1e-3, 1e-4, 1e-5):
        assert calculus.numerical_lim(calculus.f, 1, h) == pytest.approx(2 + 3 * h,
                                                                         abs=1e-10)


def test_limits_are_those_printed_in_the_book(calculus):
    limits = calculus.run()['numerical limit at x = 1']
    assert list(limits) == ['h = 0.1', 'h = 0.01', 'h = 0.001', 'h = 0.0001',
                            'h = 1e-05']
    assert [f'{limit:.5f}' for limit in limits.values()] == [
        '2.30000', '2.03000', '2.00300', '2.00030', '2.00003']


def test_each_step_comes_nearer_to_the_derivative(calculus):
    limits = list(calculus.run(num_steps=3)['numerical limit at x = 1'].values())
    assert len(limits) == 3
    assert limits[0] > limits[1] > limits[2] > 2


def test_figure_shows_a_line_that_touches_f_at_1_only(calculus):
    calculus.run()
    curve, tangent = plt.gca().lines
    gap = curve.get_ydata() - tangent.get_ydata()  # 3 (x - 1)^2
    x = curve.get_xdata()
    assert onp.abs(gap[onp.isclose(x, 1)]) < 1e-5  # float32
    assert (gap[~onp.isclose(x, 1)] > 0).all() and len(x) == 30
    assert [text.get_text() for text in plt.gca().get_legend().get_texts()] == [
        'f(x)', 'Tangent line (x=1)']
