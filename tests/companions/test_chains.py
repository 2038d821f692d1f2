"""Matrices of Markov chains: two and three states by hand, and a machine's joint."""
import itertools
import math

import numpy as onp
import pytest

import d2lmx as d2l

UNIT = onp.array([[0.], [1.]])  # the states of one unit, the second by log 3 higher
# accepted by exp(fall) at most 1; and by sigmoid(fall)
METROPOLIS = onp.array([[2 / 3, 1], [1 / 3, 0]])
GIBBS = onp.array([[.75, .75], [.25, .25]])
P, F = onp.array([.75, .25]), onp.array([2., 5.])


def bits(n):
    return onp.array(list(itertools.product([0., 1.], repeat=n)))


@pytest.mark.parametrize('accept, expected', [
    (lambda fall: onp.minimum(1, onp.exp(fall)), METROPOLIS),
    (lambda fall: 1 / (1 + onp.exp(-fall)), GIBBS)])
def test_one_unit_is_turned_by_what_its_energy_says(accept, expected):
    A = d2l.flip_transitions(lambda S: S[:, 0] * math.log(3), UNIT, accept)
    onp.testing.assert_allclose(A, expected, atol=1e-15)
    onp.testing.assert_allclose(d2l.stationary(A), P)


def test_each_of_several_units_is_proposed_as_often_and_no_two_at_once():
    A = d2l.flip_transitions(lambda S: 0 * S[:, 0], bits(3), lambda fall: 1 + 0 * fall)
    for j, i in itertools.product(range(8), repeat=2):
        assert A[i, j] == pytest.approx(1 / 3 if bin(i ^ j).count('1') == 1 else 0)


def test_blocks_move_by_the_joint_distributions_conditionals():
    rbm = d2l.RBM(3, 2, scale=1)
    rbm.b[:], rbm.c[:] = [.5, -1, .2], [-.3, .8]
    V, H = d2l.all_states(3), d2l.all_states(2)
    joint = onp.exp((V @ rbm.b)[:, None] + H @ rbm.c + V @ rbm.W @ H.T)
    h_given_v = joint / joint.sum(axis=1, keepdims=True)
    v_given_h = joint / joint.sum(axis=0)
    A = d2l.block_transitions(rbm)
    onp.testing.assert_allclose(A, v_given_h @ h_given_v.T, atol=1e-14)
    onp.testing.assert_allclose(d2l.stationary(A), joint.sum(axis=1) / joint.sum())


def test_autocorrelations_are_powers_of_the_second_eigenvalue():
    # of two states it is the trace less 1
    for A, second in ((METROPOLIS, -1 / 3), (GIBBS, 0)):
        onp.testing.assert_allclose(d2l.autocorrelations(A, P, F, 4),
                                    second ** onp.arange(5.), atol=1e-15)


def test_steps_a_sample_are_the_sum_of_autocorrelations():
    # 1 + 2 * (-1/3) / (1 + 1/3); who forgets everything takes one step
    assert d2l.steps_a_sample(METROPOLIS, P, F) == pytest.approx(.5)
    assert d2l.steps_a_sample(GIBBS, P, F) == pytest.approx(1)
    several = d2l.steps_a_sample(METROPOLIS, P, onp.stack([F, -2 * F], axis=1))
    onp.testing.assert_allclose(several, [.5, .5])


def test_steps_to_reach_are_those_of_a_walk_by_hand():
    # 0 goes to 1, 1 to either side: t0 = 1 + t1 and t1 = 1 + t0 / 2
    A = onp.array([[0, .5, 0], [1, 0, 0], [0, .5, 1]])
    assert d2l.steps_to_reach(A, [False, False, True]).tolist() == [4, 3, 0]


def test_a_chain_in_parts_and_a_constant_are_refused():
    for A in (onp.eye(3), onp.kron(onp.eye(2), onp.full((2, 2), .5))):
        with pytest.raises(ValueError, match='more than one distribution'):
            d2l.stationary(A)
    A, p = onp.full((2, 2), .5), onp.full(2, .5)
    for call in (lambda: d2l.autocorrelations(A, p, onp.ones(2), 3),
                 lambda: d2l.steps_a_sample(A, p, onp.array([[1., 2], [1, 3]]))):
        with pytest.raises(ValueError, match='no variance'):
            call()
