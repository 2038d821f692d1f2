"""Arrows, and the way of an optimiser over contours."""
import numpy as onp
import pytest
from matplotlib import pyplot as plt
from mxnet import np

import d2lmx as d2l


def test_an_arrow_goes_from_the_text_to_the_point_on_the_current_axes():
    _, axes = plt.subplots()
    d2l.annotate('here', (1, 2), (3, 4))
    note, = axes.texts
    assert (note.get_text(), note.xy, note.xyann) == ('here', (1, 2), (3, 4))
    assert note.arrow_patch is not None


def test_points_are_drawn_over_contours_of_the_function():
    axes = d2l.show_trace_2d(lambda x1, x2: x1 ** 2 + np.exp(x2), [(-5, -2), (1., .5)])
    line, = axes.lines
    assert onp.array(line.get_xydata()).tolist() == [[-5, -2], [1, .5]]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ('x1', 'x2')
    assert axes.get_xlim()[0] <= -5.5 and len(axes.collections) > 0


def test_arrays_of_one_number_are_points_and_two_traces_are_two_figures():
    for _ in range(2):
        axes = d2l.show_trace_2d(lambda x1, x2: x1 + x2,
                                 [(np.array([1.]), np.array([2.]))])
    assert len(plt.get_fignums()) == 2
    assert axes.lines[0].get_xydata().tolist() == [[1, 2]]


def test_a_trace_that_runs_away_is_seen_whole():
    axes = d2l.show_trace_2d(lambda x1, x2: x1 * x2, [(-5, -2), (0, 400), (0, 1e400)])
    assert axes.get_ylim()[1] >= 400 == pytest.approx(axes.dataLim.y1, rel=1)


def test_a_point_at_the_end_of_a_trace_is_not_cut_by_the_frame():
    axes = d2l.show_trace_2d(lambda x1, x2: x1 * x2, [(-9, -2), (0, 4.), (3, 4)])
    assert axes.get_xlim() == pytest.approx((-9.6, 3.6))
    assert axes.get_ylim() == pytest.approx((-3, 4.3))
