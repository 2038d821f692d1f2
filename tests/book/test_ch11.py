"""Minimising by hand, and training on airfoil data."""
import re

import numpy as onp
import pytest
from matplotlib import pyplot as plt

import d2lmx as d2l

LINE = r'loss: (\d\.\d{3}), (\d+\.\d{3}) sec/epoch\n'


def sgd(params, states, hyperparams):
    for p in params:
        p[:] -= hyperparams['lr'] * p.grad


def test_the_trainer_gets_its_own_states_back_and_every_point_is_kept(capsys):
    def update(x1, x2, s1, s2):
        return x1 + 1, x2 - s2, s1 + 1, s2 + 2

    # the states are 0, 2, 4, so that x2 goes from -2 to -2 - 0 - 2 - 4
    assert d2l.train_2d(update, steps=3) == [(-5, -2), (-4, -2), (-3, -4), (-2, -8)]
    assert capsys.readouterr().out == 'epoch 3, x1: -2.000000, x2: -8.000000\n'


def test_a_gradient_function_is_handed_on(capsys):
    def update(x1, x2, s1, s2, f_grad):
        g1, g2 = f_grad(x1, x2)
        return x1 - g1, x2 - g2, 0, 0

    assert d2l.train_2d(update, 1, lambda x1, x2: (x1, 2 * x2))[-1] == (0, 2)


def test_full_batches_end_where_the_equations_say(capsys):
    # gradient descent with small steps and a single batch has one minimum
    data_iter, feature_dim = d2l.get_data_ch11(1500)
    (X, y), = data_iter
    A = onp.column_stack([X.asnumpy(), onp.ones(1500)])
    _, (rest,), _, _ = onp.linalg.lstsq(A, y.asnumpy(), rcond=None)
    _, losses = d2l.train_ch11(sgd, None, {'lr': .5}, data_iter, feature_dim, 100)
    assert losses[-1] == pytest.approx(rest / 3000, rel=1e-4)
    assert len(losses) == 100 and losses == sorted(losses, reverse=True)


def test_the_printed_loss_is_the_last_of_seven_points_an_epoch_and_the_end(capsys):
    data_iter, feature_dim = d2l.get_data_ch11(10)
    times, losses = d2l.train_ch11(sgd, None, {'lr': .05}, data_iter, feature_dim)
    line = re.fullmatch(LINE, capsys.readouterr().out)
    assert line[1] == f'{losses[-1]:.3f}'
    assert line[2] == f'{times[-1] / 2:.3f}'  # of the whole training, by its epochs
    curve, = plt.gcf().axes[0].lines
    # 150 batches, a point each 21
    assert list(curve.get_xdata()) == pytest.approx(
        [epoch + n / 150 for epoch in (0, 1) for n in (*range(21, 150, 21), 150)])
    assert list(curve.get_ydata()) == losses
    assert len(times) == len(losses) and times == sorted(times)


@pytest.mark.parametrize('name,options', [('sgd', {'learning_rate': .05}),
                                          ('adam', {'learning_rate': .01})])
def test_gluons_optimisers_train_the_same_way(name, options, capsys):
    data_iter, _ = d2l.get_data_ch11(10)
    _, losses = d2l.train_concise_ch11(name, options, data_iter)
    assert re.fullmatch(LINE, capsys.readouterr().out)
    assert .2 < losses[-1] < .26 < losses[0] and len(losses) == 16


def test_an_unknown_optimiser_is_refused(capsys):
    with pytest.raises(ValueError, match='yogi'):
        d2l.train_concise_ch11('yogi', {}, d2l.get_data_ch11(10)[0])
