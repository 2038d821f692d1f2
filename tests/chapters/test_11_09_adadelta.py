import numpy as onp
import pytest
from mxnet import np


def states():
    return [(np.zeros((3, 1)), np.zeros((3, 1)))]


def test_adadelta_from_scratch_equals_gluon_step_for_step(section, descent):
    ours = descent.scratch(section('11.9').adadelta, states(), {'rho': .9})
    theirs = descent.gluon('adadelta', {'rho': .9})  # its epsilon is 1e-5 as well
    onp.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)
    assert abs(ours[9] - ours[0]).max() > .01  # slow at first: delta starts at 0


@pytest.mark.torch
def test_adadelta_from_scratch_equals_pytorch_step_for_step(section, descent, torch):
    # PyTorch's own eps is 1e-6
    ours = descent.scratch(section('11.9').adadelta, states(), {'rho': .9})
    onp.testing.assert_allclose(ours, descent.torch('Adadelta', lr=1, rho=.9, eps=1e-5),
                                rtol=1e-5, atol=1e-6)


@pytest.mark.slow
@pytest.mark.data
def test_losses_on_the_real_data_are_in_the_printed_range(section, real_data, capsys):
    for name, loss in section('11.9').run()['loss'].items():
        assert .242 <= round(loss, 3) <= .254, name
