"""Discrepancies by loops, by integrals and by PyTorch; what chains keep."""
import itertools

import numpy as onp
import pytest
from mxnet import autograd, np

import d2lmx as d2l

STATES = onp.array(list(itertools.product([0., 1.], repeat=3)))


def test_the_discrepancy_is_the_sum_of_kernels_by_hand():
    # |0 - 1|, |0 - 3| and |1 - 3| with h = 1
    k1, k4, k9 = onp.exp([-.5, -2, -4.5])
    X, Y = onp.array([[0.], [1]]), onp.array([[3.], [0], [0]])
    found = d2l.squared_mmd(X, Y, [1])
    within = k1 + (2 * k9 + 1) / 3
    assert found == pytest.approx(within - 2 * (k9 + 2 + k4 + 2 * k1) / 6)
    assert d2l.squared_mmd(X, Y, [1, 1]) == pytest.approx(2 * found)


def test_its_gradient_is_pytorchs(torch):
    X, Y = onp.random.normal(size=(5, 2)), onp.random.normal(size=(4, 2))
    x = np.array(X, dtype='float64')
    x.attach_grad()
    with autograd.record():
        l = d2l.squared_mmd(x, np.array(Y, dtype='float64'), [.3, 2], np)
    l.backward()
    t, s = torch.tensor(X, requires_grad=True), torch.tensor(Y)

    def mean(A, B, same):
        squares = ((A[:, None] - B[None]) ** 2).sum(2)
        k = torch.exp(-squares / .18) + torch.exp(-squares / 8)
        return k[~torch.eye(len(A), dtype=bool)].mean() if same else k.mean()

    theirs = mean(t, t, True) + mean(s, s, True) - 2 * mean(t, s, False)
    theirs.backward()
    assert float(l) == pytest.approx(theirs.item())
    assert x.grad.asnumpy() == pytest.approx(t.grad.numpy())


def test_the_discrepancy_of_normals_is_the_integral():
    x = onp.arange(-8, 8, .02)
    p, q = (onp.exp(d2l.log_normal(x, mu, 2 * onp.log(sigma))) * .02
            for mu, sigma in ((0, 1), (1, .5)))
    kernel = onp.exp(-(x[:, None] - x) ** 2 / (2 * .3 ** 2))
    numbers = [(onp.array([mu]), onp.array([sigma])) for mu, sigma in ((0, 1), (1, .5))]
    assert d2l.mmd_of_normals(*numbers, [.3]) == pytest.approx(
        (p - q) @ kernel @ (p - q))
    assert d2l.mmd_of_normals(numbers[0], numbers[0], [.3]) == 0
    # in two dimensions kernels are products
    two = [tuple(onp.repeat(part, 2) for part in each) for each in numbers]
    expected = sum(sign * (a @ kernel @ b) ** 2
                   for a, b, sign in ((p, p, 1), (q, q, 1), (p, q, -2)))
    assert d2l.mmd_of_normals(*two, [.3]) == pytest.approx(expected)


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
    kept = d2l.stationary(T)
    assert kept == pytest.approx(p, abs=1e-12)
    assert onp.linalg.matrix_power(T, 1000)[3] == pytest.approx(p, abs=1e-9)


def test_what_a_chain_keeps_is_its_eigenvector():
    T = onp.random.dirichlet(onp.ones(5), size=5)
    kept = d2l.stationary(T)
    assert kept.sum() == pytest.approx(1) and kept @ T == pytest.approx(kept)


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
        assert d2l.stationary(noise @ back) == pytest.approx(p, abs=1e-12)
