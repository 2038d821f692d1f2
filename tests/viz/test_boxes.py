import numpy as onp
from matplotlib import pyplot as plt
from mxnet import np

import d2lmx as d2l

BOXES = [[1., 2, 4, 6], [-3, 1, 2, 3], [5, 5, 9, 9]]


def picture_axes():
    return plt.imshow(onp.zeros((10, 12, 3), 'uint8')).axes


def frames(axes):
    """(x, y, width, height) of the boxes drawn."""
    return [(*rect.get_xy(), rect.get_width(), rect.get_height())
            for rect in axes.patches]


def test_a_box_is_a_frame_of_its_corner_and_sides():
    rect = d2l.bbox_to_rect([60., 45, 378, 516], 'blue')
    assert (*rect.get_xy(), rect.get_width(), rect.get_height()) == (60, 45, 318, 471)
    assert rect.get_edgecolor() == (0, 0, 1, 1) and not rect.get_fill()


def test_boxes_of_any_kind_are_drawn_in_colours_that_begin_again():
    kinds = (BOXES, np.array(BOXES), onp.array(BOXES), [np.array(row) for row in BOXES])
    for boxes in kinds:
        plt.figure()
        axes = picture_axes()
        d2l.show_bboxes(axes, boxes, colors=['r', 'k'])
        assert frames(axes) == [(1, 2, 3, 4), (-3, 1, 5, 2), (5, 5, 4, 4)]
        colors = [rect.get_edgecolor()[:3] for rect in axes.patches]
        assert colors == [(1, 0, 0), (0, 0, 0), (1, 0, 0)]
        assert len(axes.texts) == 0


def test_labels_lie_within_the_picture_and_can_be_read():
    axes = picture_axes()
    d2l.show_bboxes(axes, np.array(BOXES), labels=['a', 'b'])
    # the second box begins left of the picture, the middle of whose first pixel is 0
    assert [(text.get_text(), *text.get_position()) for text in axes.texts] == [
        ('a', 1, 2), ('b', -.5, 1)]
    assert [text.get_color() for text in axes.texts] == ['w', 'w']
    d2l.show_bboxes(axes, [np.array(BOXES[0])], 'dog=0.9', 'w')
    assert axes.texts[-1].get_text() == 'dog=0.9' and axes.texts[-1].get_color() == 'k'


def test_no_boxes_draw_nothing():
    axes = picture_axes()
    d2l.show_bboxes(axes, np.zeros((0, 4)), ['a'])
    assert not axes.patches and not axes.texts
