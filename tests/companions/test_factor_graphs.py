"""Products of factors: sums by hand, by loops over all states, and by messages."""
import itertools
import math

import numpy as onp
import pytest

import d2lmx as d2l

# two variables of two values and one of three, along a line, with a factor of one
CHAIN = [((1, 0), onp.array([[1., 2], [3, 4]])), ((1, 2), onp.array(
    [[1., 0, 2], [1, 1, 1]])), ((0,), onp.array([1., 3]))]


def test_a_joint_table_is_the_product_of_all_factors():
    p = d2l.joint_table(CHAIN)
    assert p.shape == (2, 2, 3)
    for a, b, c in itertools.product(range(2), range(2), range(3)):
        assert p[a, b, c] == (CHAIN[0][1][b, a] * CHAIN[1][1][b, c] * CHAIN[2][1][a])
    # of b = 0: (1 + 2 * 3) 3, of b = 1: (3 + 4 * 3) 3
    assert p.sum() == 66
    assert d2l.marginal_table(p, (1,)).tolist() == [21, 45]
    assert (d2l.marginal_table(p, (2, 0)) == p.sum(axis=1).T).all()


def test_messages_along_a_line_give_chances_and_the_sum_of_all_states():
    found, log_Z = d2l.sum_product(CHAIN)
    p = d2l.joint_table(CHAIN) / 66
    assert log_Z == pytest.approx(math.log(66), rel=1e-14)
    for v, chances in enumerate(found):
        assert chances == pytest.approx(d2l.marginal_table(p, (v,)), rel=1e-14)


def test_messages_pass_factors_of_three_and_parts_that_nothing_joins():
    rng = onp.random.RandomState(0)
    # a star of two factors at 1, one of them of three variables; 4 and 5 stand alone
    factors = [(some, rng.uniform(.1, 1, size=[2 + v % 2 for v in some])) for some in (
        (0, 1, 2), (3, 1), (2,), (4, 5))]
    found, log_Z = d2l.sum_product(factors)
    p = d2l.joint_table(factors)
    assert log_Z == pytest.approx(math.log(p.sum()), rel=1e-13)
    for v, chances in enumerate(found):
        expected = d2l.marginal_table(p, (v,)) / p.sum()
        assert chances == pytest.approx(expected, rel=1e-13)


def test_a_chain_of_spins_has_the_sum_that_physics_has():
    table = onp.exp(.7 * onp.array([[1, -1], [-1, 1]]))
    found, log_Z = d2l.sum_product([((v, v + 1), table) for v in range(24)])
    assert log_Z == pytest.approx(math.log(2) + 24 * math.log(2 * math.cosh(.7)))
    onp.testing.assert_allclose(found, .5, rtol=1e-12)


def test_chances_are_conditional_and_make_their_joint_distribution_again():
    p = onp.random.RandomState(0).dirichlet(onp.ones(12)).reshape(2, 3, 2)
    tables = d2l.conditional_tables(p, [[1], [2], []])
    (names, table), *_ = tables
    assert names == (0, 1)
    onp.testing.assert_allclose(table, p.sum(axis=2) / p.sum(axis=(0, 2)))
    # a full graph leaves nothing out
    full = d2l.joint_table(d2l.conditional_tables(p, [[1, 2], [2], []]))
    onp.testing.assert_allclose(full, p, rtol=1e-12)
    assert abs(d2l.joint_table(tables) - p).max() > .001


def test_samples_follow_their_parents():
    # 2 comes first; 0 is the same but for one case of ten, and 1 the sum of both
    keeps = onp.array([[.9, .1], [.1, .9]])
    adds = onp.zeros((3, 2, 2))
    for a, c in itertools.product(range(2), repeat=2):
        adds[a + c, a, c] = 1
    tables = [((0, 2), keeps), ((1, 0, 2), adds), ((2,), onp.array([.25, .75]))]
    x = d2l.ancestral_samples(tables, 20000)
    assert x.shape == (20000, 3) and (x[:, 1] == x[:, 0] + x[:, 2]).all()
    # standard errors are 0.0031 and 0.0021
    assert x[:, 2].mean() == pytest.approx(.75, abs=.016)
    assert (x[:, 0] != x[:, 2]).mean() == pytest.approx(.1, abs=.011)


def test_samples_of_arrows_in_a_circle_are_refused():
    table = onp.full((2, 2), .5)
    with pytest.raises(ValueError, match=r'a circle among \[0, 1\]'):
        d2l.ancestral_samples([((0, 1), table), ((1, 0), table)], 5)
