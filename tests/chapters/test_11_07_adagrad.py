import math

import numpy as onp
import pytest
from mxnet import np


def states():
    return [np.zeros((3, 1))]


def test_adagrad_from_scratch_equals_gluon_step_for_step(section, descent):
    ours = descent.scratch(section('11.7').adagrad, states(), {'lr': .5}, eps=1e-6)
    theirs = descent.gluon('adagrad', {'learning_rate': .5, 'eps': 1e-6})
    onp.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)
    assert abs(ours[9] - ours[0]).max() > .1


@pytest.mark.torch
def test_pytorch_adds_eps_outside_of_the_root(section, descent, torch):
    page = section('11.7')

    def outside(params, states, hyperparams):
        for p, s in zip(params, states):
            s[:] += np.square(p.grad)
            p[:] -= hyperparams['lr'] * p.grad / (np.sqrt(s) + .1)

    theirs = descent.torch('Adagrad', lr=.5, eps=.1)
    onp.testing.assert_allclose(descent.scratch(outside, states(), {'lr': .5}), theirs,
                                rtol=1e-5, atol=1e-6)
    ours = descent.scratch(page.adagrad, states(), {'lr': .5}, eps=.1)
    assert abs(ours - theirs).max() > 1e-2
    # with the small constants of both it is the same
    onp.testing.assert_allclose(
        descent.scratch(page.adagrad, states(), {'lr': .5}, eps=1e-10),
        descent.torch('Adagrad', lr=.5, eps=1e-10), rtol=1e-5, atol=1e-6)


def test_traces_end_where_the_recursion_does(section, capsys):
    ends = section('11.7').traces()
    for eta in (.4, 2):
        for i, (x, a) in enumerate(((-5, .2), (-2, 4))):
            s = 0
            for _ in range(20):
                s += (a * x) ** 2
                x -= eta * a * x / math.sqrt(s + 1e-6)
            assert ends[f'eta {eta}'][i] == pytest.approx(x)


@pytest.mark.data
def test_losses_on_the_real_data_are_in_the_printed_range(section, real_data, capsys):
    for name, loss in section('11.7').run()['loss'].items():
        assert .242 <= round(loss, 3) <= .254, name
