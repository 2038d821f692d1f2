"""What anchors cost: targets and suppression of a picture, beside loops over boxes."""
import statistics

import numpy as onp
from mxnet import np, npx

from ..pages.runner import machine
from ..runtime.timing import time_in_turn
from ..vision.anchors import (multibox_prior, multibox_target, nms, offset_boxes,
                              offset_inverse)
from ..vision.boxes import box_iou

__all__ = []

# of 13.7's network on pictures of 256 x 256: 5444 anchors
SIDES = (32, 16, 8, 4, 1)
SIZES = ([.2, .272], [.37, .447], [.54, .619], [.71, .79], [.88, .961])
BATCH_SIZE = 32
TARGETS, SUPPRESSION = 'targets', 'suppression'
LOOPS, OURS, OPERATOR = 'loops', 'd2lmx', 'npx'


def boxes_record(rounds: int) -> dict:
    """Seconds a picture of each way, in turn, and how many times as fast as loops.

    Targets of a batch of 32 pictures with an object or eight in each; and suppression
    of one picture's 5444 boxes, above an overlap of 0.5.
    """
    seconds = {}
    for what, (num_pictures, ways) in tasks().items():
        seconds[what] = {way: [value / num_pictures for value in values] for way, values
                         in time_in_turn(ways, rounds).items()}
    return {'rounds': rounds, **machine(), 'seconds a picture': seconds,
            'result': {what: summary(times) for what, times in seconds.items()}}


def summary(times) -> dict:
    """{way: median, and how many times as fast as the loops}."""
    medians = {way: statistics.median(values) for way, values in times.items()}
    return {way: {'median_seconds': median, 'times_loops': medians[LOOPS] / median}
            for way, median in medians.items()}


def tasks() -> dict:
    """{what: (pictures of a call, {way: call})}, on the same random numbers."""
    rng = onp.random.RandomState(0)
    anchors = np.concatenate([multibox_prior(np.zeros((side, side)), sizes, [1, 2, .5])
                              for side, sizes in zip(SIDES, SIZES)], axis=1)
    num_anchors, found = anchors.shape[1], {}
    for num_objects in (1, 8):
        labels = random_labels(rng, BATCH_SIZE, num_objects)
        scores = np.zeros((BATCH_SIZE, 2, num_anchors))
        name = f'{TARGETS}, {num_objects} object' + 's' * (num_objects > 1)
        found[name] = BATCH_SIZE, {
            LOOPS: lambda labels=labels: looped_targets(anchors, labels),
            OURS: lambda labels=labels: multibox_target(anchors, labels),
            OPERATOR: lambda labels=labels, scores=scores: npx.multibox_target(
                anchors, labels, scores)}
    offsets = np.array(rng.uniform(-1, 1, (num_anchors, 4)), 'float32')
    scores = np.array(rng.uniform(0, 1, num_anchors), 'float32')
    boxes = offset_inverse(anchors[0], offsets)
    found[SUPPRESSION] = 1, {LOOPS: lambda: looped_nms(boxes, scores, .5),
                             OURS: lambda: nms(boxes, scores, .5)}
    return found


def random_labels(rng, batch_size, num_objects):
    """Class 0 and corners of objects within the picture: (batch, objects, 5)."""
    sides = rng.uniform(.1, .4, (batch_size, num_objects, 2))
    corners = rng.uniform(0, 1, sides.shape) * (1 - sides)
    classes = onp.zeros((batch_size, num_objects, 1))
    return np.array(onp.concatenate((classes, corners, corners + sides), 2), 'float32')


def looped_targets(anchors, labels):
    """As `multibox_target`: picture by picture, and in it box by box."""
    anchors, batch = anchors[0], []
    for label in labels:
        assigned = looped_assignment(box_iou(anchors, label[:, 1:]), .5)
        mask = np.repeat(np.expand_dims(assigned >= 0, 1), 4, axis=1).astype('int32')
        classes = np.zeros(len(anchors), dtype='int32')
        boxes = np.zeros((len(anchors), 4))
        chosen = np.nonzero(assigned >= 0)[0]
        classes[chosen] = label[assigned[chosen], 0].astype('int32') + 1
        boxes[chosen] = label[assigned[chosen], 1:]
        batch.append((offset_boxes(anchors, boxes) * mask, mask, classes))
    offsets, masks, classes = (np.stack(parts) for parts in zip(*batch))
    return (offsets.reshape(len(labels), -1), masks.reshape(len(labels), -1), classes)


def looped_assignment(ious, threshold):
    """The box of each anchor, or -1, from overlaps (anchors, boxes)."""
    num_anchors, num_boxes = ious.shape
    assigned = np.full(num_anchors, -1, dtype='int32')
    best, box = ious.max(axis=1), ious.argmax(axis=1)
    chosen = np.nonzero(best >= threshold)[0]
    assigned[chosen] = box[chosen].astype('int32')
    for _ in range(num_boxes):
        anchor, box = divmod(int(ious.argmax()), num_boxes)
        assigned[anchor] = box
        ious[:, box] = -1
        ious[anchor] = -1
    return assigned


def looped_nms(boxes, scores, threshold):
    """As `nms`: a turn for each box that stays."""
    order, keep = scores.argsort()[::-1], []
    while order.size:
        best, order = order[:1], order[1:]
        keep.append(int(best))
        if order.size:
            ious = box_iou(boxes[best], boxes[order])[0]
            order = order[np.nonzero(ious <= threshold)[0]]
    return np.array(keep, dtype='int32')
