"""Learning by slopes: steps worked out by hand, and slopes of a counted machine."""
import numpy as onp
import pytest

import d2lmx as d2l


def test_steps_with_momentum_by_hand():
    x = onp.array([1.])
    found = d2l.descend_with_momentum([x], lambda: [2 * x], 1, .1, lambda: x[0])
    # rates .1 and .05: speed -.2, x .8; speed -.18 - .05 * 1.6 = -.26, x .54
    assert x[0] == pytest.approx(.54)
    assert found == {0: 1, 1: pytest.approx(.8)}


def test_log_odds_count_a_row_of_either_kind_more():
    V = onp.array([[0., 1, 1], [0, 1, 0]])
    onp.testing.assert_allclose(d2l.log_odds(V), onp.log([1 / 3, 3, 1]))


def test_exact_slopes_are_those_of_the_likelihood():
    rbm, V, h = d2l.RBM(3, 2, scale=1), onp.array([[0., 1, 1], [1, 0, 0]]), 1e-6
    ends = []
    for step in (h, -2 * h):
        rbm.W[2, 1] += step
        ends.append(-rbm.log_likelihood(V))
    rbm.W[2, 1] += h
    found = d2l.exact_slopes(rbm, V)()[0][2, 1]
    assert found == pytest.approx((ends[0] - ends[1]) / (2 * h), abs=1e-8)
    twice = d2l.exact_slopes(rbm, V, onp.array([1., 0]))()
    for ours, expected in zip(twice, d2l.exact_slopes(rbm, V[:1])()):
        onp.testing.assert_allclose(ours, expected)


def test_many_chains_lead_to_the_exact_slopes():
    rbm, V = d2l.RBM(3, 2, scale=1), onp.array([[0., 1, 1], [1, 0, 0]])
    slopes = d2l.chain_slopes(rbm, V, 20000, onp.zeros((20000, 3)))
    for _ in range(20):
        found = slopes()
    for ours, expected in zip(found, d2l.exact_slopes(rbm, V)()):
        # two means of 20,000: a standard deviation of 0.005 at most
        onp.testing.assert_allclose(ours, expected, atol=.025)


def by_differences(function, params, h=1e-5):
    """Central differences of ``function(*params)`` by each number of params."""
    found = [onp.empty_like(param) for param in params]
    for param, slope in zip(params, found):
        for place in onp.ndindex(param.shape):
            ends = []
            for step in (h, -2 * h):
                param[place] += step
                ends.append(function(*params))
            param[place] += h
            slope[place] = (ends[0] - ends[1]) / (2 * h)
    return found


def test_centered_steps_are_those_of_a_machine_with_other_biases():
    rbm, V = d2l.RBM(3, 2, scale=1), onp.array([[0., 1, 1], [1, 0, 0]])
    mu, beta = onp.array([.2, .5, .7]), onp.array([.4, .9])

    def minus_log_p(W, b, c):  # of -(v - mu)'W(h - beta) - b'v - c'h
        other = d2l.RBM(3, 2)
        other.W, other.b, other.c = W, b - W @ beta, c - W.T @ mu
        return -other.log_likelihood(V)

    W, b, c = by_differences(minus_log_p, [
        rbm.W.copy(), rbm.b + rbm.W @ beta, rbm.c + rbm.W.T @ mu])
    found = d2l.centered(d2l.exact_slopes(rbm, V), mu, beta)()
    for ours, expected in zip(found, (W, b - W @ beta, c - W.T @ mu)):
        onp.testing.assert_allclose(ours, expected, atol=1e-8)


def test_centered_kernels_are_a_dense_machines_steps_tied():
    crbm = d2l.ConvolutionalRBM(3, 2, 2, scale=1)
    V, mu, beta = (onp.random.uniform(size=(4, 3, 3)) < .5).astype(float), .3, .6
    weights = onp.random.normal(size=4)

    def energy(W, b, c):  # each unit of a map has all weights of its kernel's about mu
        other = d2l.ConvolutionalRBM(3, 2, 2)
        seen = onp.zeros((3, 3))
        for i, j, y, x in onp.ndindex(2, 2, 2, 2):
            seen[i + y, j + x] += W[:, y, x].sum()
        other.W, other.b, other.c = W, b - beta * seen, c - mu * W.sum(axis=(1, 2))
        return weights @ other.free_energy(V)

    ones = onp.ones((1, 2, 2, 2))
    W, b, c = by_differences(energy, [
        crbm.W.copy(), crbm.b + beta * crbm.seen_from(ones, crbm.W)[0],
        crbm.c + mu * crbm.W.sum(axis=(1, 2))])
    found = d2l.centered_kernels(crbm, lambda: crbm.slope(V, weights), mu, beta)()
    for ours, expected in zip(found, (W, b - beta * crbm.seen_from(ones, W)[0],
                                      c - mu * W.sum(axis=(1, 2)))):
        onp.testing.assert_allclose(ours, expected, atol=1e-8)
