"""Pictures in a grid."""
import numpy as onp
import pytest
from mxnet import np

import d2lmx as d2l


@pytest.mark.parametrize('module', [np, onp])
def test_images_fill_the_grid_row_by_row_under_their_titles(module):
    images = [module.full((2, 3), value) for value in (.1, .2, .3)]
    axes = d2l.show_images(images, 2, 2, titles=['a', 'b', 'c'], scale=2)
    assert axes.shape == (4,)
    shown = [ax.images[0].get_array() for ax in axes[:3]]
    assert [float(picture[1, 2]) for picture in shown] == pytest.approx([.1, .2, .3])
    assert [ax.get_title() for ax in axes] == ['a', 'b', 'c', '']
    assert not axes[3].images
    assert axes[0].figure.get_size_inches().tolist() == [4, 4]


def test_no_place_shows_a_frame_and_images_beyond_the_grid_are_left_out():
    axes = d2l.show_images(np.zeros((5, 2, 3)), 1, 2)
    assert len(axes) == 2 and not any(ax.axison for ax in axes)


def test_a_single_colour_image_serves():
    axes = d2l.show_images([np.zeros((4, 5, 3))], 1, 1)
    assert axes[0].images[0].get_array().shape == (4, 5, 3)


def test_pictures_stand_side_by_side_and_what_is_left_is_white():
    images = onp.arange(3, dtype='float32').reshape(3, 1, 1, 1) / 4 * onp.ones(
        (3, 2, 1, 3), 'float32')
    found = d2l.picture_grid(images, 2)[..., 0]
    assert found.tolist() == [[0, .25], [0, .25], [.5, 1], [.5, 1]]


def test_a_grid_alone_has_two_dots_for_a_pixel():
    d2l.show_grid(onp.zeros((30, 45, 3)))
    axes, = d2l.plt.gcf().axes
    assert not axes.axison
    assert d2l.plt.gcf().get_size_inches() * 150 == pytest.approx([90, 60])


def test_enlarged_pictures_repeat_each_pixel_and_are_grey():
    found = d2l.enlarged([[0, .25, .5, 1]], 2, dots=2)
    assert found.shape == (1, 4, 4, 3) and (found == found[..., :1]).all()
    assert found[0, ..., 0].tolist() == [[0, 0, .25, .25]] * 2 + [[.5, .5, 1, 1]] * 2
