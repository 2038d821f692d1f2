import numpy as onp
import pytest


def states():
    from mxnet import np
    return [np.zeros((3, 1))]


def test_momentum_from_scratch_equals_gluon_step_for_step(section, descent):
    ours = descent.scratch(section('11.6').sgd_momentum, states(),
                           {'lr': .1, 'momentum': .9})
    theirs = descent.gluon('sgd', {'learning_rate': .1, 'momentum': .9})
    onp.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)
    assert abs(ours[9] - ours[0]).max() > .1


@pytest.mark.torch
def test_momentum_from_scratch_equals_pytorch_step_for_step(section, descent, torch):
    ours = descent.scratch(section('11.6').sgd_momentum, states(),
                           {'lr': .1, 'momentum': .9})
    onp.testing.assert_allclose(ours, descent.torch('SGD', lr=.1, momentum=.9),
                                rtol=1e-5, atol=1e-6)


def test_gluon_keeps_the_rate_in_its_velocity_which_shows_when_the_rate_changes(
        section, descent):
    # ours: v = beta v + g, w -= lr v. Gluon: v = beta v - lr g, w += v. The same while
    # lr stays; where it falls to 0 ours stops, Gluon's velocity carries on
    import d2lmx as d2l
    hyperparams = {'lr': .1, 'momentum': .9}
    page, calls = section('11.6'), []

    def stop_after_five(params, states, hyperparams):
        calls.append(1)
        page.sgd_momentum(params, states,
                          {**hyperparams, 'lr': .1 if len(calls) <= 5 else 0})

    ours = descent.scratch(stop_after_five, states(), hyperparams)
    theirs = descent.gluon('sgd', {'momentum': .9, 'lr_scheduler': d2l.ByEpoch(
        lambda epoch: .1 if epoch == 0 else 0, 5)})
    onp.testing.assert_allclose(ours[:5], theirs[:5], rtol=1e-5, atol=1e-6)
    assert (ours[9] == ours[4]).all()
    # each further step of Gluon's is 0.9 times the one before
    steps = onp.diff(theirs[4:], axis=0)
    onp.testing.assert_allclose(steps[1:], .9 * steps[:-1], rtol=1e-3, atol=1e-6)


def test_traces_end_where_the_recursions_do(section, capsys):
    ends = section('11.6').ill_conditioned()
    assert ends['eta 0.4'] == pytest.approx([-5 * .92 ** 20, -2 * .6 ** 20])
    assert ends['eta 0.6'] == pytest.approx([-5 * .88 ** 20, -2 * 1.4 ** 20])
    for beta in (.5, .25):
        for i, (x, a) in enumerate(((-5, .2), (-2, 4))):
            v = 0
            for _ in range(20):
                v = beta * v + a * x
                x -= .6 * v
            assert ends[f'eta 0.6, beta {beta}'][i] == pytest.approx(x)


def test_weights_of_the_past_sum_up_to_one_over_one_minus_beta(section):
    sums = section('11.6').effective_sample_weight()
    assert sums == pytest.approx({f'beta = {beta:.2f}': (1 - beta ** 40) / (1 - beta)
                                  for beta in (.95, .9, .6, 0)})


@pytest.mark.slow
@pytest.mark.data
def test_losses_on_the_real_data_are_in_the_printed_range(section, real_data, capsys):
    for name, loss in section('11.6').run()['loss'].items():
        assert .242 <= round(loss, 3) <= .262, name
