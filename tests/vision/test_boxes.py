import sys

import mxnet as mx
import numpy as onp
import pytest
from mxnet import np

import d2lmx as d2l


def test_two_forms_of_a_box_by_hand_and_back():
    corners = np.array([[60., 45, 378, 516], [2, 3, 2, 3]])
    centers = d2l.box_corner_to_center(corners)
    assert centers.tolist() == [[219, 280.5, 318, 471], [2, 3, 0, 0]]
    assert d2l.box_center_to_corner(centers).tolist() == corners.tolist()


def test_overlaps_by_hand():
    one = np.array([[0., 0, 2, 2], [5, 5, 5, 5]])
    others = np.array([[0., 0, 2, 2], [1, 1, 3, 3], [2, 0, 4, 2], [0, 0, 1, 1],
                       [5, 5, 5, 5]])
    # equal, 1 of 4 + 4 - 1, touching, a quarter within; a point has no area
    expected = [[1, 1 / 7, 0, 1 / 4, 0], [0, 0, 0, 0, 0]]
    onp.testing.assert_allclose(d2l.box_iou(one, others).asnumpy(), expected, rtol=1e-6)


def test_a_line_a_box_inside_out_and_one_beyond_the_picture():
    boxes = np.array([[0., 0, 4, 0], [3, 3, 1, 1], [-2, -2, 2, 2]])
    expected = onp.zeros((3, 3))
    expected[2, 2] = 1
    assert d2l.box_iou(boxes, boxes).tolist() == expected.tolist()


def iou(a, b):
    """Of two boxes, in Python's own numbers."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    inter = max(width, 0) * max(height, 0)
    return inter / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])
                    - inter)


def test_overlaps_are_those_of_a_loop_and_of_mxnets_own_operator(boxes):
    a, b = boxes(7), boxes(5)
    actual = d2l.box_iou(np.array(a), np.array(b))
    onp.testing.assert_allclose(actual.asnumpy(), [[iou(x, y) for y in b] for x in a],
                                rtol=1e-5, atol=1e-6)
    theirs = mx.nd.contrib.box_iou(*(mx.nd.array(x) for x in (a, b)), format='corner')
    onp.testing.assert_allclose(actual.asnumpy(), theirs.asnumpy(), rtol=1e-5,
                                atol=1e-6)


def test_overlaps_are_gluoncvs(boxes, monkeypatch):
    monkeypatch.setitem(sys.modules, 'torch', None)  # it refuses to load beside 2.x
    bbox = pytest.importorskip('gluoncv.utils.bbox')
    a, b = boxes(7), boxes(5)
    onp.testing.assert_allclose(d2l.box_iou(np.array(a), np.array(b)).asnumpy(),
                                bbox.bbox_iou(a, b), rtol=1e-5, atol=1e-6)


def test_pictures_are_a_leading_axis_that_broadcasts(boxes):
    anchors, batch = np.array(boxes(7)), np.array([boxes(3), boxes(3)])
    ious = d2l.box_iou(anchors, batch)
    assert ious.shape == (2, 7, 3)
    for actual, picture in zip(ious, batch):
        assert actual.tolist() == d2l.box_iou(anchors, picture).tolist()


def test_no_boxes_have_no_overlaps():
    assert d2l.box_iou(np.zeros((0, 4)), np.zeros((2, 4))).shape == (0, 2)
