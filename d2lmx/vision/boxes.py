"""Boxes of pictures: their two forms, and how far they overlap."""
from mxnet import np

__all__ = ['box_corner_to_center', 'box_center_to_corner', 'box_iou']


def box_corner_to_center(boxes):
    """(x1, y1, x2, y2) to (cx, cy, width, height): boxes (..., 4), any unit.

    Book: 13.3 (sec_bbox)
    """
    x1, y1, x2, y2 = (boxes[..., i] for i in range(4))
    return np.stack(((x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1), axis=-1)


def box_center_to_corner(boxes):
    """(cx, cy, width, height) to (x1, y1, x2, y2): boxes (..., 4), any unit.

    Book: 13.3 (sec_bbox)
    """
    cx, cy, w, h = (boxes[..., i] for i in range(4))
    return np.stack((cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2), axis=-1)


def box_iou(boxes1, boxes2):
    """Intersection over union of each pair of boxes: (n, 4), (m, 4) -> (n, m).

    Boxes are corners (x1, y1, x2, y2). Leading axes are pictures, and broadcast:
    (n, 4), (batch, m, 4) -> (batch, n, m). Boxes that only touch have the value 0, as
    have those without area: a side of length 0, or a second corner before the first.

    Book: 13.4 (sec_anchor)
    """
    boxes1, boxes2 = np.expand_dims(boxes1, -2), np.expand_dims(boxes2, -3)
    upper_lefts = np.maximum(boxes1[..., :2], boxes2[..., :2])  # (..., n, m, 2)
    lower_rights = np.minimum(boxes1[..., 2:], boxes2[..., 2:])
    inter_areas = areas(upper_lefts, lower_rights)
    union_areas = (areas(boxes1[..., :2], boxes1[..., 2:])
                   + areas(boxes2[..., :2], boxes2[..., 2:]) - inter_areas)
    # book: 0 / 0, NaN, where neither box has an area
    return inter_areas / np.where(union_areas > 0, union_areas, 1)


def areas(upper_lefts, lower_rights):
    """Of boxes by their corners (..., 2): (...); 0 for a corner before the other."""
    sides = np.maximum(lower_rights - upper_lefts, 0)
    return sides[..., 0] * sides[..., 1]
