"""Legends stand where they cover nothing."""
import numpy as onp
import pytest
from matplotlib import pyplot as plt

import d2lmx as d2l
from d2lmx.viz import legends

T = onp.arange(20)
EVERYWHERE = [.9 * (-1) ** T, .5 * (-1) ** T, 0 * T, -.4 * (-1) ** T]  # of the axes
NAMES = [f'lambda = {i}' for i in range(4)]


def place_of(axes):
    """(left, right) of a figure's axes and of their legend, in pixels."""
    axes.figure.canvas.draw()
    boxes = axes.get_window_extent(), axes.get_legend().get_window_extent()
    return [(box.x0, box.x1) for box in boxes]


def test_a_legend_without_a_free_place_stands_beside_axes_that_keep_their_size():
    d2l.plot(T, EVERYWHERE, 't', 'x')
    before = plt.gca().get_window_extent().x1
    d2l.plot(T, EVERYWHERE, 't', 'x', NAMES)
    axes = plt.gca()
    (left, right), (begin, end) = place_of(axes)
    assert right == pytest.approx(before) and begin > right
    assert end <= axes.figure.bbox.x1 + 1  # within a figure that has grown


def test_a_legend_with_a_free_place_stays_in_its_axes():
    d2l.plot(T, [T / 19, T / 20], 't', 'x', ['a', 'b'])
    (left, right), (begin, end) = place_of(plt.gca())
    assert left < begin < end < right
    assert plt.gcf().get_size_inches().tolist() == [3.5, 2.5]


@pytest.mark.parametrize('draw', [
    lambda axes: axes.plot(T, T % 2, 'o'), lambda axes: axes.scatter(T, T % 2),
    lambda axes: axes.bar(T, 1 + T % 2), lambda axes: axes.plot([0, 1], [0, 1])])
def test_points_bars_and_lines_are_covered_where_they_are(draw):
    _, axes = plt.subplots(figsize=(3.5, 2.5))
    draw(axes)
    legend = axes.legend(['a' * 12], loc='upper right')
    axes.figure.canvas.draw()
    assert legends.covers(legend, axes)
    # left of and above all of them
    axes.set(xlim=(-100, 20), ylim=(-1, 100))
    assert not legends.covers(axes.legend(['a'], loc='upper left'), axes)


def test_points_do_not_cover_what_lies_between_them():
    _, axes = plt.subplots(figsize=(3.5, 2.5))
    points, = axes.plot([0, 2], [0, 2], 'o')
    legend = axes.legend(['a'], loc='center')
    axes.figure.canvas.draw()
    assert not legends.covers(legend, axes)
    points.set_linestyle('-')
    assert legends.covers(legend, axes)


def test_a_legend_with_axes_to_its_right_stays():
    fig, (left, right) = plt.subplots(1, 2, figsize=(7, 2.5))
    for axes in (left, right):
        axes.plot(T, onp.transpose(EVERYWHERE))
        axes.legend(NAMES)
    legends.clear(fig)
    (_, end), (begin, _) = place_of(left)
    assert begin < end
    (_, end), (begin, _) = place_of(right)
    assert begin > end
