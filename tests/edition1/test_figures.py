"""Figures of the first edition: what is drawn, on which axes, and what is refused."""
import numpy as onp
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgba
from mxnet import nd

from d2lmx.edition1 import figures
from d2lmx.errors import InputError


@pytest.fixture
def shown(monkeypatch):
    """How often figures were shown."""
    calls = []
    monkeypatch.setattr(plt, 'show', lambda: calls.append(1))
    return calls


def test_a_second_curve_is_dotted_and_the_axis_y_logarithmic(shown):
    figures.semilogy(range(1, 4), [100, 10, 1], 'epochs', 'loss', range(1, 3), [5, 2],
                     ['train', 'test'], figsize=(4, 3))
    axes = plt.gca()
    assert axes.get_yscale() == 'log' and axes.get_xscale() == 'linear'
    assert (axes.get_xlabel(), axes.get_ylabel()) == ('epochs', 'loss')
    assert [line.get_linestyle() for line in axes.lines] == ['-', ':']
    assert axes.lines[0].get_xydata().tolist() == [[1, 100], [2, 10], [3, 1]]
    assert axes.lines[1].get_xydata().tolist() == [[1, 5], [2, 2]]
    assert [text.get_text() for text in axes.get_legend().texts] == ['train', 'test']
    assert axes.figure.get_size_inches().tolist() == [4, 3] and shown == [1]


def test_each_curve_alone_is_a_figure_of_its_own(shown):
    for last in (1, 2):
        figures.semilogy([1, 2], [10, last], 'epochs', 'rmse')
    assert len(plt.get_fignums()) == 2 and len(plt.gca().lines) == 1
    assert plt.gca().get_legend() is None


def test_half_of_a_second_curve_is_refused(shown):
    for half in ({'x2_vals': [1]}, {'y2_vals': [1]}):
        with pytest.raises(InputError, match='second curve together'):
            figures.semilogy([1], [1], 'x', 'y', **half)


@pytest.mark.parametrize('rows,columns', [(2, 3), (1, 3), (3, 1), (1, 1)])
def test_pictures_stand_in_a_grid_whatever_its_form(rows, columns):
    imgs = [nd.full((4, 5, 3), i, dtype='uint8') for i in range(rows * columns)]
    axes = figures.show_images(imgs, rows, columns, scale=.5)
    assert axes.shape == (rows, columns)
    drawn = [[ax.images[0].get_array().mean() for ax in row] for row in axes]
    assert onp.array(drawn).ravel().tolist() == list(range(rows * columns))
    assert axes[0, 0].figure.get_size_inches().tolist() == [columns * .5, rows * .5]


def test_places_without_a_picture_stay_empty():
    axes = figures.show_images(nd.zeros((3, 2, 2)), 2, 2)  # an array is its pictures
    assert [len(ax.images) for ax in axes.flatten()] == [1, 1, 1, 0]


@pytest.mark.parametrize('shape', [(2, 28, 28, 1), (2, 1, 28, 28), (2, 784)])
def test_garments_stand_in_a_row_under_their_names(shape):
    images = nd.arange(2 * 784).reshape(shape)
    figures.show_fashion_mnist(images, ['coat', 'bag'])
    first, second = plt.gcf().axes
    assert [ax.get_title() for ax in (first, second)] == ['coat', 'bag']
    assert second.images[0].get_array()[1, 2] == 784 + 28 + 2
    assert first.get_subplotspec().get_geometry() == (1, 2, 0, 0)


def test_garments_without_a_name_are_told():
    with pytest.raises(InputError, match='one label a picture, got 2 .* 1 labels'):
        figures.show_fashion_mnist(nd.zeros((2, 28, 28)), ['coat'])


def test_a_trace_is_drawn_over_contours_of_a_function_of_numpys_arrays():
    grids = []

    def f(x1, x2):
        grids.append((x1, x2))
        return x1 ** 2 + onp.exp(x2)

    figures.show_trace_2d(f, [(-5, -2), (1., .5)])
    (x1, x2), = grids
    assert isinstance(x1, onp.ndarray) and x1.shape == x2.shape
    axes = plt.gca()
    assert axes.lines[0].get_xydata().tolist() == [[-5, -2], [1, .5]]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ('x1', 'x2')


def test_a_box_is_a_frame_of_two_points():
    frame = figures.bbox_to_rect([60, 45, 378, 516], 'blue')
    assert (frame.get_xy(), frame.get_width(), frame.get_height()) == (
        (60, 45), 318, 471)
    assert not frame.get_fill() and frame.get_linewidth() == 2
    assert frame.get_edgecolor() == to_rgba('blue')


def test_boxes_have_their_labels_and_five_colours_of_the_page():
    axes = plt.imshow(onp.zeros((20, 20))).axes
    boxes = nd.array([[i, i, i + 5, i + 6] for i in range(6)])
    figures.show_bboxes(axes, boxes, ['a', 'b'])
    assert [frame.get_edgecolor() for frame in axes.patches] == [
        to_rgba(color) for color in 'bgrmcb']
    assert [text.get_text() for text in axes.texts] == ['a', 'b']
    figures.show_bboxes(axes, [boxes[0]], '0.97', 'w')  # 9.7: one of each
    assert axes.patches[-1].get_edgecolor() == to_rgba('w')
    assert axes.texts[-1].get_text() == '0.97'


def test_the_size_of_figures_stays_set():
    figures.set_figsize((5, 2))
    assert plt.figure().get_size_inches().tolist() == [5, 2]
    figures.set_figsize()
    assert plt.figure().get_size_inches().tolist() == [3.5, 2.5]
