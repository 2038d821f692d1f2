"""How good boxes and segmentations are, by the field's own measures.

Those of the VOC competitions are gluoncv's; COCO's is written out here, as gluoncv asks
for that set's files, and for another package. gluoncv knows traps that are closed here.
It makes each box one pixel wider, so that relative coordinates would all overlap;
leaves the order of equal scores to the sorting; counts nothing, silently, where it is
given NumPy arrays; and counts a class that no pixel has as one that was missed.
"""
import math

import numpy as onp
from mxnet import np

from ..errors import InputError
from ..runtime.checks import check_whole
from .boxes import box_iou
from .gluoncv import gluoncv

__all__ = ['detection_map', 'coco_map', 'mask_overlaps', 'SegmentationMeter']

TRIFLE = 1e-9  # of a unit of length
COCO_IOUS = onp.linspace(.5, .95, 10)
COCO_RECALLS = onp.linspace(0, 1, 101)


def detection_map(pred, truth, iou: float = 0.5, voc07: bool = False,
                  class_names=None) -> dict:
    """Mean average precision of detected boxes, {'mAP': ..., class: ...}, in [0, 1].

    A box is right if it overlaps an object of its class by `iou` at least that no box
    of a higher score has; of equal scores the earlier picture, and row, counts first.
    The average precision of a class is the area below its precision over recall, and
    nan where it has no object; mAP is the mean of the others.

    Parameters
    ----------
    pred
        For each picture the boxes found, (n, 6): class, score, x1, y1, x2, y2; rows
        of class -1 are none. A list of arrays, or one (pictures, n, 6), as
        `npx.multibox_detection` gives it.
    truth
        For each picture its objects, (m, 5): class, x1, y1, x2, y2, in the same unit
        of length; class -1 is none. A sixth column other than 0 marks an object that
        is difficult: to find it, or not, counts neither way.
    voc07
        The mean of the best precisions at recalls 0, 0.1, ... 1, as in the
        competitions of 2007, in place of the area.
    class_names
        Names of the classes 0, 1, ..., which are the keys; None: '0', '1', ...

    ValueError for arrays of other shapes or numbers, and for a class without a name.

    Ours, for 13.7
    """
    pred, truth = _pictures(pred, truth, (5, 6))
    names = _names([*pred, *truth], class_names)
    metrics = gluoncv().utils.metrics
    metric = (metrics.VOC07MApMetric if voc07 else metrics.VOCMApMetric)(
        iou, names)
    for (boxes, ranks), objects in zip(_ranked(pred), truth):
        metric.update(_narrowed(_with_areas(boxes[:, 2:])), boxes[None, :, 0],
                      ranks[None], _narrowed(objects[:, 1:5]), objects[None, :, 0],
                      objects[None, :, 5] if objects.shape[1] == 6 else None)
    if not any(metric._n_pos.values()):  # nothing to take a mean of
        return {'mAP': math.nan, **dict.fromkeys(names, math.nan)}
    *values, mean = map(float, metric.get()[1])
    return {'mAP': mean, **dict(zip(names, values))}


def _pictures(pred, truth, widths):
    """The rows of boxes and of objects of each picture, as many of either."""
    pred = [_rows(boxes, (6,), 'pred') for boxes in pred]
    truth = [_rows(objects, widths, 'truth') for objects in truth]
    if any((objects[:, 3:5] < objects[:, 1:3]).any() for objects in truth):
        raise ValueError('an object of truth has x2 < x1 or y2 < y1')
    if len(pred) != len(truth):
        raise ValueError(f'boxes of {len(pred)} pictures, objects of {len(truth)}')
    return pred, truth


def coco_map(pred, truth, most: int = 100) -> dict:
    """COCO's average precision of detected boxes, {'mAP', 'mAP@50', 'mAP@75'}.

    'mAP' is the mean over the overlaps .5, .55, ... .95 that an object asks for, the
    others are those of .5 and .75; all in [0, 1], and means over the classes that have
    an object: nan where none has. Unlike `detection_map`, a box takes of the objects
    that no better box has taken the one that it overlaps most, and precision, the best
    at this recall or a higher one, is read at the recalls 0, .01, ... 1.

    pred, truth: as of `detection_map`, no object being difficult. most: boxes of a
    picture and class that count, the best ones, 1 at least. ValueError as there.

    Ours, for 22.3
    """
    check_whole(most=most)
    pred, truth = _pictures(pred, truth, (5,))
    classes = sorted({label for objects in truth for label in objects[:, 0]})
    if not classes:
        return dict.fromkeys(('mAP', 'mAP@50', 'mAP@75'), math.nan)
    values = onp.mean([_coco_class(*([rows[rows[:, 0] == label, 1:] for rows in part]
                                     for part in (pred, truth)), most)
                       for label in classes], axis=0)
    return {'mAP': float(values.mean()), 'mAP@50': float(values[0]),
            'mAP@75': float(values[5])}


def _coco_class(pred, truth, most):
    """Average precisions of a class, (10,): boxes (n, 5) and objects (m, 4)."""
    pred = [boxes[onp.argsort(-boxes[:, 0], kind='stable')[:most]] for boxes in pred]
    right = onp.concatenate([_taken(box_iou(boxes[:, 1:], objects))
                             for boxes, objects in zip(pred, truth)])  # (n, 10)
    order = onp.argsort(-onp.concatenate([boxes[:, 0] for boxes in pred]),
                        kind='stable')
    found = onp.cumsum(right[order], axis=0)
    precision = found / onp.arange(1, len(found) + 1)[:, None]
    # the best one at this recall or a higher one; none beyond the last
    precision = onp.maximum.accumulate(precision[::-1])[::-1]
    precision = onp.concatenate([precision, onp.zeros((1, len(COCO_IOUS)))])
    recall = found / sum(map(len, truth))
    return onp.array([precision[onp.searchsorted(recall[:, i], COCO_RECALLS), i].mean()
                      for i in range(len(COCO_IOUS))])


def _taken(overlaps):
    """Whether each box, the best first, gets an object, for each of COCO's bounds.

    overlaps (boxes, objects) -> (boxes, 10)
    """
    num_boxes, num_objects = overlaps.shape
    right = onp.zeros((num_boxes, len(COCO_IOUS)), bool)
    for i, bound in enumerate(COCO_IOUS):
        free = onp.ones(num_objects, bool)
        for j in range(num_boxes if num_objects else 0):
            likeness = onp.where(free, overlaps[j], -1)
            best = num_objects - 1 - likeness[::-1].argmax()  # of equal ones the last
            if likeness[best] >= bound:
                right[j, i], free[best] = True, False
    return right


def mask_overlaps(pred, truth) -> tuple:
    """Intersection over union, and Dice's coefficient, of each picture: (n,), (n,).

    pred, truth: (n, height, width), NumPy's, what is found and what there is, yes or
    no. Dice's is twice the intersection by the sum of both areas, the F1 of pixels:
    ``2 IoU / (1 + IoU)``. Both are nan where neither mask has a pixel. InputError for
    other shapes. `SegmentationMeter` has classes, over all pixels of all pictures.

    Ours, for 22.3
    """
    pred, truth = (onp.asarray(masks).astype(bool) for masks in (pred, truth))
    if pred.shape != truth.shape or pred.ndim != 3:
        raise InputError('masks must be (pictures, height, width), as many found as '
                         f'there are, got shapes {pred.shape} and {truth.shape}')
    both, either = (masks.sum(axis=(1, 2)) for masks in (pred & truth, pred | truth))
    either = onp.where(either, either, onp.nan)
    return both / either, 2 * both / (both + either)


def _rows(array, widths, what):
    """A picture's rows of a class in float64, which are finite."""
    rows = _as_numpy(array).astype('float64')
    rows = rows.reshape(0, widths[0]) if rows.size == 0 else rows
    if rows.ndim != 2 or rows.shape[1] not in widths:
        raise ValueError(f'{what} must have {" or ".join(map(str, widths))} numbers a '
                         f'row, rows for each picture, got shape {rows.shape}')
    rows = rows[rows[:, 0] != -1]
    if not onp.isfinite(rows).all() or (rows[:, 0] != abs(rows[:, 0]) // 1).any():
        raise ValueError(f'{what} must hold finite numbers, and classes 0, 1, ... or '
                         '-1 for none')
    return rows


def _names(pictures, class_names) -> list:
    """What the classes in some pictures are called, from class 0 on."""
    classes = [int(rows[:, 0].max()) for rows in pictures if len(rows)]
    count = max(classes, default=-1) + 1
    names = list(map(str, range(count) if class_names is None else class_names))
    if count > len(names):
        raise ValueError(f'class {count - 1} has no name: there are {len(names)}')
    return names


def _ranked(pictures):
    """(boxes, ranks) of each picture: numbers without ties, higher for higher scores.
    """
    ends = onp.cumsum([len(boxes) for boxes in pictures])
    scores = onp.concatenate([onp.empty(0), *(boxes[:, 1] for boxes in pictures)])
    ranks = onp.empty(len(scores))
    ranks[onp.argsort(-scores, kind='stable')] = onp.arange(len(scores))[::-1]
    return zip(pictures, onp.split(ranks, ends[:-1]))


def _narrowed(boxes):
    """The boxes as gluoncv widens them to what they were, of a batch of one."""
    return (boxes - (0, 0, 1, 1))[None]


def _with_areas(boxes):
    """The boxes, those without area made a trifle wider.

    Otherwise two without area overlap by 0 / 0, which gluoncv takes for a match.
    """
    least = boxes[:, :2] + TRIFLE
    return onp.concatenate([boxes[:, :2], onp.maximum(boxes[:, 2:], least)], axis=1)


def _as_numpy(array):
    return array.asnumpy() if hasattr(array, 'asnumpy') else onp.asarray(array)


class SegmentationMeter:
    """Pixel accuracy and mean intersection over union, over batches of pictures.

    Parameters
    ----------
    num_classes
        Classes are 0 to num_classes - 1.
    ignore
        The label of pixels that count neither way, such as 255 for VOC's contours;
        None: every pixel counts.

    Ours, for 13.11
    """

    def __init__(self, num_classes: int, ignore=None):
        self.num_classes, self.ignore = num_classes, ignore
        self._metric = gluoncv().utils.metrics.SegmentationMetric(num_classes)

    def add(self, pred, labels) -> None:
        """Count a batch.

        pred: scores (batch, num_classes, h, w), or classes (batch, h, w); labels
        (batch, h, w). ValueError for other shapes, and for classes out of range.
        """
        pred, labels = _as_numpy(pred), _as_numpy(labels).astype('int64')
        if pred.ndim == 4 and pred.shape[1] == self.num_classes:
            pred = pred.argmax(axis=1)
        if pred.shape != labels.shape or labels.ndim != 3:
            raise ValueError(
                f'labels must be (batch, height, width) and predictions the same or '
                f'(batch, {self.num_classes}, height, width), got {labels.shape} and '
                f'{pred.shape}')
        if self.ignore is not None:
            labels = onp.where(labels == self.ignore, -1, labels)
        self._check(pred, 0)
        self._check(labels, 0 if self.ignore is None else -1)
        if labels.size:  # gluoncv wants scores, and MXNet's arrays
            scores = pred[:, None] == onp.arange(self.num_classes)[:, None, None]
            self._metric.update(np.array(labels, dtype='int32'),
                                np.array(scores, dtype='int8'))

    def _check(self, classes, least):
        inside = (classes >= least) & (classes < self.num_classes)
        if not inside.all():
            raise ValueError(f'classes are 0 to {self.num_classes - 1}, got numbers '
                             f'from {classes.min()} to {classes.max()}')

    def value(self) -> dict:
        """{'pixel acc': ..., 'mean IoU': ..., 'IoU': [of each class]}, in [0, 1].

        nan before any pixel is counted. A class that no pixel has, in labels and
        predictions, is nan, and not in the mean.
        """
        metric = self._metric
        if not metric.total_label:
            nan = math.nan
            return {'pixel acc': nan, 'mean IoU': nan, 'IoU': [nan] * self.num_classes}
        occurs = metric.total_union > 0
        each = onp.where(occurs, metric.total_inter, math.nan) / onp.where(
            occurs, metric.total_union, 1)
        return {'pixel acc': metric.total_correct / metric.total_label,
                'mean IoU': float(each[occurs].mean()), 'IoU': each.tolist()}
