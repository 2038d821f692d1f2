import math

import numpy as onp
import pytest
from matplotlib import pyplot as plt
from mxnet import np


@pytest.fixture
def page(section):
    return section('3.1')


def test_loop_and_vectors_add_alike(page):
    a, b = np.array([1.0, 2.0, 3.0]), np.array([10.0, 20.0, 40.0])
    assert page.add_by_loop(a, b).tolist() == [11, 22, 43]
    assert page.add_as_vectors(a, b).tolist() == [11, 22, 43]


@pytest.mark.alone
def test_adding_as_vectors_is_faster_than_a_loop(page):
    assert page.time_additions(300)['loop / vectors'] > 1


@pytest.mark.alone
def test_timing_waits_for_the_queued_work(page, monkeypatch):
    # a product of this size takes longer than queueing it, on any machine
    a = np.ones((1500, 1500))

    def add_by_loop(*_):
        return np.dot(np.dot(a, a), a)

    page.time_additions(2)
    monkeypatch.setattr(page, 'add_by_loop', add_by_loop)
    seconds = page.time_additions(2)
    assert seconds['add_by_loop'] > 10 * seconds['add_as_vectors']


def test_normal_density_has_its_known_values_and_unit_area(page):
    x = np.arange(-7, 7, 0.01)
    at_mean_and_one_std = page.normal(np.array([3.0, 5.0]), 3, 2)
    peak = 1 / (2 * math.sqrt(2 * math.pi))
    onp.testing.assert_allclose(at_mean_and_one_std.asnumpy(),
                                [peak, peak * math.exp(-0.5)], rtol=1e-6)
    assert float(page.normal(x, 0, 1).sum()) * 0.01 == pytest.approx(1, rel=1e-5)


def test_run_draws_three_densities_and_keeps_the_times_apart(page):
    result = page.run(n=10)
    peak = 1 / math.sqrt(2 * math.pi)
    assert result['highest density'] == pytest.approx(
        {'mean 0, std 1': peak, 'mean 0, std 2': peak / 2, 'mean 3, std 1': peak})
    assert set(result['timing']) == {'add_by_loop', 'add_as_vectors', 'loop / vectors'}
    axes, = plt.gcf().axes
    means = [line.get_xdata()[line.get_ydata().argmax()] for line in axes.lines]
    assert means == pytest.approx([0, 0, 3], abs=0.01)  # the grid's step
