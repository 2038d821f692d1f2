"""A Boltzmann machine that is small enough to be counted out."""
import itertools

import numpy as onp
import pytest

import d2lmx as d2l


@pytest.fixture
def rbm():
    """Three visible and two hidden units, with weights that matter."""
    machine = d2l.RBM(3, 2, scale=1)
    machine.b[:], machine.c[:] = [.5, -1, .2], [-.3, .8]
    return machine


def bits(n):
    return onp.array(list(itertools.product([0., 1.], repeat=n)))


def weights_of_all(rbm):
    """exp(-E) of all states of both layers: (2^3, 2^2), by three loops."""
    return onp.array([[onp.exp(rbm.b @ v + rbm.c @ h + sum(
        v[i] * rbm.W[i, j] * h[j] for i in range(3) for j in range(2)))
        for h in bits(2)] for v in bits(3)])


def test_conditionals_and_energies_are_those_of_the_joint_distribution(rbm):
    joint, V, H = weights_of_all(rbm), bits(3), bits(2)
    onp.testing.assert_allclose(onp.exp(-rbm.free_energy(V)), joint.sum(axis=1))
    onp.testing.assert_allclose(rbm.hidden(V), joint @ H / joint.sum(
        axis=1, keepdims=True))
    onp.testing.assert_allclose(rbm.visible(H), joint.T @ V / joint.sum(
        axis=0)[:, None])


@pytest.mark.parametrize('sizes', [(3, 2), (2, 3)], ids=['few hidden', 'few visible'])
def test_log_Z_and_likelihood_count_all_states(sizes):
    rbm = d2l.RBM(*sizes, scale=1)
    V, H = map(bits, sizes)
    logs = (V @ rbm.b)[:, None] + H @ rbm.c + V @ rbm.W @ H.T
    assert rbm.log_Z() == pytest.approx(onp.log(onp.exp(logs).sum()))
    p = onp.exp(logs).sum(axis=1) / onp.exp(logs).sum()
    assert rbm.log_likelihood(V[[1, 2]]) == pytest.approx(onp.log(p[[1, 2]]).mean())


@pytest.mark.parametrize('sizes', [(3, 2), (2, 3)], ids=['few hidden', 'few visible'])
def test_slopes_are_differences_of_energies(sizes):
    rbm, h = d2l.RBM(*sizes, scale=1), 1e-6
    V, weights = bits(sizes[0]), onp.random.normal(size=2 ** sizes[0])

    def differences(function):
        for param in rbm.params:
            found = onp.empty_like(param)
            for place in onp.ndindex(param.shape):
                ends = []
                for step in (h, -2 * h):
                    param[place] += step
                    ends.append(function())
                param[place] += h
                found[place] = (ends[0] - ends[1]) / (2 * h)
            yield found

    for slope, expected in ((rbm.slope(V, weights), differences(
            lambda: weights @ rbm.free_energy(V))),
            (rbm.expected_slope(), differences(lambda: -rbm.log_Z()))):
        for ours, found in zip(slope, expected):
            onp.testing.assert_allclose(ours, found, atol=1e-8)


def test_rounds_of_gibbs_sampling_have_the_machines_probabilities(rbm):
    V = rbm.sample(onp.zeros((20000, 3)), 30)
    joint = weights_of_all(rbm).sum(axis=1)
    numbers = (V @ [4, 2, 1]).astype(int)
    # a share of 20,000 has a standard deviation of 0.0035 at most
    onp.testing.assert_allclose(onp.bincount(numbers, minlength=8) / len(V),
                                joint / joint.sum(), atol=.015)


def test_annealing_is_exact_for_the_first_machine_and_near_for_another(rbm):
    rbm.W[:], rbm.c[:] = 0, 0
    assert d2l.annealed_log_Z(rbm, 5, 3, b0=rbm.b) == pytest.approx(rbm.log_Z(),
                                                                    abs=1e-12)
    rbm.W[:] = onp.random.normal(size=rbm.W.shape)
    assert d2l.annealed_log_Z(rbm, 200, 200) == pytest.approx(rbm.log_Z(), rel=.01)


def test_logarithms_of_large_numbers_stay_finite():
    assert d2l.log_mean_exp(onp.array([1000., 1000 + onp.log(3)])) == pytest.approx(
        1000 + onp.log(2))
    rbm = d2l.RBM(2, 2)
    rbm.W[:] = 1e4
    assert rbm.log_Z() == pytest.approx(4e4) and onp.isfinite(rbm.hidden(
        onp.ones((1, 2)))).all()


@pytest.mark.parametrize('make, words', [
    (lambda: d2l.RBM(0, 2), 'num_visible'),
    (lambda: d2l.annealed_log_Z(d2l.RBM(2, 2), 0, 5), 'num_temperatures')])
def test_sizes_without_meaning_are_refused(make, words):
    with pytest.raises(d2l.errors.InputError, match=words):
        make()


def test_a_machine_that_is_too_large_to_count_is_refused():
    with pytest.raises(ValueError, match=r'2\^21 states are too many'):
        d2l.RBM(30, 21).log_Z()


def test_a_machine_of_other_units_is_not_annealed():
    with pytest.raises(ValueError, match='units that are 0 or 1, got a GaussianRBM'):
        d2l.annealed_log_Z(d2l.GaussianRBM(3, 2), 10, 10)
