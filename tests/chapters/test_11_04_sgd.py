import math
from functools import partial

import pytest

import d2lmx as d2l


def test_rates_are_those_of_the_text(section):
    page = section('11.4')
    assert page.constant_lr() == 1
    exponential_lr, polynomial_lr = page.exponential_decay(), page.polynomial_decay()
    # at the steps 1, 2, ...
    assert [exponential_lr() for _ in range(10)][-1] == pytest.approx(1 / math.e)
    assert [polynomial_lr() for _ in range(30)][-1] == pytest.approx(.5)
    assert page.exponential_decay()() == pytest.approx(math.exp(-.1))  # counts anew
    assert page.never_drawn(1500) == pytest.approx(1 / math.e, rel=1e-3)


def test_noise_has_mean_0_and_variance_1_in_each_direction(section):
    # from (0, 0) without curvature a step of rate 1 is the noise itself
    sgd = section('11.4').sgd
    steps = [sgd(0, 0, 0, 0, lambda x1, x2: (0, 0), eta=1)[:2] for _ in range(2000)]
    for direction in zip(*steps):
        mean = sum(direction) / 2000
        # four standard errors: 4 / sqrt(2000), 4 sqrt(2 / 2000)
        assert abs(mean) < .09
        variance = sum((g - mean) ** 2 for g in direction) / 2000
        assert variance == pytest.approx(1, abs=.13)


def test_the_rate_is_asked_for_once_a_step(section, capsys):
    asked = []
    trainer = partial(section('11.4').sgd, lr=lambda: asked.append(1) or 0)
    results = d2l.train_2d(trainer, steps=3, f_grad=lambda x1, x2: (1, 1))
    assert asked == [1, 1, 1] and results[-1] == (-5, -2)


def test_a_falling_rate_ends_nearer_than_a_constant_one_jumps(section, capsys):
    page = section('11.4')

    def spread(lr):
        results = d2l.train_2d(partial(page.sgd, lr=lr), steps=400, f_grad=page.f_grad)
        return sum(x1 ** 2 + x2 ** 2 for x1, x2 in results[200:]) / 200

    # in the long run the variance is eta / (2 a - eta a^2), a = 2 and 4: .028 + .0156
    assert spread(page.constant_lr) == pytest.approx(.0434, rel=.5)
    assert spread(page.polynomial_decay()) < .5 * spread(page.constant_lr)
