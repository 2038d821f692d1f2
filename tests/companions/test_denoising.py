"""Noise and repair of three units: chances by hand, and what chains of both keep."""
import itertools

import numpy as onp
import pytest

import d2lmx as d2l

STATES = onp.array(list(itertools.product([0., 1.], repeat=3)))


def test_noise_turns_one_unit_or_none():
    C = d2l.one_flip(STATES)
    assert C.sum(axis=1) == pytest.approx(onp.ones(8))
    # from 000 to itself, 001, 010 and 100
    assert C[0] == pytest.approx([.25, .25, .25, 0, .25, 0, 0, 0])


def test_repair_is_bayes_rule_and_what_never_comes_is_drawn_anew():
    C, p = d2l.one_flip(STATES), onp.array([.5, .3, 0, 0, 0, 0, 0, .2])
    R = d2l.repairs(C, p)
    assert R.sum(axis=1) == pytest.approx(onp.ones(8))
    assert R[1] == pytest.approx([5 / 8, 3 / 8, 0, 0, 0, 0, 0, 0])  # 001 of 000 and 001
    assert R[3] == pytest.approx([0, .6, 0, 0, 0, 0, 0, .4])        # 011 of 001 and 111
    alone = d2l.repairs(C, onp.eye(8)[0])
    assert alone[7] == pytest.approx(onp.eye(8)[0])


def test_a_chain_of_noise_and_repair_keeps_the_distribution():
    p = onp.random.dirichlet(onp.ones(8))
    C = d2l.one_flip(STATES)
    T = C @ d2l.repairs(C, p)
    kept = d2l.stationary(T.T)
    assert kept == pytest.approx(p, abs=1e-12)
    assert onp.linalg.matrix_power(T, 1000)[3] == pytest.approx(p, abs=1e-9)


def test_a_walk_goes_on_with_repair_and_noise():
    C, R = (onp.random.dirichlet(onp.ones(8), size=8) for _ in range(2))
    start = C[:3]
    onp.testing.assert_array_equal(d2l.walked(start, R, C, 1), start)
    found = d2l.walked(start, R, C, 3)
    assert found == pytest.approx((start + start @ R @ C + start @ R @ C @ R @ C) / 3)
    assert found.sum(axis=1) == pytest.approx(onp.ones(3))


def test_repair_that_knows_walks_keeps_the_distribution_by_a_step_of_noise_too():
    p, C = onp.random.dirichlet(onp.ones(8)), d2l.one_flip(STATES)
    R = d2l.repairs(C, p)
    walk = d2l.walked(C, R, C, 4)
    back = d2l.repairs(walk, p)
    assert abs(back - R).max() > .01
    for noise in (walk, C):
        assert d2l.stationary((noise @ back).T) == pytest.approx(p, abs=1e-12)
