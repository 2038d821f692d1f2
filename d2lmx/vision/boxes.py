"""Boxes of pictures: their two forms, and how far they overlap.

These functions take arrays of MXNet or of NumPy, or the symbols of a network that is
being traced, and give what they are given.
"""
import mxnet as mx
import numpy as onp

__all__ = ['box_corner_to_center', 'box_center_to_corner', 'box_iou']

TINY = float(onp.finfo('float32').tiny)


def numpy_for(X):
    """The module of functions on arrays such as X: MXNet's, NumPy's, or a symbol's."""
    if isinstance(X, onp.ndarray):
        return onp
    return mx.sym.np if isinstance(X, mx.sym.Symbol) else mx.np


def box_corner_to_center(boxes):
    """(x1, y1, x2, y2) to (cx, cy, width, height): boxes (..., 4), any unit.

    Book: 13.3 (sec_bbox)
    """
    np = numpy_for(boxes)
    upper_left, lower_right = np.split(boxes, 2, axis=-1)
    return np.concatenate(((upper_left + lower_right) / 2, lower_right - upper_left),
                          axis=-1)


def box_center_to_corner(boxes):
    """(cx, cy, width, height) to (x1, y1, x2, y2): boxes (..., 4), any unit.

    Book: 13.3 (sec_bbox)
    """
    np = numpy_for(boxes)
    center, sides = np.split(boxes, 2, axis=-1)
    return np.concatenate((center - sides / 2, center + sides / 2), axis=-1)


def box_iou(boxes1, boxes2):
    """Intersection over union of each pair of boxes: (n, 4), (m, 4) -> (n, m).

    Boxes are corners (x1, y1, x2, y2). Leading axes are pictures, and broadcast:
    (n, 4), (batch, m, 4) -> (batch, n, m). Boxes that only touch have the value 0, as
    have those without area: a side of length 0, or a second corner before the first.

    Book: 13.4 (sec_anchor)
    """
    np = numpy_for(boxes1)
    corners1 = np.split(boxes1, 4, axis=-1)  # of (..., n, 1)
    corners2 = np.split(np.swapaxes(boxes2, -1, -2), 4, axis=-2)  # of (..., 1, m)
    (x1, y1, x2, y2), (u1, v1, u2, v2) = corners1, corners2
    inter_areas = area(np, np.maximum(x1, u1), np.maximum(y1, v1),
                       np.minimum(x2, u2), np.minimum(y2, v2))
    union_areas = area(np, *corners1) + area(np, *corners2) - inter_areas
    # book: 0 / 0, NaN, where neither box has an area
    return inter_areas / np.maximum(union_areas, TINY)


def area(np, x1, y1, x2, y2):
    """Of boxes by their corners; 0 for a second corner before the first."""
    return np.maximum(x2 - x1, 0) * np.maximum(y2 - y1, 0)
