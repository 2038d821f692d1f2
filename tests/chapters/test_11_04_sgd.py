import math

import pytest

import d2lmx as d2l


def test_rates_are_those_of_the_text(section):
    page = section('11.4')
    assert page.constant_lr(9) == 1
    assert page.exponential_lr(10) == pytest.approx(1 / math.e)
    assert page.polynomial_lr(30) == pytest.approx(.5)
    assert page.never_drawn(1500) == pytest.approx(1 / math.e, rel=1e-3)


def test_noise_has_mean_0_and_variance_1_in_each_direction(section):
    # from (0, 0) without curvature a step of rate 1 is the noise itself
    update = section('11.4').sgd(1, lambda t: 1)
    steps = [update(0, 0, 0, 0, lambda x1, x2: (0, 0))[:2] for _ in range(2000)]
    for direction in zip(*steps):
        mean = sum(direction) / 2000
        # four standard errors: 4 / sqrt(2000), 4 sqrt(2 / 2000)
        assert abs(mean) < .09
        variance = sum((g - mean) ** 2 for g in direction) / 2000
        assert variance == pytest.approx(1, abs=.13)


def test_the_rate_of_step_t_is_asked_for_t_from_1(section):
    asked = []
    update = section('11.4').sgd(.1, lambda t: asked.append(t) or 1)
    d2l.train_2d(update, steps=3, f_grad=lambda x1, x2: (0, 0))
    assert asked == [1, 2, 3]


def test_a_falling_rate_ends_nearer_than_a_constant_one_jumps(section, capsys):
    page = section('11.4')

    def spread(lr):
        results = d2l.train_2d(page.sgd(.1, lr), steps=400, f_grad=page.f_grad)
        return sum(x1 ** 2 + x2 ** 2 for x1, x2 in results[200:]) / 200

    # in the long run the variance is eta / (2 a - eta a^2), a = 2 and 4: .028 + .0156
    assert spread(page.constant_lr) == pytest.approx(.0434, rel=.5)
    assert spread(page.polynomial_lr) < .5 * spread(page.constant_lr)
