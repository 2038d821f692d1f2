"""Anchors: boxes laid out over a picture, what they are taught, what they predict.

Positions are shares of the picture's width and height; what lies beyond the picture
is below 0 or above 1, and counts as it is.
"""
import mxnet as mx
import numpy as onp
from mxnet import np, npx

from .boxes import box_center_to_corner, box_corner_to_center, box_iou

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
        A picture or feature map (..., height, width), of which the size alone counts.
    sizes, ratios
        Each at least one number above 0; ValueError for others.

    Book: 13.4 (sec_anchor)
    """
    sizes, ratios = (onp.array(list(numbers), 'float64') for numbers in (sizes, ratios))
    if not (sizes.size and ratios.size and (sizes > 0).all() and (ratios > 0).all()):
        raise ValueError('sizes and ratios must have at least one number each, all '
                         f'above 0, got {sizes.tolist()} and {ratios.tolist()}')
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
    ious = box_iou(anchors, ground_truth)
    return _assign(np.expand_dims(ious, 0), iou_threshold)[0].as_in_ctx(device)


def _assign(ious, iou_threshold):
    """As assign_anchor_to_bbox, for a batch: overlaps (batch, n, m) -> (batch, n)."""
    batch_size, num_anchors, num_boxes = ious.shape
    if not ious.size:
        return np.full((batch_size, num_anchors), -1, dtype='int32', ctx=ious.ctx)
    best, box = np.max(ious, axis=2), np.argmax(ious, axis=2).astype('int32')
    is_match = (best >= iou_threshold) * (best > 0)
    assigned = np.where(is_match, box, np.full_like(box, -1))
    for _ in range(min(num_boxes, num_anchors)):
        best, box = np.max(ious, axis=2), np.argmax(ious, axis=2).astype('int32')
        anchor = np.argmax(best, axis=1)
        is_anchor = npx.one_hot(anchor, num_anchors)  # (batch, n)
        # book: takes an anchor that does not even touch, and anchor 0 if none is free
        is_new = is_anchor * (best > 0)
        assigned = np.where(is_new, box, assigned)
        is_box = npx.one_hot(npx.pick(box, anchor, axis=1), num_boxes)
        ious = ious * (np.expand_dims(1 - is_anchor, 2) * np.expand_dims(1 - is_box, 1))
    return assigned


def offset_boxes(anchors, assigned_bb, eps=1e-6):
    """How an assigned box differs from its anchor: corners (..., 4) -> (..., 4).

    Shifts of the middle, in anchors' sides, times 10; logarithms of the relations of
    the sides, to which `eps` is added, times 5.

    Book: 13.4 (sec_anchor)
    """
    c_anc, c_assigned_bb = map(box_corner_to_center, (anchors, assigned_bb))
    offset_xy = 10 * (c_assigned_bb[..., :2] - c_anc[..., :2]) / c_anc[..., 2:]
    offset_wh = 5 * np.log(eps + c_assigned_bb[..., 2:] / c_anc[..., 2:])
    return np.concatenate([offset_xy, offset_wh], axis=-1)


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
    batch_size, num_boxes, _ = labels.shape
    anchors = anchors.reshape(-1, 4)
    boxes = labels[:, :, 1:]
    # book: what fills up, of class -1, takes anchors as an object does
    is_object = np.expand_dims(labels[:, :, 0] >= 0, 1)
    assigned = _assign(box_iou(anchors, boxes) * is_object, 0.5)
    if not num_boxes:
        labels = np.zeros((batch_size, 1, 5), ctx=labels.ctx)
    label = _rows(labels, np.maximum(assigned, 0))  # (batch, n, 5)
    is_assigned = np.expand_dims(assigned >= 0, 2)
    offset = offset_boxes(np.expand_dims(anchors, 0), label[:, :, 1:])
    offset = np.where(is_assigned, offset, np.zeros_like(offset))
    bbox_mask = np.repeat(is_assigned.astype('int32'), 4, axis=2)
    class_labels = (label[:, :, 0] + 1) * (assigned >= 0)
    return (offset.reshape(batch_size, -1), bbox_mask.reshape(batch_size, -1),
            class_labels.astype('int32'))


def offset_inverse(anchors, offset_preds):
    """The boxes that predicted offsets (..., 4) make of anchors (..., 4): corners.

    Undoes offset_boxes, but for its eps.

    Book: 13.4 (sec_anchor)
    """
    anc = box_corner_to_center(anchors)
    pred_bbox_xy = offset_preds[..., :2] * anc[..., 2:] / 10 + anc[..., :2]
    pred_bbox_wh = np.exp(offset_preds[..., 2:] / 5) * anc[..., 2:]
    return box_center_to_corner(np.concatenate((pred_bbox_xy, pred_bbox_wh), axis=-1))


def nms(boxes, scores, iou_threshold):
    """Which boxes stay, by non-maximum suppression: int32 indices, best score first.

    A box goes where it overlaps a better one, which stays, by more than
    `iou_threshold`; of equal scores the first is the better. boxes: corners (n, 4), n
    may be 0; scores: (n,).

    Book: 13.4 (sec_anchor)
    """
    if not scores.size:
        return np.zeros(0, dtype='int32', ctx=scores.ctx)
    keep = _suppress(np.expand_dims(boxes, 0), np.expand_dims(scores, 0),
                     iou_threshold)[0].asnumpy()
    return np.array(keep[keep >= 0], dtype='int32', ctx=scores.ctx)


def _suppress(boxes, scores, iou_threshold):
    """The indices that nms keeps of each picture, then -1 up to n: float (batch, n).

    boxes (batch, n, 4), scores (batch, n).
    """
    indices = np.zeros_like(scores) + np.arange(scores.shape[1], ctx=scores.ctx)
    rows = np.concatenate((np.stack((indices, scores), axis=2), boxes), axis=2)
    # MXNet's own operator: sorts stably, suppresses strictly above the threshold
    kept = mx.nd.contrib.box_nms(
        rows.as_nd_ndarray(), overlap_thresh=iou_threshold, valid_thresh=LOWEST,
        coord_start=2, score_index=1, id_index=-1, force_suppress=True)
    return kept.as_np_ndarray()[:, :, 0]


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
    conf, class_id = np.max(cls_probs[:, 1:], 1), np.argmax(cls_probs[:, 1:], 1)
    boxes = offset_inverse(anchors, offset_preds.reshape(batch_size, -1, 4))
    # book: suppresses above 0.5, whatever nms_threshold says
    keep = _suppress(boxes, conf, nms_threshold)
    rank, is_kept = _ranks(keep)
    class_id = np.where(is_kept, class_id.astype('float32'), np.full_like(conf, -1))
    is_low = conf < pos_threshold
    class_id = np.where(is_low, np.full_like(conf, -1), class_id)
    conf = np.where(is_low, 1 - conf, conf)
    info = np.concatenate((np.stack((class_id, conf), axis=2), boxes), axis=2)
    return _rows(info, np.argsort(rank, axis=1))


def _ranks(keep):
    """Places (batch, n), and who is kept, of keep (batch, n) as _suppress gives it."""
    batch_size, num_boxes = keep.shape
    picture = np.repeat(np.arange(batch_size, ctx=keep.ctx), num_boxes)
    places = np.arange(num_boxes, ctx=keep.ctx)
    # -1 goes to a column too many
    where = np.stack((picture, np.where(keep < 0, num_boxes, keep).reshape(-1)))
    rank = mx.nd.scatter_nd(
        np.tile(places + 1, batch_size).as_nd_ndarray(), where.as_nd_ndarray(),
        shape=(batch_size, num_boxes + 1)).as_np_ndarray()[:, :-1]
    return np.where(rank > 0, rank, num_boxes + 1 + places), rank > 0


def _rows(X, indices):
    """Of X (batch, m, d) the rows indices (batch, n) of each picture: (batch, n, d)."""
    picture = np.expand_dims(np.arange(X.shape[0], dtype='int32', ctx=X.ctx), 1)
    indices = indices.astype('int32')
    return npx.gather_nd(X, np.stack((np.zeros_like(indices) + picture, indices)))
