"""What R-CNNs are trained on: regions compared with objects, a sample of them, losses.
"""
from mxnet.gluon import nn

from ..layers.functional import without_gradient
from ..layers.roi import RoIAlign
from ..vision.anchors import offset_boxes
from ..vision.boxes import box_iou
from .rcnn import FasterRCNN, MaskRCNN, of_class

__all__ = ['RCNNLoss']

FOREGROUND, BACKGROUND = 0.5, 0.3  # overlaps of anchors: from, and below
# with and without object, sampled a picture: of anchors, of the few regions that a
# network proposes, and of the many that it is given
ANCHORS, PROPOSED, GIVEN = (16, 48), (8, 24), (16, 48)


class RCNNLoss(nn.HybridBlock):
    """The losses of an R-CNN, all parts of it trained at once.

    Anchors are compared with the objects, and regions, too: the objects' own boxes and
    those that the network proposes, whose corners count as given, so that no gradient
    goes through them (approximate joint training). A random sample of each gives the
    loss; it has a fixed number of rows, of which those that could not be filled have
    the weight 0.

    Parameters
    ----------
    net
        A `FastRCNN`, `FasterRCNN` or `MaskRCNN`.

    Inputs
        X (batch, 3, h, w); Y (batch, m, 5): class and corners of each object, -1 where
        there is none; for `FastRCNN` the regions (batch, n, 4), for `MaskRCNN` the
        objects' masks (batch, m, h', w') of 0 and 1

    Outputs
        The losses of each picture, each (batch,): class and box of regions; then,
        where net has them, score and box of anchors, and mask

    Attributes
    ----------
    names
        What the losses are called, in their order.

    Ours, for 13.8
    """

    def __init__(self, net, **kwargs):
        super().__init__(**kwargs)
        self.net, self.has_rpn = net, isinstance(net, FasterRCNN)
        self.mask_target = RoIAlign(28) if isinstance(net, MaskRCNN) else None
        self.names = ('class', 'box', *(('anchor', 'anchor box') * self.has_rpn),
                      *(('mask',) * isinstance(net, MaskRCNN)))

    def hybrid_forward(self, F, X, Y, given=None):
        """given: regions, masks, or nothing, as the network needs."""
        C = self.net.features(X)
        losses = []
        if self.has_rpn:
            anchors, scores, offsets = self.net.rpn(C)
            losses = rpn_losses(F, anchors, scores, offsets, Y)
            proposals, _ = self.net.propose(F, anchors, *(
                without_gradient(F, part) for part in (scores, offsets)))
        else:
            proposals = given
        regions = F.np.concatenate([proposals, Y[:, :, 1:]], axis=1)
        rois, objects, match, weights = sampled_regions(
            F, regions, Y, *(PROPOSED if self.has_rpn else GIVEN))
        scores, offsets = self.net.head(C, rois)
        losses = [class_loss(F, scores, objects, weights),
                  box_loss(F, offsets, rois, objects, weights), *losses]
        if self.mask_target is not None:
            losses.append(self.mask_loss(F, C, rois, objects, match, weights, given))
        return losses

    def mask_loss(self, F, C, rois, objects, match, weights, masks):
        """Of the regions with an object, which come first."""
        rois, objects, match, weights = (
            part[:, :PROPOSED[0]] for part in (rois, objects, match, weights))
        of_objects = self.mask_target(masks, rois)  # (batch, n, m, 28, 28)
        is_own = F.np.expand_dims(match, 2) == F.npx.arange_like(masks, axis=1)
        is_own = is_own.astype('float32')
        target = F.np.sum(of_objects * F.np.expand_dims(F.np.expand_dims(is_own, 3), 4),
                          axis=2) >= 0.5
        target = without_gradient(F, target.astype('float32'))
        logits = self.net.mask_head(C, rois)
        own = of_class(F, logits, objects[:, :, 0], self.net.num_classes)
        return mean(F, F.np.mean(sigmoid_loss(F, own, target), axis=(2, 3)), weights)


def rpn_losses(F, anchors, scores, offsets, Y):
    """Of the scores and of the offsets of sampled anchors: two of (batch,)."""
    boxes = F.np.expand_dims(anchors, 0) + F.np.zeros_like(offsets)
    overlaps, is_object = overlap(F, without_gradient(F, boxes), Y)
    best = F.np.max(overlaps, axis=2)  # (batch, n)
    # each object has an anchor, however small it is
    most = F.np.max(overlaps, axis=1, keepdims=True)
    is_nearest = F.np.max((overlaps >= most) * is_object * (most > 0), axis=2)
    positive = F.np.maximum((best >= FOREGROUND).astype('float32'), is_nearest)
    negative = (best < BACKGROUND) * (1 - positive)
    index, weights, has_object = sampled(F, positive, negative, *ANCHORS)
    objects = taken(F, Y, F.np.argmax(overlaps, axis=2))
    scores, offsets, boxes, objects = (
        taken(F, part, index) for part in (scores, offsets, boxes, objects))
    return [mean(F, sigmoid_loss(F, scores, has_object), weights),
            box_loss(F, offsets, boxes, objects, weights * has_object)]


def sampled_regions(F, regions, Y, num_positive, num_negative):
    """Regions (batch, k, 4), those with an object first, and what to find in them.

    Gives the object of each (batch, k, 5), with class -1 where it is background, its
    number in Y, and the weight, 1 or 0. No gradient.
    """
    regions = without_gradient(F, regions)
    overlaps, _ = overlap(F, regions, Y)
    best, match = F.np.max(overlaps, axis=2), F.np.argmax(overlaps, axis=2)
    is_region = (regions[:, :, 2] > regions[:, :, 0]).astype('float32')
    positive = (best >= FOREGROUND) * is_region
    negative = (best < FOREGROUND) * is_region
    index, weights, has_object = sampled(F, positive, negative, num_positive,
                                          num_negative)
    match = taken(F, match.astype('float32'), index)
    objects = taken(F, Y, match)
    classes = F.np.where(has_object, objects[:, :, 0], -F.np.ones_like(has_object))
    classes = F.np.expand_dims(classes, 2)
    objects = F.np.concatenate([classes, objects[:, :, 1:]], axis=2)
    return taken(F, regions, index), without_gradient(F, objects), match, weights


def overlap(F, boxes, Y):
    """IoU of boxes (batch, n, 4) and objects (batch, n, m), and which of these are.

    0 for rows of Y that are no object; the second is (batch, 1, m), 1 or 0.
    """
    is_object = F.np.expand_dims((Y[:, :, 0] >= 0).astype('float32'), 1)
    return box_iou(boxes, Y[:, :, 1:]) * is_object, is_object


def sampled(F, positive, negative, num_positive, num_negative):
    """Rows by chance: num_positive of the positive, then num_negative of the others.

    positive, negative (batch, n): 1 or 0. Gives their numbers, weights (0 for those
    beyond what there is), and whether they are positive: three of (batch, k).
    """
    chance = F.np.random.uniform(0, F.np.ones_like(positive))
    rows = [F.npx.topk(kind * (1 + chance), k=count, axis=1) for kind, count in
            ((positive, num_positive), (negative, num_negative))]
    weights = [taken(F, kind, index) for kind, index in zip((positive, negative), rows)]
    has_object = [F.np.ones_like(weights[0]), F.np.zeros_like(weights[1])]
    return [F.np.concatenate(parts, axis=1) for parts in (rows, weights, has_object)]


def taken(F, X, index):
    """Rows of X (batch, n, ...) by their numbers (batch, k): (batch, k, ...)."""
    examples = F.np.zeros_like(index) + F.np.expand_dims(
        F.npx.arange_like(index, axis=0), 1)
    return F.npx.gather_nd(X, F.np.stack([examples, index]))


def class_loss(F, scores, objects, weights):
    """Cross-entropy of scores (batch, k, 1 + classes); class -1 is the background."""
    logs = F.npx.log_softmax(scores, axis=2)
    return mean(F, -F.npx.pick(logs, objects[:, :, 0] + 1, axis=2), weights)


def box_loss(F, offsets, boxes, objects, weights):
    """Smooth L1 of the offsets (batch, k, 4) of rows with an object."""
    weights = weights * (objects[:, :, 0] >= 0)
    low, high = boxes[:, :, :2], boxes[:, :, 2:]
    high = F.np.maximum(high, low + 1e-6)  # else no number, which weights do not mend
    target = offset_boxes(F.np.concatenate([low, high], axis=2), objects[:, :, 1:])
    error = F.np.abs(offsets - without_gradient(F, target))
    error = F.np.where(error < 1, error * error / 2, error - 0.5)
    return mean(F, F.np.sum(error, axis=2), weights)


def sigmoid_loss(F, logits, y):
    """Cross-entropy of each logit, with y 1 or 0."""
    return F.npx.activation(logits, act_type='softrelu') - logits * y


def mean(F, losses, weights):
    """Weighted mean over the rows of a picture: (batch, k) -> (batch,)."""
    total = F.np.maximum(F.np.sum(weights, axis=1), 1)
    return F.np.sum(losses * weights, axis=1) / total
