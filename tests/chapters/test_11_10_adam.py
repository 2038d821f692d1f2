import math

import numpy as onp
import pytest
from mxnet import np


def states():
    return [(np.zeros((3, 1)), np.zeros((3, 1)))]


def hyperparams():
    return {'lr': .1, 't': 1}


@pytest.mark.torch
def test_adam_from_scratch_equals_pytorch_step_for_step(section, descent, torch):
    ours = descent.scratch(section('11.10').adam, states(), hyperparams())
    onp.testing.assert_allclose(ours, descent.torch('Adam', lr=.1, eps=1e-6),
                                rtol=1e-5, atol=1e-6)
    assert abs(ours[9] - ours[0]).max() > .1


def test_gluon_adds_eps_before_the_second_mean_is_corrected(section, descent):
    # its eps counts as eps / sqrt(1 - beta2^t) of ours: 32 eps at the first step
    page = section('11.10')

    def as_gluon(params, states, hyperparams):
        eps = .1 / math.sqrt(1 - .999 ** hyperparams['t'])
        page.adam(params, states, hyperparams, eps=eps)

    theirs = descent.gluon('adam', {'learning_rate': .1, 'epsilon': .1})
    onp.testing.assert_allclose(descent.scratch(as_gluon, states(), hyperparams()),
                                theirs, rtol=1e-4, atol=1e-5)  # float32 corrections
    assert abs(descent.scratch(page.adam, states(), hyperparams(), eps=.1)
               - theirs).max() > 1e-2
    # with small constants it is the same
    onp.testing.assert_allclose(
        descent.scratch(page.adam, states(), hyperparams(), eps=1e-8),
        descent.gluon('adam', {'learning_rate': .1}), rtol=1e-4, atol=1e-5)


def test_yogi_follows_its_definition(section, descent):
    # neither Gluon nor PyTorch has it: in NumPy, float64, from the formulas
    ours = descent.scratch(section('11.10').yogi, states(), hyperparams())
    w, v, s = descent.start.astype('float64'), 0, 0
    for t in range(1, 11):
        g = descent.X.T @ (descent.X @ w - descent.y) / 6
        v = .9 * v + .1 * g
        s = s + .001 * onp.sign(g * g - s) * g * g
        w = w - .1 * v / (1 - .9 ** t) / (onp.sqrt(s / (1 - .999 ** t)) + 1e-3)
        onp.testing.assert_allclose(ours[t - 1], w, rtol=1e-4, atol=1e-5)


def test_adam_counts_its_steps(section, descent):
    counted = hyperparams()
    descent.scratch(section('11.10').adam, states(), counted)
    assert counted['t'] == 11


@pytest.mark.slow
@pytest.mark.data
def test_losses_on_the_real_data_are_in_the_printed_range(section, real_data, capsys):
    for name, loss in section('11.10').run()['loss'].items():
        assert .242 <= round(loss, 3) <= .254, name
