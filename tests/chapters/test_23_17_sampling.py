"""Samples and chains, held to sums by hand and to all states that there are."""
import math

import numpy as onp
import pytest

import d2lmx as d2l

COIN, OTHER = onp.array([.5, .5]), onp.array([.25, .75])  # p and q: weights 2 and 2/3


@pytest.fixture
def page(section):
    return section('23.17')


@pytest.fixture
def rbm(page):
    """Four visible and two hidden units, with weights that matter."""
    return page.random_machine(4, 2)


def test_the_optimal_q_is_in_proportion_to_p_and_f(page):
    f = onp.array([1, -3])
    assert page.optimal(COIN, f).tolist() == [.25, .75]
    # p f / q is 2 or -2, around -1
    assert page.variance(COIN, f, page.optimal(COIN, f)) == 3
    assert page.variance(COIN, f, COIN) == 4  # 1 or -3
    assert page.variance(COIN, abs(f), page.optimal(COIN, f)) == 0


def test_estimates_over_all_samples_by_hand(page):
    f = onp.array([0, 1])
    # of two the weights share out 1: 3/8 of the time 1/4, 9/16 of it all
    assert page.expectation(page.biased_importance, COIN, f, OTHER, 2) == pytest.approx(
        21 / 32)
    assert page.expectation(page.biased_importance, COIN, f, OTHER, 1) == pytest.approx(
        .75)
    for n in (1, 2, 3):
        assert page.expectation(page.importance, COIN, f, OTHER, n) == pytest.approx(.5)


def test_effective_shares_by_hand_and_their_error_by_trials(page):
    # (2 + 2/3)^2 / (4 + 4/9) of two samples; 1 / (1/4 * 4 + 3/4 * 4/9)
    assert page.effective_share(COIN, OTHER, onp.array([0, 1])) == pytest.approx(.8)
    assert page.exact_effective_share(COIN, OTHER, 9)[0] == pytest.approx(.75)
    p, q = onp.array([.5, .3, .2]), onp.array([.2, .3, .5])
    error = page.exact_effective_share(p, q, 1000)[1]
    shares = [page.effective_share(p, q, page.draw(q, 1000)) for _ in range(400)]
    # a deviation of 400 is known to 3.5 %
    assert onp.std(shares) == pytest.approx(error, rel=.15)


@pytest.mark.parametrize('way', ['Gibbs', 'Metropolis', 'blocks'])
def test_steps_of_a_chain_are_those_of_its_matrix(page, rbm, way):
    move, matrix = page.CHAINS[way]
    states, n = d2l.all_states(4), 20000
    V = onp.repeat(states[5:6], n, axis=0)
    for _ in range(3):
        V = move(rbm, V)
    share = onp.linalg.matrix_power(matrix(rbm), 3)[:, 5]
    counts = (V[:, None] == states).all(axis=2).sum(axis=0)
    # six standard deviations of a count, and the rounding of one
    assert (abs(counts - n * share) <= 6 * onp.sqrt(n * share) + 1).all()


def test_shares_at_each_temperature_are_those_of_its_machine(page, rbm):
    machines = [page.tempered(rbm, beta) for beta in (.3, 1)]
    chains, states = [onp.zeros((10000, 4))] * 2, d2l.all_states(4)
    for _ in range(15):
        chains = page.parallel_tempering(machines, chains)
    for machine, V in zip(machines, chains):
        counts = (V[:, None] == states).all(axis=2).sum(axis=0)
        # a share of 10,000 has a standard deviation of 0.005 at most
        onp.testing.assert_allclose(counts / len(V), page.probabilities(
            machine, states), atol=.02)


def test_places_are_traded_by_the_energies_of_both(page, rbm, monkeypatch):
    hot, cold = machines = [page.tempered(rbm, beta) for beta in (.5, 1)]
    monkeypatch.setattr(d2l.RBM, 'sample', lambda self, V: V)
    U, V = onp.repeat(d2l.all_states(4)[[3, 12]], 20000, axis=0).reshape(2, -1, 4)
    traded = (page.parallel_tempering(machines, [U, V])[0] == V).all(axis=1).mean()

    def p(machine, state):
        return page.probabilities(machine, d2l.all_states(4))[state]

    expected = min(1, p(hot, 12) * p(cold, 3) / p(hot, 3) / p(cold, 12))
    assert traded == pytest.approx(expected, abs=.02)


def test_a_machine_without_energy_knows_of_nothing(page, rbm):
    assert page.tempered(rbm, 0).log_Z() == pytest.approx(6 * math.log(2))
    assert page.tempered(rbm, 1).log_Z() == pytest.approx(rbm.log_Z())


def test_two_modes_differ_by_their_tilt_alone(page):
    p = page.shares_of_counts(page.two_modes(2.5))
    assert p.sum() == pytest.approx(1) and p[[0, 1, 7, 8]].sum() > .99
    # turning all units over changes the tilt of 0.1 a unit, and nothing else
    onp.testing.assert_allclose(p / p[::-1], onp.exp(.1 * (2 * onp.arange(9) - 8)))


def test_claims_fail_where_chains_stay_or_miss(page):
    good = {'rounds': [1.], 'deviation of rounds': [.5], 'Gibbs': [0.],
            'tempering': [.69], 'standard error': [.01]}
    for change, expected in (({}, [True, True]), ({'Gibbs': [.3]}, [True, False]),
                             ({'tempering': [.5]}, [True, False]),
                             ({'deviation of rounds': [-6]}, [False, True])):
        rows = page.claims_of_modes({**good, **change})
        assert [row['holds'] for row in rows] == expected


def test_the_smoke_run_is_exact_where_nothing_is_drawn(page, smoke_run):
    smoke = smoke_run('23.17')
    claims = {row['claim']: row for row in smoke.result['claims']}
    assert len(claims) == 9
    exact = [row for name, row in claims.items() if any(
        words in name for words in ('both signs', 'biased', 'leaves', 'Metropolis'))]
    assert len(exact) == 4 and all(row['holds'] for row in exact)
    errors = smoke.figures[0].axes[0].lines[0].get_ydata()
    p = 13 / 2 ** 12  # 11 or 12 heads of 12
    assert errors[0] == pytest.approx(math.sqrt(p * (1 - p) / 100))
