"""What a network says of binary units, beside sums, scipy and PyTorch."""
import itertools

import mxnet as mx
import numpy as onp
import pytest
from mxnet import autograd, np

import d2lmx as d2l

STATES = onp.array(list(itertools.product([0., 1.], repeat=4)))


def initialized(net, *inputs):
    net.initialize(mx.init.Normal(.2))
    net(*inputs)
    return net


@pytest.fixture
def vae():
    """Of four units and one z."""
    return initialized(d2l.VAE(4, 1, 6), np.zeros((1, 4)), np.zeros((1, 1)))


def test_log_chances_are_those_of_coins_and_bear_any_score():
    p = onp.array([.2, .5, .9])
    found = d2l.log_bernoulli([[1, 0, 1], [0, 0, 0]], onp.log(p / (1 - p)))
    assert found == pytest.approx(onp.log([.2 * .5 * .9, .8 * .5 * .1]))
    assert d2l.log_bernoulli([1, 1], [1000, -1000]) == -1000


def test_normal_densities_are_scipys():
    stats = pytest.importorskip('scipy.stats')
    z, mu, sigma = onp.array([-3., 0, 2.5]), .5, 1.7
    assert d2l.log_normal(z, mu, 2 * onp.log(sigma)) == pytest.approx(
        stats.norm(mu, sigma).logpdf(z))
    assert d2l.log_normal(z) == pytest.approx(stats.norm().logpdf(z))


def test_the_divergence_from_the_standard_normal_is_pytorchs(torch):
    from torch import distributions
    mu, log_var = onp.random.normal(size=(2, 3, 5))
    theirs = distributions.kl_divergence(
        distributions.Normal(torch.tensor(mu), torch.tensor(onp.exp(log_var / 2))),
        distributions.Normal(torch.zeros(3, 5).double(), 1.)).sum(1).numpy()
    assert d2l.kl_to_standard_normal(mu, log_var, onp) == pytest.approx(theirs)
    ours = d2l.kl_to_standard_normal(*(np.array(part, dtype='float64')
                                       for part in (mu, log_var)))
    assert ours.asnumpy() == pytest.approx(theirs)


def test_the_loss_of_a_density_is_minus_its_log():
    net = initialized(d2l.NADE(4, 3), np.zeros((1, 4)))
    X = np.array(STATES, dtype='float32')
    # scores of 32 bits
    assert -d2l.minus_bound(net, X).asnumpy() == pytest.approx(
        d2l.log_in_order(net, STATES), rel=1e-5)


def test_a_loss_has_pytorchs_slope_for_any_score_and_for_0(torch):
    S, X = onp.array([[0., 0, 1e-3, -80, 80, 3]]), onp.array([[0., 1, 1, 1, 0, 1]])
    s = np.array(S, dtype='float64')
    s.attach_grad()
    with autograd.record():
        l = d2l.bernoulli_loss(s, np.array(X, dtype='float64'))
    l.backward()
    t = torch.tensor(S, requires_grad=True)
    theirs = torch.nn.functional.binary_cross_entropy_with_logits(
        t, torch.tensor(X), reduction='sum')
    theirs.backward()
    assert float(l) == pytest.approx(theirs.item())
    assert s.grad.asnumpy() == pytest.approx(t.grad.numpy())
    assert s.grad.asnumpy()[0, :2].tolist() == [.5, -.5]


def test_sums_over_z_make_a_distribution_and_are_the_bound_with_its_gap(vae):
    found = d2l.sums_over_z(vae, STATES)
    assert onp.exp(found['log p']).sum() == pytest.approx(1, abs=1e-9)
    # where q is wide, of the order of 1e-9 lies beyond the grid
    assert found['bound'] + found['gap'] == pytest.approx(found['log p'], abs=1e-8)
    assert (found['gap'] > 0).all() and found['KL by a sum'] == pytest.approx(
        found['KL'], abs=1e-8)


def test_draws_of_a_loss_and_of_weights_have_the_bound_for_a_mean(vae):
    x, n = onp.repeat(STATES[5:6], 20000, axis=0), 20000
    expected = d2l.sums_over_z(vae, STATES[5:6])
    losses = d2l.minus_bound(vae, np.array(x, dtype='float32')).asnumpy()
    weights = d2l.log_weights(vae, x)
    for draws in (-losses, weights):  # five standard errors
        assert draws.mean() == pytest.approx(expected['bound'][0],
                                             abs=5 * draws.std() / n ** .5)
    w = onp.exp(weights - expected['log p'])
    assert w.mean() == pytest.approx(1, abs=5 * w.std() / n ** .5)


def test_minimizing_finds_the_least_and_gives_all_losses():
    net = mx.gluon.nn.Dense(1, in_units=1)
    X, y = np.array([[0.], [1.]]), np.array([[1.], [3.]])
    losses = d2l.minimize_loss(net, lambda: ((net(X) - y) ** 2).sum(), 300, lr=.1)
    assert len(losses) == 300 and float(losses[-1]) < 1e-4 < float(losses[0])
    assert net.bias.data().item() == pytest.approx(1, abs=.02)


def test_units_are_drawn_by_their_chances_after_those_before():
    # the second is the first's opposite, the third is 1 three times of four
    def net(X):
        first = onp.zeros(len(X))
        return np.array(onp.stack([first, 50 * (1 - 2 * X[:, 0]),
                                   first + onp.log(3)], axis=1))

    X = d2l.sample_in_order(net, 4000, 3, onp.random.RandomState(0))
    assert X.dtype == 'float32' and (X[:, 1] == 1 - X[:, 0]).all()
    # five standard errors
    assert X.mean(axis=0) == pytest.approx([.5, .5, .75], abs=5 * .5 / 4000 ** .5)


def test_a_decoder_gives_its_chances_for_seeded_noise_however_many():
    def decoder(z):
        return np.array(z.sum(axis=1, keepdims=True))

    found = d2l.draw_binary(decoder, 300, 1, 2, onp.random.RandomState(3))
    z = onp.random.RandomState(3).normal(size=(300, 2))
    assert found[:, 0] == pytest.approx(1 / (1 + onp.exp(-z.sum(axis=1))), rel=1e-5)


def test_windows_are_mixtures_of_normal_densities():
    stats = pytest.importorskip('scipy.stats')
    X, samples = onp.random.normal(size=(3, 2)), onp.random.normal(size=(5, 2))
    expected = onp.mean([stats.multivariate_normal(mean, .49).pdf(X)
                         for mean in samples], axis=0)
    assert d2l.log_parzen(X, samples, .7) == pytest.approx(onp.log(expected))
