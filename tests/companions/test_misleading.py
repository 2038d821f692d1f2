"""Numbers that mislead, beside what they should be."""
import itertools
import math

import numpy as onp
import pytest

import d2lmx as d2l

STATES = onp.array(list(itertools.product([0., 1.], repeat=3)))
TRAIN = onp.array([[1., 0, 0], [1, 1, 0], [1, 0, 0], [0, 0, 0]])
MODELS = {'independent': lambda X: d2l.log_independent(TRAIN, X),
          'memory': lambda X: d2l.log_memory(TRAIN, X, .1),
          'noise': lambda X: d2l.log_mostly_noise(
              d2l.log_independent(TRAIN, X), 3, .99)}


@pytest.mark.parametrize('name', MODELS)
def test_each_model_is_a_distribution(name):
    assert onp.exp(MODELS[name](STATES)).sum() == pytest.approx(1)


def test_means_are_of_two_examples_more():
    # of four: 3, 1 and 0 ones
    assert MODELS['independent'](onp.array([[1., 1, 1]])) == pytest.approx(
        onp.log([4 / 6 * 2 / 6 * 1 / 6]))


def test_a_memory_turns_units():
    # by 110: one unit from 100, twice, two from 000
    expected = (.9 ** 3 + 2 * .1 * .9 ** 2 + .1 ** 2 * .9) / 4
    found, = MODELS['memory'](onp.array([[1., 1, 0]]))
    assert found == pytest.approx(onp.log(expected))


def test_noise_costs_at_most_its_share():
    log_p = onp.array([-1000., -3])
    found = d2l.log_mostly_noise(log_p, 2000, .99)
    assert found[0] == pytest.approx(-1000 + onp.log(.01))
    assert found[1] == pytest.approx(-3 + onp.log(.01))
    assert d2l.log_mostly_noise(log_p, 2, .99)[0] == pytest.approx(onp.log(.99 / 4))


def test_one_point_is_preferred_to_the_truth_whose_entropy_it_has():
    found = d2l.measure_windows(n=500, d=10)
    entropy = 10 * math.log(2 * math.pi * math.e) / 2
    # the deviation of a mean of squares of 5000 numbers, five times
    assert found['truth'] == pytest.approx(-entropy, abs=5 * (2 * 10 / 500) ** .5 / 2)
    assert found['window'] < found['point']
    assert found['1 / 255'] == pytest.approx(10 * math.log(255))
    # of width 1 the point's window is the truth
    assert found['truth'] <= found['point'] < found['truth'] + .2


def test_levels_have_a_density_without_end_and_one_with_noise_below_their_chances():
    found = d2l.measure_levels(.5, .2, .002, .0002)
    log_p = sum(p * math.log(p) for p in (.4, .3, .2, .1))
    assert found['log p of levels'] == pytest.approx(log_p)
    assert found['sigma = 0.0002'] - found['sigma = 0.002'] == pytest.approx(
        math.log(10))
    assert found['sigma = 0.002'] == pytest.approx(
        log_p - math.log(.002 * math.sqrt(2 * math.pi)))
    assert found['with noise, most'] < log_p


def test_with_noise_the_density_is_integrated():
    stats = pytest.importorskip('scipy.stats')
    found = d2l.measure_levels(.5, chances=(.5, .5))
    x = onp.linspace(-.5, 1.5, 20001)
    log_q = onp.log((stats.norm(0, .5).pdf(x) + stats.norm(1, .5).pdf(x)) / 2)
    # a middle of each step, beside the trapezoids
    assert found['with noise, most'] == pytest.approx(onp.trapz(log_q, x) / 2, abs=1e-6)
