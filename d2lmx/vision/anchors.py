"""Anchors: boxes laid out over a picture, what they are taught, what they predict.

Positions are shares of the picture's width and height; what lies beyond the picture
is below 0 or above 1, and counts as it is. What chooses among boxes, through which no
gradient passes, does so in NumPy, on the host.
"""
import mxnet as mx
import numpy as onp
from mxnet import np

from .boxes import box_center_to_corner, box_corner_to_center, box_iou, numpy_for

__all__ = ['multibox_prior', 'assign_anchor_to_bbox', 'offset_boxes', 'multibox_target',
           'offset_inverse', 'nms', 'multibox_detection']

LOWEST = float(onp.finfo('float32').min)


def multibox_prior(data, sizes, ratios):
    """The anchors of each pixel: corners (1, height * width * anchors a pixel, 4).

    A pixel has len(sizes) + len(ratios) - 1 of them around its middle: every size with
    the first ratio, then the first size with every other ratio. In pixels, an anchor of
    size s and ratio r is s * height * sqrt(r) wide and s * height / sqrt(r) high.

    Parameters
    ----------
    data
        A picture or feature map (..., height, width), of which the size alone counts;
        or, in a network that is being traced, the symbol of one with four axes.
    sizes, ratios
        Each at least one number above 0; ValueError for others.

    Book: 13.4 (sec_anchor)
    """
    sizes, ratios = (onp.array(list(numbers), 'float64') for numbers in (sizes, ratios))
    if not (sizes.size and ratios.size and (sizes > 0).all() and (ratios > 0).all()):
        raise ValueError('sizes and ratios must have at least one number each, all '
                         f'above 0, got {sizes.tolist()} and {ratios.tolist()}')
    if isinstance(data, mx.sym.Symbol):
        return mx.sym.npx.multibox_prior(data, sizes=tuple(sizes), ratios=tuple(ratios))
    height, width = data.shape[-2:]
    roots = onp.sqrt(ratios)
    w = onp.concatenate((sizes * roots[0], sizes[0] * roots[1:])) * height / width
    h = onp.concatenate((sizes / roots[0], sizes[0] / roots[1:]))
    halves = np.array(onp.stack((-w, -h, w, h), axis=1) / 2, 'float32', ctx=data.ctx)
    center_w = (np.arange(width, ctx=data.ctx) + 0.5) / width
    center_h = (np.arange(height, ctx=data.ctx) + 0.5) / height
    shift_x = np.tile(center_w, height)
    shift_y = np.repeat(center_h, width)
    centers = np.stack((shift_x, shift_y, shift_x, shift_y), axis=1)
    return (np.expand_dims(centers, 1) + halves).reshape(1, -1, 4)


def assign_anchor_to_bbox(ground_truth, anchors, device, iou_threshold=0.5):
    """The box that each anchor is to predict: int32 (n,), -1 for none.

    Boxes choose first: of all pairs of a box and an anchor, both still free, the one
    with the largest overlap is made, until none is left that overlaps; ties go to the
    first anchor, then to the first box. So each box has an anchor of its own, where
    there are enough. Any other anchor gets the box that it overlaps most, where that
    is at least `iou_threshold`, and more than 0.

    Parameters
    ----------
    ground_truth, anchors
        Corners (m, 4), m may be 0, and (n, 4).
    device
        Where the result is to be.

    Book: 13.4 (sec_anchor)
    """
    ious = box_iou(anchors.asnumpy(), ground_truth.asnumpy())
    return np.array(assign(ious[None], iou_threshold)[0], dtype='int32', ctx=device)


def assign(ious, iou_threshold):
    """As assign_anchor_to_bbox, for a batch: overlaps (batch, n, m) -> (batch, n)."""
    batch_size, num_anchors, num_boxes = ious.shape
    if not ious.size:
        return onp.full((batch_size, num_anchors), -1)
    best = ious.max(axis=2)
    is_match = (best >= iou_threshold) & (best > 0)
    assigned = onp.where(is_match, ious.argmax(axis=2), -1)
    picture, free = onp.arange(batch_size), ious.copy()
    for _ in range(min(num_boxes, num_anchors)):  # a box of every picture
        anchor, box = onp.divmod(free.reshape(batch_size, -1).argmax(axis=1), num_boxes)
        # book: takes an anchor that does not even touch, and anchor 0 if none is free
        is_new = free[picture, anchor, box] > 0
        if not is_new.any():
            break
        assigned[picture[is_new], anchor[is_new]] = box[is_new]
        free[picture, anchor] = free[picture, :, box] = 0
    return assigned


def offset_boxes(anchors, assigned_bb, eps=1e-6):
    """How an assigned box differs from its anchor: corners (..., 4) -> (..., 4).

    Shifts of the middle, in anchors' sides, times 10; logarithms of the relations of
    the sides, to which `eps` is added, times 5.

    Book: 13.4 (sec_anchor)
    """
    np = numpy_for(anchors)
    c_anc, c_assigned_bb = map(box_corner_to_center, (anchors, assigned_bb))
    (xy_anc, wh_anc), (xy, wh) = (np.split(boxes, 2, axis=-1)
                                  for boxes in (c_anc, c_assigned_bb))
    return np.concatenate((10 * (xy - xy_anc) / wh_anc, 5 * np.log(eps + wh / wh_anc)),
                          axis=-1)


def multibox_target(anchors, labels):
    """What anchors are taught, by the objects in each picture.

    Parameters
    ----------
    anchors
        Corners (1, n, 4), the same for all pictures.
    labels
        (batch, m, 5): class from 0 on, and corners. Class -1 is no object, but fills
        up; m may be 0, or above n. ValueError for another shape.

    Returns
    -------
    tuple
        Offsets (batch, n * 4), 0 for an anchor without object; mask int32, the same
        shape, 1 for an anchor with an object, else 0; classes int32 (batch, n): 0 for
        background, otherwise the object's class + 1.

    Book: 13.4 (sec_anchor)
    """
    if labels.ndim != 3 or labels.shape[2] != 5:
        raise ValueError('labels must be (batch, objects, 5), a class and four corners '
                         f'each, got shape {labels.shape}')
    ctx = labels.ctx
    anchors, labels = anchors.reshape(-1, 4).asnumpy(), labels.asnumpy()
    # book: what fills up, of class -1, takes anchors as an object does
    is_object = labels[:, None, :, 0] >= 0
    assigned = assign(box_iou(anchors, labels[:, :, 1:]) * is_object, 0.5)
    picture, anchor = onp.nonzero(assigned >= 0)
    label = labels[picture, assigned[picture, anchor]]  # (assigned anchors, 5)
    offset = onp.zeros((*assigned.shape, 4), 'float32')
    offset[picture, anchor] = offset_boxes(anchors[anchor], label[:, 1:])
    bbox_mask = onp.repeat(assigned >= 0, 4, axis=1)
    class_labels = onp.zeros(assigned.shape)
    class_labels[picture, anchor] = label[:, 0] + 1
    return (np.array(offset.reshape(bbox_mask.shape), ctx=ctx),
            np.array(bbox_mask, 'int32', ctx=ctx),
            np.array(class_labels, 'int32', ctx=ctx))


def offset_inverse(anchors, offset_preds):
    """The boxes that predicted offsets (..., 4) make of anchors (..., 4): corners.

    Undoes offset_boxes, but for its eps.

    Book: 13.4 (sec_anchor)
    """
    np = numpy_for(anchors)
    (xy_anc, wh_anc), (xy, wh) = (np.split(X, 2, axis=-1) for X in (
        box_corner_to_center(anchors), offset_preds))
    return box_center_to_corner(np.concatenate(
        (xy * wh_anc / 10 + xy_anc, np.exp(wh / 5) * wh_anc), axis=-1))


def nms(boxes, scores, iou_threshold):
    """Which boxes stay, by non-maximum suppression: int32 indices, best score first.

    A box goes where it overlaps a better one, which stays, by more than
    `iou_threshold`; of equal scores the first is the better. boxes: corners (n, 4), n
    may be 0; scores: (n,). Arrays of MXNet or of NumPy, as is the result.

    Book: 13.4 (sec_anchor)
    """
    keep = suppress(boxes[None], scores[None], iou_threshold)[0]
    keep = keep[keep >= 0].astype('int32')
    if isinstance(scores, onp.ndarray):
        return keep
    return np.array(keep, dtype='int32', ctx=scores.ctx)


def suppress(boxes, scores, iou_threshold):
    """The indices that nms keeps of each picture, then -1 up to n: (batch, n).

    boxes (batch, n, 4), scores (batch, n).
    """
    boxes, scores = (X if isinstance(X, onp.ndarray) else X.asnumpy()
                     for X in (boxes, scores))
    if not scores.size:
        return onp.zeros(scores.shape, int)
    indices = onp.broadcast_to(onp.arange(scores.shape[1]), scores.shape)
    rows = onp.concatenate((indices[..., None], scores[..., None], boxes), axis=2)
    # MXNet's own operator: sorts stably, suppresses strictly above the threshold
    kept = mx.nd.contrib.box_nms(
        mx.nd.array(rows), overlap_thresh=iou_threshold, valid_thresh=LOWEST,
        coord_start=2, score_index=1, id_index=-1, force_suppress=True)
    return kept[:, :, 0].asnumpy().astype(int)


def multibox_detection(cls_probs, offset_preds, anchors, nms_threshold=0.5,
                       pos_threshold=0.009999999):
    """What is seen in each picture: (batch, n, 6), a class, score and corners each.

    The n boxes, one an anchor, stand in this order: those that non-maximum suppression
    keeps, over all classes together, best score first; then the others, in the order of
    the anchors. Class -1 marks the others, and those whose score lies below
    `pos_threshold`: background, whose score is then 1 - the best class's.

    Parameters
    ----------
    cls_probs
        Probabilities (batch, classes + 1, n), background first.
    offset_preds
        (batch, n * 4)
    anchors
        Corners (1, n, 4)
    nms_threshold
        Of two boxes that overlap by more, the better stays.

    Book: 13.4 (sec_anchor)
    """
    batch_size, _, num_anchors = cls_probs.shape
    ctx, cls_probs = cls_probs.ctx, cls_probs.asnumpy()
    conf, class_id = cls_probs[:, 1:].max(axis=1), cls_probs[:, 1:].argmax(axis=1)
    boxes = offset_inverse(anchors.asnumpy(),
                           offset_preds.reshape(batch_size, -1, 4).asnumpy())
    # book: suppresses above 0.5, whatever nms_threshold says
    keep = suppress(boxes, conf, nms_threshold)
    places = onp.tile(onp.arange(num_anchors + 1), (batch_size, 1))
    rank = places + num_anchors
    onp.put_along_axis(rank, keep, places[:, :-1], axis=1)  # of -1: a column too many
    rank = rank[:, :-1]
    is_low = conf < pos_threshold
    class_id = onp.where((rank >= num_anchors) | is_low, -1, class_id)
    conf = onp.where(is_low, 1 - conf, conf)
    info = onp.concatenate((class_id[..., None], conf[..., None], boxes), axis=2)
    order = onp.argsort(rank, axis=1)[..., None]
    return np.array(onp.take_along_axis(info, order, axis=1), 'float32', ctx=ctx)
