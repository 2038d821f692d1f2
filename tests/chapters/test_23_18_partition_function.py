"""Gradients that do without the partition function, held to PyTorch and to sums."""
import numpy as onp
import pytest

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('23.18')


def test_bars_and_stripes_are_counted_once(page):
    V = page.bars_and_stripes(2)
    assert sorted(map(tuple, V)) == [(0, 0, 0, 0), (0, 0, 1, 1), (0, 1, 0, 1),
                                     (1, 0, 1, 0), (1, 1, 0, 0), (1, 1, 1, 1)]
    assert len(page.bars_and_stripes(3)) == 14 and len(page.bars_and_stripes(4)) == 30


@pytest.mark.torch
@pytest.mark.parametrize('way', ['pseudolikelihood', 'ratio matching'])
def test_slopes_without_Z_are_those_of_torch_from_conditionals(page, torch, way):
    rbm, V = d2l.RBM(4, 3, scale=1), page.bars_and_stripes(2)
    params = [torch.tensor(param, requires_grad=True) for param in rbm.params]

    def log_p(v):  # but for a constant
        W, b, c = params
        return v @ b + torch.nn.functional.softplus(c + v @ W).sum()

    l = 0
    for row in torch.tensor(V):
        for i in range(4):
            other = row.clone()
            other[i] = 1 - other[i]
            if way == 'pseudolikelihood':  # -log of p(v_i | all others)
                both = torch.stack([log_p(row), log_p(other)])
                l = l - torch.log_softmax(both, 0)[0] / len(V)
            else:
                l = l + (1 + torch.exp(log_p(row) - log_p(other))) ** -2 / len(V)
    l.backward()
    found, _ = page.WAYS[way](rbm, V, None)
    for ours, param in zip(found, params):
        onp.testing.assert_allclose(ours, param.grad.numpy(), atol=1e-12)


def test_many_rounds_of_sampling_lead_to_the_exact_gradient(page):
    rbm, V = d2l.RBM(4, 3, scale=1), page.bars_and_stripes(2)
    exact, _ = page.likelihood(rbm, V, None)
    chains = onp.zeros((20000, 4))
    for _ in range(20):
        found, chains = page.persistent(rbm, V, chains)
    for ours, expected in zip(found, exact):  # of 20,000: 0.0035 at most each
        onp.testing.assert_allclose(ours, expected, atol=.015)


def test_score_matching_is_the_points_own_mean_and_covariance(page):
    X = onp.random.normal(size=(500, 2)) @ [[2, .5], [0, .7]] + [3, -1]
    mu, cov = page.score_matching(X)
    onp.testing.assert_allclose(mu, X.mean(axis=0))
    onp.testing.assert_allclose(cov, onp.cov(X.T, bias=True), atol=1e-8)


def test_noise_contrast_learns_a_density_that_sums_to_one(page):
    X = onp.random.normal(size=(20000, 2)) @ [[1, .5], [0, .7]] + [1, -1]
    q, P, c = page.noise_contrast(X)
    side = onp.linspace(-8, 8, 321)
    x = onp.stack(onp.meshgrid(side, side), axis=-1).reshape(-1, 2)
    logs = x @ q - ((x @ P) * x).sum(axis=1) / 2
    area = (side[1] - side[0]) ** 2
    log_Z = onp.log(onp.exp(logs).sum() * area)
    assert page.gaussian_log_Z(q, P) == pytest.approx(log_Z)
    # a standard error of 0.01 with 20,000 points
    assert onp.exp(logs + c).sum() * area == pytest.approx(1, abs=.04)


def test_the_smoke_run_names_what_each_way_reached(page, smoke_run):
    result = smoke_run('23.18').result
    assert len(result['claims']) == 7
    best = -onp.log(14)
    assert all(result['found'][way][0] < best for way in page.WAYS)
    # maximum likelihood cannot have learnt less than the pixels' own shares of 1/2
    assert result['found']['likelihood'][0] > 9 * onp.log(.5) - .01
