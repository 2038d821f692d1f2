"""Discrepancies by loops, by integrals and by PyTorch."""
import numpy as onp
import pytest
from mxnet import autograd, np

import d2lmx as d2l


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


def test_samples_far_from_0_lose_no_digits_and_one_point_is_no_sample():
    X, Y = onp.random.normal(size=(6, 2)), onp.random.normal(5, 1, size=(6, 2))
    # what moves by 1e8 is rounded there, to 1.5e-8
    assert d2l.squared_mmd(X + 1e8, Y + 1e8, [1]) == pytest.approx(
        d2l.squared_mmd(X, Y, [1]), abs=1e-6)
    with pytest.raises(ValueError, match='two points at least, got 1 and 6'):
        d2l.squared_mmd(X[:1], Y, [1])
