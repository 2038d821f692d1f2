"""A sigmoid belief network, held to sums over all states and to PyTorch's slopes."""
import itertools

import numpy as onp
import pytest

import d2lmx as d2l


def bits(n):
    return onp.array(list(itertools.product([0., 1.], repeat=n)))


@pytest.fixture
def sbn():
    network = d2l.SigmoidBeliefNetwork(3, 2, scale=1)
    for param in network.params:
        param[:] = onp.random.normal(size=param.shape)
    return network


def chances(X, p):
    """Of the rows of X (n, d) under chances p (d,): (n,), by a product."""
    return onp.where(X == 1, p, 1 - p).prod(axis=1)


def test_bernoulli_table_is_the_logarithm_of_a_product():
    X, A = bits(3), onp.random.normal(size=(2, 3))
    expected = [chances(X, 1 / (1 + onp.exp(-a))) for a in A]
    onp.testing.assert_allclose(onp.exp(d2l.bernoulli_table(X, A)).T, expected)


def test_bound_and_likelihood_are_sums_over_all_states(sbn):
    V, log_p, bounds = bits(3)[[1, 6]], [], []
    for v in V:
        joint, q = [], []
        for h in bits(2):
            of_v = 1 / (1 + onp.exp(-(sbn.b + sbn.W @ h)))
            joint.append(chances(h[None], 1 / (1 + onp.exp(-sbn.c)))[0]
                         * chances(v[None], of_v)[0])
            q.append(chances(h[None], 1 / (1 + onp.exp(-(sbn.d + v @ sbn.R))))[0])
        log_p.append(onp.log(sum(joint)))
        bounds.append(sum(a * onp.log(b / a) for a, b in zip(q, joint)))
    found = d2l.bound_and_likelihood(*sbn.tables(V))
    assert found == pytest.approx((onp.mean(bounds), onp.mean(log_p)))
    assert found[0] < found[1]


def test_what_is_drawn_has_the_networks_probabilities(sbn):
    log_prior, log_conditional, _ = sbn.tables(bits(3))
    p = onp.exp(log_prior + log_conditional).sum(axis=1)
    assert p.sum() == pytest.approx(1)
    numbers = (sbn.sample(20000) @ [4, 2, 1]).astype(int)
    # a share of 20,000 has a standard deviation of 0.0035 at most
    onp.testing.assert_allclose(onp.bincount(numbers, minlength=8) / 20000, p,
                                atol=.015)


@pytest.mark.torch
@pytest.mark.parametrize('with_baseline', [True, False])
def test_slopes_by_samples_are_torchs_of_the_counted_bound(torch, sbn, with_baseline):
    V = bits(3)[[0, 3, 5]]
    W, b, c, R, d = params = [torch.tensor(param, requires_grad=True)
                              for param in sbn.params]
    S, X = torch.tensor(bits(2)), torch.tensor(V)

    def log_p(states, logits):
        return torch.distributions.Bernoulli(logits=logits).log_prob(states).sum(-1)

    log_q = log_p(S, (d + X @ R)[:, None])                           # (3, 2^2)
    log_joint = log_p(S, c) + log_p(X[:, None], b + S @ W.T)
    (-(log_q.exp() * (log_joint - log_q)).sum() / len(V)).backward()
    draws = [sbn.slope(V, 2, with_baseline) for _ in range(3000)]
    for i, param in enumerate(params):
        drawn = onp.array([slopes[i] for slopes in draws])
        errors = drawn.std(axis=0) / len(draws) ** .5
        assert (abs(drawn.mean(axis=0) - param.grad.numpy()) < 5 * errors + 1e-9).all()


def test_the_other_samples_gains_take_variance_away(sbn):
    sbn.b[:] -= 3  # gains are far from 0 then
    V = bits(3)
    spread = [onp.var([sbn.slope(V, 5, with_baseline)[4] for _ in range(200)], axis=0)
              for with_baseline in (True, False)]
    assert (spread[0] < spread[1] / 2).all()


@pytest.mark.parametrize('call, words', [
    (lambda: d2l.SigmoidBeliefNetwork(0, 2), 'num_visible must be a whole number'),
    (lambda: d2l.SigmoidBeliefNetwork(2, 2).slope(bits(2), 1),
     'num_samples must be a whole number of at least 2')])
def test_sizes_without_meaning_are_refused(call, words):
    with pytest.raises(d2l.InputError, match=words):
        call()
