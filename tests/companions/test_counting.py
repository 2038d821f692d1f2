"""Sums over hidden states, and the bound below them: by hand."""
import itertools
import math

import numpy as onp
import pytest

import d2lmx as d2l

LOGS = onp.log([[.1, .3]])  # p(h, v) of two h and one v, so that p(v) = 0.4


def test_all_states_are_there_once_and_all_off_is_first():
    states = d2l.all_states(3)
    assert sorted(map(tuple, states)) == list(itertools.product([0, 1], repeat=3))
    assert states[0].tolist() == [0, 0, 0]


def test_posteriors_of_large_logarithms_stay_finite():
    huge = onp.array([[1000, 1000 + math.log(3)], [-1000, -1000]])
    onp.testing.assert_allclose(d2l.posterior(huge), [[.25, .75], [.5, .5]])


def test_the_bound_is_below_by_the_divergence_from_the_posterior():
    onp.testing.assert_allclose(d2l.posterior(LOGS), [[.25, .75]])
    q = onp.array([[.5, .5]])
    divergence = .5 * math.log(.5 / .25) + .5 * math.log(.5 / .75)
    assert d2l.lower_bound(LOGS, q)[0] == pytest.approx(math.log(.4) - divergence)
    assert d2l.lower_bound(LOGS, d2l.posterior(LOGS))[0] == pytest.approx(math.log(.4))


def test_of_a_q_that_is_sure_the_bound_is_the_joint_probability():
    assert d2l.lower_bound(LOGS, onp.array([[0., 1]]))[0] == pytest.approx(math.log(.3))


def test_units_that_know_nothing_of_each_other_multiply():
    q = d2l.factorial(onp.array([[.2, .7], [0, 1]]))
    expected = {(0, 0): .24, (1, 0): .06, (0, 1): .56, (1, 1): .14}
    for state, ours in zip(map(tuple, d2l.all_states(2)), q.T):
        assert ours.tolist() == pytest.approx([expected[state],
                                                float(state == (0, 1))])
