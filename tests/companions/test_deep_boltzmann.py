"""Kin of the restricted Boltzmann machine, held to sums over all states."""
import itertools

import numpy as onp
import pytest

import d2lmx as d2l


def bits(n):
    return onp.array(list(itertools.product([0., 1.], repeat=n)))


def differences(function, params, h=1e-6):
    """Central differences of a function by each number of params."""
    for param in params:
        found = onp.empty_like(param)
        for place in onp.ndindex(param.shape):
            ends = []
            for step in (h, -2 * h):
                param[place] += step
                ends.append(function())
            param[place] += h
            found[place] = (ends[0] - ends[1]) / (2 * h)
        yield found


def assert_all_near(ours, expected):
    for a, b in zip(ours, expected):
        onp.testing.assert_allclose(a, b, atol=1e-7)  # of differences: h² and 1e-16 / h


# ---- real units

@pytest.fixture
def gaussian():
    rbm = d2l.GaussianRBM(2, 3, scale=1, beta=[2, .5])
    rbm.b[:], rbm.c[:] = [.3, -.8], [.5, -1, .2]
    return rbm


def test_a_gaussian_machine_is_a_mixture_of_normal_distributions(gaussian):
    X, H, beta = onp.random.normal(0, 2, (7, 2)), bits(3), onp.array([2, .5])
    # of a state h, with v integrated out by hand: each v_i a square is completed in
    M = H @ gaussian.W.T
    weights = onp.exp(H @ gaussian.c + (beta * (gaussian.b * M + M ** 2 / 2)).sum(1))
    weights /= weights.sum()
    density = sum(w * (onp.exp(-beta * (X - gaussian.b - m) ** 2 / 2)
                       * (beta / 2 / onp.pi) ** .5).prod(axis=1)
                  for w, m in zip(weights, M))
    onp.testing.assert_allclose(gaussian.log_likelihood(X), onp.log(density).mean())
    S, logs = gaussian.counted()
    onp.testing.assert_allclose(onp.exp(logs - gaussian.log_Z())[(S @ [4, 2, 1]).astype(
        int).argsort()], weights)


def test_conditionals_of_real_units_are_those_of_the_energy(gaussian):
    beta, H, V = onp.array([2, .5]), bits(3), onp.random.normal(size=(4, 2))
    minus_E = -((V - gaussian.b) ** 2 @ beta / 2)[:, None] + H @ gaussian.c + (
        (beta * V) @ gaussian.W @ H.T)
    joint = onp.exp(minus_E)                                    # (4, 2^3)
    onp.testing.assert_allclose(gaussian.hidden(V), joint @ H / joint.sum(
        axis=1, keepdims=True))
    side = onp.linspace(-15, 15, 3001)  # v_1 under a state of h, by a sum
    p = onp.exp(-2 * (side - gaussian.b[0]) ** 2 / 2
                + 2 * side * (gaussian.W[0] @ H[5]))
    assert gaussian.visible(H[5:6])[0, 0] == pytest.approx((p * side).sum() / p.sum())


def test_slopes_of_real_units_are_differences(gaussian):
    X, weights = onp.random.normal(size=(5, 2)), onp.random.normal(size=5)
    assert_all_near(gaussian.slope(X, weights), differences(
        lambda: weights @ gaussian.free_energy(X), gaussian.params))
    assert_all_near(gaussian.expected_slope(), differences(
        lambda: -gaussian.log_Z(), gaussian.params))


def test_drawn_real_units_have_the_means_and_deviations_of_the_conditional(gaussian):
    H = onp.tile([1., 0, 1], (40000, 1))
    V = gaussian.draw_visible(H)
    # standard errors of 0.007 at most, of both
    onp.testing.assert_allclose(V.mean(axis=0), gaussian.visible(H[:1])[0], atol=.03)
    onp.testing.assert_allclose(V.std(axis=0), [2 ** -.5, 2 ** .5], atol=.03)


# ---- kernels

@pytest.fixture
def crbm():
    machine = d2l.ConvolutionalRBM(4, 2, 3, scale=1)
    machine.b[:], machine.c[:] = onp.random.normal(size=(4, 4)), [.4, -.7]
    return machine


def pictures(count):
    return (onp.random.uniform(size=(count, 16)) < .5).astype(float)


def tied(crbm):
    """The same machine with a weight for each pair of units, by five loops."""
    side, (num_maps, r, _) = len(crbm.b), crbm.W.shape
    out = side - r + 1
    rbm = d2l.RBM(side ** 2, num_maps * out ** 2)
    W = onp.zeros((side, side, num_maps, out, out))
    for k in range(num_maps):
        for i, j in onp.ndindex(out, out):
            for y, x in onp.ndindex(r, r):
                W[i + y, j + x, k, i, j] = crbm.W[k, y, x]
    rbm.W, rbm.b = W.reshape(side ** 2, -1), crbm.b.ravel()
    rbm.c = onp.repeat(crbm.c, out ** 2)
    return rbm


def test_kernels_are_tied_weights(crbm):
    rbm, V, H = tied(crbm), pictures(50), bits(8)
    onp.testing.assert_allclose(crbm.hidden(V.reshape(-1, 4, 4)).reshape(len(V), -1),
                                rbm.hidden(V))
    onp.testing.assert_allclose(crbm.visible(H.reshape(-1, 2, 2, 2)).reshape(256, -1),
                                rbm.visible(H))
    onp.testing.assert_allclose(crbm.free_energy(V.reshape(-1, 4, 4)),
                                rbm.free_energy(V))
    dense = crbm.dense()
    for ours, expected in zip(dense.params, rbm.params):
        onp.testing.assert_allclose(ours, expected)


def test_slopes_of_kernels_are_differences_pooled_or_not(crbm):
    V, weights = pictures(8).reshape(-1, 4, 4), onp.random.normal(size=8)
    for pool in (1, 2):
        crbm.pool = pool
        assert_all_near(crbm.slope(V, weights), differences(
            lambda: weights @ crbm.free_energy(V), crbm.params))


def test_of_pooled_units_one_in_a_square_is_on_with_its_share(crbm):
    crbm.pool, rbm = 2, tied(crbm)
    H = bits(8)
    H = H[(H.reshape(-1, 2, 4).sum(axis=2) <= 1).all(axis=1)]  # 5² of 2^8
    assert len(H) == 25
    V = pictures(1)
    weights = onp.exp(H @ rbm.c + (V @ rbm.W @ H.T)[0])
    p = (weights / weights.sum()) @ H
    onp.testing.assert_allclose(crbm.hidden(V.reshape(1, 4, 4)).ravel(), p)
    onp.testing.assert_allclose(crbm.pooled(V.reshape(1, 4, 4)).ravel(),
                                p.reshape(2, 4).sum(axis=1))
    drawn = crbm.draw_hidden(onp.tile(V.reshape(1, 4, 4), (20000, 1, 1)))
    assert drawn.sum(axis=(2, 3)).max() == 1
    # a share of 20,000 has a standard deviation of 0.0035 at most
    onp.testing.assert_allclose(drawn.mean(axis=0).ravel(), p, atol=.015)


def test_squares_are_neighbours_in_a_larger_map():
    crbm = d2l.ConvolutionalRBM(6, 2, 3, pool=2)
    maps = onp.arange(96.).reshape(3, 2, 4, 4)
    squares = crbm.squares(maps)
    assert squares[0, 0, 0, 1].tolist() == [2, 3, 6, 7]
    onp.testing.assert_array_equal(crbm.maps(squares), maps)


def test_pooled_units_are_no_machine_of_pairs():
    with pytest.raises(ValueError, match='pooled is no RBM'):
        d2l.ConvolutionalRBM(4, 2, 3, pool=2).dense()


def test_rounds_of_sampling_kernels_have_the_machines_probabilities():
    crbm = d2l.ConvolutionalRBM(2, 1, 2, scale=1)
    crbm.b[:], crbm.c[:] = [[.5, -1], [.2, 0]], .3
    V = bits(4)
    p = onp.exp(V @ crbm.b.ravel()) * (1 + onp.exp(.3 + V @ crbm.W.ravel()))
    drawn = crbm.sample(onp.zeros((20000, 2, 2)), 20).reshape(-1, 4) @ [8, 4, 2, 1]
    onp.testing.assert_allclose(onp.bincount(drawn.astype(int), minlength=16) / 20000,
                                p / p.sum(), atol=.015)


# ---- two layers

@pytest.fixture
def dbm():
    machine = d2l.DBM(3, 2, 4, scale=1)
    machine.b[:], machine.c[:] = onp.random.normal(size=7), onp.random.normal(size=2)
    return machine


def weights_of_all(dbm):
    """exp(-E) of all states of three layers: (2^3, 2^2, 2^4)."""
    W1, W2, b, c1, c2 = dbm.parts()
    v, h1, h2 = bits(3), bits(2), bits(4)
    return onp.exp((v @ b)[:, None, None] + (h1 @ c1)[:, None] + h2 @ c2
                   + (v @ W1 @ h1.T)[:, :, None] + h1 @ W2 @ h2.T)


def test_three_layers_are_counted_as_two(dbm):
    joint = weights_of_all(dbm)
    assert dbm.log_Z() == pytest.approx(onp.log(joint.sum()))
    p = joint.sum(axis=(1, 2)) / joint.sum()
    for rows in ([0], [2, 5, 7]):
        assert dbm.log_likelihood(bits(3)[rows]) == pytest.approx(
            onp.log(p[rows]).mean())


def test_the_bound_lies_as_far_below_as_the_mean_field_from_the_posterior(dbm):
    row, joint = 5, weights_of_all(dbm)
    V = bits(3)[[row]]
    posterior = joint[row] / joint[row].sum()                         # (2^2, 2^4)
    q1, q2 = (onp.where(bits(n) == 1, H, 1 - H).prod(axis=1)
              for n, H in zip((2, 4), dbm.mean_field(V)))
    q = q1[:, None] * q2
    divergence = (q * onp.log(q / posterior)).sum()
    assert divergence > 1e-4  # that there is something to be seen
    assert dbm.log_likelihood(V) - dbm.bound(V) == pytest.approx(divergence)


def test_the_mean_field_is_the_best_of_its_kind_near_it(dbm):
    V = bits(3)[[6]]
    H1, H2 = dbm.mean_field(V, num_rounds=500)
    W1, W2, _, c1, c2 = dbm.parts()
    onp.testing.assert_allclose(H1, d2l.sigmoid(c1 + V @ W1 + H2 @ W2.T))
    onp.testing.assert_allclose(H2, d2l.sigmoid(c2 + H1 @ W2))
    onp.testing.assert_array_equal(dbm.completed(V)[:, :3], V)


def test_a_bound_of_certain_units_stays_finite(dbm):
    dbm.W[:] *= 1e4
    assert onp.isfinite(dbm.bound(bits(3)))


@pytest.mark.parametrize('make, words', [
    (lambda: d2l.GaussianRBM(2, 2, beta=0), 'beta must be positive, got 0'),
    (lambda: d2l.GaussianRBM(2, 2, beta=[1, onp.nan]), 'beta must be positive'),
    (lambda: d2l.ConvolutionalRBM(4, 1, 5), 'pool must divide side - kernel'),
    (lambda: d2l.ConvolutionalRBM(5, 1, 3, pool=2), 'pool=2 with side=5 and kernel=3'),
    (lambda: d2l.ConvolutionalRBM(5, 0, 3), 'num_maps must be a whole number'),
    (lambda: d2l.DBM(2, 2, 0), 'num_second must be a whole number')])
def test_machines_that_cannot_be_are_refused(make, words):
    with pytest.raises(d2l.InputError, match=words):
        make()
