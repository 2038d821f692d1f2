import math

import numpy as onp
import pytest
from mxnet import np


def states():
    return [np.zeros((3, 1))]


HYPERPARAMS = {'lr': .1, 'gamma': .9}


def test_rmsprop_from_scratch_equals_gluon_step_for_step(section, descent):
    ours = descent.scratch(section('11.8').rmsprop, states(), HYPERPARAMS)
    theirs = descent.gluon('rmsprop', {'learning_rate': .1, 'gamma1': .9,
                                       'epsilon': 1e-6})
    onp.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)
    assert abs(ours[9] - ours[0]).max() > .1


@pytest.mark.torch
def test_pytorch_adds_eps_outside_of_the_root(section, descent, torch):
    page = section('11.8')
    theirs = descent.torch('RMSprop', lr=.1, alpha=.9, eps=.1)
    ours = descent.scratch(page.rmsprop, states(), HYPERPARAMS, eps=.1)
    assert abs(ours - theirs).max() > 1e-2
    # eps inside the root counts as its square root outside: (1e-5)^2 = 1e-10
    onp.testing.assert_allclose(
        descent.scratch(page.rmsprop, states(), HYPERPARAMS, eps=1e-16),
        descent.torch('RMSprop', lr=.1, alpha=.9, eps=1e-8), rtol=1e-5, atol=1e-6)


def test_weights_of_the_past_sum_up_to_1_minus_what_is_older(section):
    expected = {f'gamma = {gamma:.2f}': 1 - gamma ** 40 for gamma in (.95, .9, .8, .7)}
    assert section('11.8').weights_of_the_past() == pytest.approx(expected, rel=1e-5)


def test_the_trace_ends_where_the_recursion_does(section):
    page = section('11.8')
    point = -5, -2, 0, 0
    x, s = -5, 0
    for _ in range(20):
        point = page.rmsprop_2d(*point)
        s = .9 * s + .1 * (.2 * x) ** 2
        x -= .4 * .2 * x / math.sqrt(s + 1e-6)
    assert point[0] == pytest.approx(x)


@pytest.mark.data
def test_losses_on_the_real_data_are_in_the_printed_range(section, real_data, capsys):
    for name, loss in section('11.8').run()['loss'].items():
        assert .242 <= round(loss, 3) <= .254, name
