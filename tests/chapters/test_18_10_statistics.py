import numpy as onp
import pytest
from matplotlib import pyplot as plt
from mxnet import np


def test_seed_0_draws_the_numbers_printed_in_the_book(smoke_run):
    # MXNet starts from seed 0 where nobody sets one, as in the book's notebook
    result = smoke_run('18.10').result
    assert result['estimate of the mean, 1'] == pytest.approx(.9503336, abs=1e-5)
    assert result['mean squared error'] == pytest.approx(15.781996, rel=1e-6)
    assert result['confidence interval'] == pytest.approx((-.07853346, .04412608),
                                                          abs=1e-6)


def test_squared_error_is_variance_and_squared_bias(section):
    page, data = section('18.10'), np.array([1, 2, 6])
    # (1 + 0 + 16) / 3; the mean is 3, the variance (4 + 1 + 9) / 3
    assert float(page.mse(data, 2)) == pytest.approx(17 / 3)
    assert float(page.stat_bias(2, data)) == 1
    parts = page.trade_off()
    assert parts['variance + squared bias'] == pytest.approx(
        parts['mean squared error'], rel=1e-5)


def test_points_stand_as_high_as_those_before_them_are_dense(section):
    section('18.10').sample_of_a_gaussian()
    x, y = plt.gca().collections[0].get_offsets().T
    assert len(x) == 300 and y[0] == 0
    for i in (1, 2, 299):
        kernels = onp.exp(-(x[:i] - x[i]) ** 2 / .02) / (2 * onp.pi * .01) ** .5
        assert y[i] == pytest.approx(kernels.sum() / 300, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize('effect, number', [(1, 8), (.5, 32), (.1, 785), (.01, 78489)])
def test_sample_sizes_are_those_of_tables(section, effect, number):
    # (1.959964 + 0.841621)^2 = 7.848879 over the squared effect, rounded up
    assert section('18.10').sample_size(effect) == number


def test_the_power_of_that_many_samples_is_what_was_asked(section):
    stats = pytest.importorskip('scipy.stats', reason='needs scipy')
    n = section('18.10').sample_size(.1, significance=.01, power=.9)
    power = [stats.norm.sf(stats.norm.isf(.005) - .1 * size ** .5)
             for size in (n - 1, n)]
    assert power[0] < .9 <= power[1]


def test_intervals_hold_the_mean_in_95_of_100_cases(section):
    interval = section('18.10').confidence_interval
    samples = np.random.normal(3, 2, size=(600, 100))
    found = [interval(row) for row in samples]
    held = sum(low <= 3 <= high for low, high in found)
    assert held == pytest.approx(568, abs=5 * (570 * .05) ** .5)  # by Student's t


def test_an_interval_is_scipys(section):
    stats = pytest.importorskip('scipy.stats', reason='needs scipy')
    x = onp.random.RandomState(0).normal(size=1000)
    t_star = stats.t.ppf(.975, 999)
    ours = section('18.10').confidence_interval(np.array(x), t_star)
    theirs = stats.t.interval(.95, 999, loc=x.mean(), scale=stats.sem(x))
    assert ours == pytest.approx(theirs, rel=1e-4)  # float32
