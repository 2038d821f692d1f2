import numpy as onp
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
