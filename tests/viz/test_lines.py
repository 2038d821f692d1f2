"""Curves: what `plot` accepts and draws."""
import matplotlib as mpl
import numpy as onp
import pytest
from matplotlib import pyplot as plt
from mxnet import np

import d2lmx as d2l

X = [0, 1, 2]
F, G = [1, 3, 5], [2, 4, 6]


def plot(*args, **options):
    """The axes that `plot`, which returns nothing, has drawn on."""
    assert d2l.plot(*args, **options) is None
    return plt.gca()


def curves(axes):
    return [[list(map(float, values)) for values in line.get_data()]
            for line in axes.lines]


@pytest.mark.parametrize('x,y', [
    (X, F), ([X], [F]), (np.array(X), np.array(F)), (onp.array(X), onp.array([F])),
    ([np.array(v) for v in X], [np.array(v) for v in F]), (range(3), tuple(F))])
def test_one_curve_in_every_spelling(x, y):
    assert curves(plot(x, y)) == [[X, F]]


@pytest.mark.parametrize('x,y', [
    (X, [F, G]), ([X], [F, G]), ([X, X], [F, G]), (np.array(X), np.array([F, G])),
    (np.array(X), [np.array(F), G])])
def test_one_x_serves_several_curves(x, y):
    assert curves(plot(x, y)) == [[X, F], [X, G]]


def test_without_y_values_are_drawn_over_their_index():
    assert curves(plot([F, G[:2]])) == [[[0, 1, 2], F], [[0, 1], G[:2]]]
    assert curves(plot(np.array(F))) == [[[0, 1, 2], F]]


def test_each_curve_keeps_its_own_x():
    assert curves(plot([X, [5, 6]], [F, [7, 8]])) == [[X, F], [[5, 6], [7, 8]]]


def test_a_fifth_curve_is_drawn_too_and_styles_begin_again():
    axes = plot(X, [F, G, F, G, F])
    assert [line.get_linestyle() for line in axes.lines] == ['-', '--', '-.', ':', '-']


@pytest.mark.parametrize('x,y,reason', [
    ([X, X], [F, G, F], 'got 2 and 3'), (X, [1, 2], 'got 3 and 2')])
def test_curves_that_do_not_pair_are_refused_before_a_figure_is_made(x, y, reason):
    with pytest.raises(ValueError, match=reason):
        d2l.plot(x, y)
    assert plt.get_fignums() == []


def test_labels_limits_scales_legend_and_size():
    axes = plot(X, [F, G], 'x', 'f(x)', ['f', 'g'], [0, 2], [1, 9], 'linear', 'log',
                figsize=(5, 3))
    assert (axes.get_xlabel(), axes.get_ylabel()) == ('x', 'f(x)')
    assert (axes.get_xlim(), axes.get_ylim()) == ((0, 2), (1, 9))
    assert (axes.get_xscale(), axes.get_yscale()) == ('linear', 'log')
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ['f', 'g']
    assert axes.figure.get_size_inches().tolist() == [5, 3]


def test_two_plots_are_two_figures():
    first, second = plot(X, F), plot(X, G)
    assert curves(first) == [[X, F]] and curves(second) == [[X, G]]
    assert len(plt.get_fignums()) == 2


def test_an_empty_current_figure_is_drawn_on():
    fig = plt.figure()
    assert plot(X, F).figure is fig


def test_given_axes_are_cleared_and_drawn_on():
    _, (left, right) = plt.subplots(1, 2)
    left.plot(X, G)
    assert plot(X, F, axes=left) is left
    assert curves(left) == [[X, F]] and not right.lines


def test_limits_without_width_are_left_to_matplotlib():
    # [1, num_epochs] for a single epoch
    axes = plot(X, F, xlim=[1, 1])
    low, high = axes.get_xlim()
    assert low < 0 and high > 2


def test_set_figsize_holds_for_figures_to_come():
    with mpl.rc_context():
        d2l.set_figsize((4, 2))
        assert plt.figure().get_size_inches().tolist() == [4, 2]
        d2l.set_figsize()
        assert plt.figure().get_size_inches().tolist() == [3.5, 2.5]


def test_a_history_is_drawn_series_by_series_over_epochs():
    history = d2l.History()
    history.add(1, {'train loss': 2, 'test acc': .5})
    history.add(2, {'train loss': 1})
    axes = d2l.plot_history(history)
    assert curves(axes) == [[[1, 2], [2, 1]], [[1], [.5]]]
    assert axes.get_xlabel() == 'epoch'
    assert [t.get_text() for t in axes.get_legend().get_texts()] == ['train loss',
                                                                     'test acc']


def test_series_of_a_history_may_be_drawn_apart():
    history = d2l.History()
    history.add(1, {'train loss': 2, 'mAP': .5, 'valid loss': 3})
    losses = d2l.plot_history(history, names=['train loss', 'valid loss'])
    mAP = d2l.plot_history(history, names=['mAP'])
    assert curves(losses) == [[[1], [2]], [[1], [3]]] and losses.get_ylabel() == 'loss'
    assert curves(mAP) == [[[1], [.5]]] and mAP.get_ylabel() == 'mAP'
    assert losses.figure is not mAP.figure


def test_a_curve_of_one_point_is_a_dot_until_there_are_two():
    axes = plot([3], [4], fmts=['-'])
    assert axes.lines[0].get_marker() == '.'
    assert plot(X, F).lines[0].get_marker() == 'None'
    assert plot([3], [4], fmts=['-o']).lines[0].get_marker() == 'o'
    history = d2l.History()
    history.add(1, {'test acc': .5})
    assert d2l.plot_history(history).lines[0].get_marker() == '.'
    animator = d2l.Animator()
    animator.add(1, 2)
    line, = animator.axes[0].lines
    assert line.get_marker() == '.'
    animator.add(2, 3)
    assert line.get_marker() == 'None'


def test_curves_have_a_grid_behind_them():
    history = d2l.History()
    history.add(1, {'train loss': 2})
    animator = d2l.Animator()
    animator.add(1, 2)
    for axes in (plot(X, F), d2l.plot_history(history), animator.axes[0]):
        lines = axes.get_xgridlines() + axes.get_ygridlines()
        assert lines and all(line.get_visible() for line in lines)


@pytest.mark.parametrize('limits', [[10, 2], [1, 1]])
def test_limits_that_do_not_rise_turn_no_axis_round(limits):
    # [10, num_epochs] for two epochs
    axes = plot(X, F, xlim=limits, ylim=limits)
    assert axes.get_xlim()[0] < 0 and axes.get_xlim()[1] > 2
    assert axes.get_ylim()[0] < 1 and axes.get_ylim()[1] > 5


@pytest.mark.parametrize('values, has_more', [([.2, 3], True), ([.2, 300], False)])
def test_a_logarithmic_axis_has_more_numbers_than_its_powers_of_ten_where_these_are_few(
        values, has_more):
    axes = plot([1, 2], values, yscale='log')
    axes.figure.canvas.draw()
    low, high = axes.get_ylim()
    told = [tick.get_loc() for tick in axes.yaxis.get_minor_ticks()
            if tick.label1.get_text() and low <= tick.get_loc() <= high]
    assert (len(told) >= 3) == has_more == bool(told)


def test_a_history_names_what_its_axis_measures_once():
    history = d2l.History()
    history.add(1, {'train loss': 2, 'train acc': .4, 'test acc': .5, 'mAP': .1})
    assert d2l.plot_history(history).get_ylabel() == 'loss, accuracy, mAP'
    history = d2l.History()
    history.add(1, {'train': 2})
    assert d2l.plot_history(history).get_ylabel() == 'train'
