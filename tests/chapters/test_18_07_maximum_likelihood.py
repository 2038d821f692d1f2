import math

import pytest


def test_the_most_likely_coin_is_the_share_of_heads(section):
    assert section('18.7').coin() == pytest.approx(9 / 13, abs=5e-4)  # half a step


def test_a_step_of_descent_is_the_derivatives(section):
    # 0.5 + lr (n_H / 0.5 - n_T / 0.5)
    assert section('18.7').descend(300, 100, 1e-4, 1) == pytest.approx(.54, rel=1e-6)


def test_the_pages_steps_hardly_move_and_the_right_ones_arrive(smoke_run):
    result = smoke_run('18.7').result
    assert result['theta by gradient descent'] == pytest.approx(.50172704, abs=1e-7)
    share = 8675309 / (8675309 + 25624)
    assert result['share of heads'] == share
    assert result['theta by 400 steps of the right size'] == pytest.approx(share,
                                                                           rel=1e-6)


def test_no_rate_that_is_allowed_leaves_the_chances(section):
    n_H, n_T, (_, highest) = 8675309, 25624, section('18.7').RANGES['lr']

    def climb(lr):
        theta = .5
        for _ in range(400):
            theta += lr * (n_H / theta - n_T / (1 - theta))
            yield theta

    way = list(climb(highest))
    share = n_H / (n_H + n_T)
    assert way == sorted(way) and way[-1] == pytest.approx(share, rel=1e-6)
    assert max(climb(100 * highest)) > 1


def test_log_likelihoods_are_what_a_float_can_hold(smoke_run):
    result = smoke_run('18.7').result
    assert .5 ** 10 ** 9 == 0
    assert result['log-likelihood of a billion fair coins'] / math.log(10) == (
        pytest.approx(-301029995.6))  # printed
    q = 25624 / (8675309 + 25624)
    entropy = -(q * math.log(q) + (1 - q) * math.log(1 - q))
    assert result['nats a coin'] == pytest.approx(entropy, rel=1e-5)


def test_nats_a_coin_are_scipys_entropy(smoke_run):
    stats = pytest.importorskip('scipy.stats', reason='needs scipy')
    result = smoke_run('18.7').result
    share = result['share of heads']
    assert result['nats a coin'] == pytest.approx(stats.entropy([share, 1 - share]),
                                                  rel=1e-5)
