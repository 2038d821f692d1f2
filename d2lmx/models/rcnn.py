"""Detectors that look at regions of a feature map: Fast, Faster and Mask R-CNN.

Small ones, for pictures of some hundred pixels. Numbers of regions are fixed, and all
steps are array operations, suppression too, so each network is one graph from pixels to
boxes. Boxes are corners (x1, y1, x2, y2) as shares of width and height.
"""
import numpy as onp
from mxnet import np
from mxnet.gluon import nn

from ..layers.roi import RoIAlign, split_like
from ..vision.anchors import offset_inverse
from .rcnn_features import small_features

__all__ = ['FastRCNN', 'FasterRCNN', 'MaskRCNN', 'fixed_proposals']

# of anchors: the side, if they are square, as a share of the picture's; width / height
SIZES, RATIOS = (0.12, 0.2, 0.3, 0.45, 0.65), (1, 2, 0.5)
LARGEST = 20  # offset of a side, e**4: a network that has learnt little asks for more
BEFORE_NMS, RPN_OVERLAP, OVERLAP, LEAST_SCORE = 256, 0.7, 0.5, 0.01


class FastRCNN(nn.HybridBlock):
    """Classes and boxes of the objects near regions that are given.

    The picture goes through its convolutions once; each region takes its part of the
    feature map, by RoI Align, to a class and to a better box.

    Parameters
    ----------
    num_classes
        Kinds of objects, without the background.
    num_detections
        Rows of the output.
    features
        HybridBlock from X to the feature map, which has a cell for about 16 x 16
        pixels; None: a small one, that takes RGB of any range.

    Inputs
        X (batch, 3, h, w); rois (batch, num_rois, 4)

    Outputs
        (batch, num_detections, 6), or num_rois rows where these are fewer: class,
        score, x1, y1, x2, y2, the best first; of two boxes of a class that overlap by
        more than half, the better. Rows without an object are -1.

    Ours, for 13.8
    """

    def __init__(self, num_classes: int, num_detections: int = 10, features=None,
                 **kwargs):
        super().__init__(**kwargs)
        self.num_classes, self.num_detections = num_classes, num_detections
        self.features = features if features is not None else small_features()
        self.head = RegionHead(num_classes)

    def hybrid_forward(self, F, X, rois):
        return self.detect(F, self.features(X), rois, F.np.ones_like(rois[:, :, :1]))

    def detect(self, F, C, rois, is_region):
        """The rows of the output, for regions of a feature map; is_region (.., 1)."""
        scores, offsets = self.head(C, rois)
        probs = F.npx.softmax(scores)[:, :, 1:]
        rows = F.np.concatenate([
            F.np.expand_dims(F.np.argmax(probs, axis=2).astype('float32'), 2),
            F.np.max(probs, axis=2, keepdims=True) * is_region,
            moved(F, rois, offsets)], axis=2)
        return suppressed(F, rows, OVERLAP, LEAST_SCORE, self.num_detections,
                          score_index=1, coord_start=2, id_index=0)


class FasterRCNN(FastRCNN):
    """`FastRCNN` whose regions come from a network that shares its feature map.

    Parameters
    ----------
    num_classes, num_detections, features
        As of `FastRCNN`.
    num_proposals
        Regions that are looked at; their number is fixed, and where fewer are found,
        the others count for nothing.

    Inputs
        X (batch, 3, h, w)

    Outputs
        As of `FastRCNN`.

    Ours, for 13.8
    """

    def __init__(self, num_classes: int, num_detections: int = 10,
                 num_proposals: int = 32, features=None, **kwargs):
        super().__init__(num_classes, num_detections, features, **kwargs)
        self.num_proposals = num_proposals
        self.rpn = RegionProposals()

    def hybrid_forward(self, F, X):
        C = self.features(X)
        return self.detect(F, C, *self.propose(F, *self.rpn(C)))

    def propose(self, F, anchors, scores, offsets):
        """Regions (batch, num_proposals, 4), and 1 or 0 for each: whether it is one.

        anchors (n, 4), scores (batch, n), offsets (batch, n, 4).
        """
        boxes = moved(F, F.np.expand_dims(anchors, 0), offsets)
        rows = F.np.concatenate([F.npx.sigmoid(F.np.expand_dims(scores, 2)), boxes],
                                axis=2)
        rows = suppressed(F, rows, RPN_OVERLAP, 0, self.num_proposals, score_index=0,
                          coord_start=1, topk=BEFORE_NMS)
        return rows[:, :, 1:], (rows[:, :, :1] > 0).astype('float32')


class MaskRCNN(FasterRCNN):
    """`FasterRCNN` that also tells which part of each box is the object.

    Parameters
    ----------
    num_classes, num_detections, num_proposals, features
        As of `FasterRCNN`.

    Inputs
        X (batch, 3, h, w)

    Outputs
        Detections as of `FastRCNN`, and (batch, num_detections, 28, 28): for each cell
        of a grid over the box how likely it belongs to the object. 0 in rows without.

    Ours, for 13.8
    """

    def __init__(self, num_classes: int, num_detections: int = 10,
                 num_proposals: int = 32, features=None, **kwargs):
        super().__init__(num_classes, num_detections, num_proposals, features, **kwargs)
        self.mask_head = MaskHead(num_classes)

    def hybrid_forward(self, F, X):
        C = self.features(X)
        rows = self.detect(F, C, *self.propose(F, *self.rpn(C)))
        masks = F.npx.sigmoid(self.mask_head(C, rows[:, :, 2:]))
        return rows, of_class(F, masks, rows[:, :, 0], self.num_classes)


class RegionProposals(nn.HybridBlock):
    """C (batch, channels, h, w) -> anchors (n, 4), scores (batch, n), offsets (.., 4).

    n anchors, of all sizes and ratios in the middle of each cell of the map; a score
    says whether there is an object, offsets lead from the anchor to its box.
    """

    def __init__(self, num_channels=64, **kwargs):
        super().__init__(**kwargs)
        sides = [(size * ratio ** .5 / 2, size / ratio ** .5 / 2)
                 for size in SIZES for ratio in RATIOS]
        self.shapes = self.params.get_constant('shapes', np.array(
            [(-w, -h, w, h) for w, h in sides], dtype='float32'))
        self.conv = nn.Conv2D(num_channels, kernel_size=3, padding=1, activation='relu')
        self.score = nn.Conv2D(len(sides), kernel_size=1)
        self.offset = nn.Conv2D(4 * len(sides), kernel_size=1)

    def hybrid_forward(self, F, C, shapes):
        x, y = ((cells + 0.5) / (F.np.max(cells, keepdims=True) + 1) for cells in
                (F.npx.arange_like(C, axis=3), F.npx.arange_like(C, axis=2)))
        y = F.np.expand_dims(y, 1) + F.np.zeros_like(x)  # (h, w)
        x = x + F.np.zeros_like(y)
        centers = F.np.expand_dims(F.np.stack([x, y, x, y], axis=2), 2)
        anchors = F.npx.reshape(centers + shapes, (-1, 4))  # (h * w * shapes, 4)
        Y = self.conv(C)
        scores, offsets = (F.np.transpose(part(Y), (0, 2, 3, 1))
                           for part in (self.score, self.offset))
        return (anchors, F.npx.reshape(scores, (-2, -1)),
                F.npx.reshape(offsets, (-2, -1, 4)))


class RegionHead(nn.HybridBlock):
    """C (batch, channels, h, w), rois (batch, n, 4) -> scores (batch, n, 1 + classes),
    the first of the background, and offsets (batch, n, 4) from region to box."""

    def __init__(self, num_classes, num_hiddens=128, **kwargs):
        super().__init__(**kwargs)
        self.align = RoIAlign(7)
        self.hidden = nn.Dense(num_hiddens, activation='relu', flatten=False)
        self.score = nn.Dense(1 + num_classes, flatten=False)
        self.offset = nn.Dense(4, flatten=False)

    def hybrid_forward(self, F, C, rois):
        H = self.hidden(F.npx.reshape(self.align(C, rois), (-2, -2, -1)))
        return self.score(H), self.offset(H)


class MaskHead(nn.HybridBlock):
    """C (batch, channels, h, w), rois (batch, n, 4) -> (batch, n, classes, 28, 28):
    logits of the cells of a grid over each region."""

    def __init__(self, num_classes, num_channels=32, **kwargs):
        super().__init__(**kwargs)
        self.align = RoIAlign(14)
        self.convs = nn.HybridSequential()
        for _ in range(2):
            self.convs.add(nn.Conv2D(num_channels, kernel_size=3, padding=1,
                                     activation='relu'))
        self.convs.add(nn.Conv2DTranspose(num_channels, kernel_size=2, strides=2,
                                          activation='relu'),
                       nn.Conv2D(num_classes, kernel_size=1))

    def hybrid_forward(self, F, C, rois):
        Y = self.convs(F.npx.reshape(self.align(C, rois), (-5, -4)))
        return split_like(F, Y, 0, rois, 0)


def moved(F, boxes, offsets):
    """The boxes (batch or 1, n, 4) where offsets (batch, n, 4) lead, cut at the edges.
    """
    shifts, growths = offsets[:, :, :2], F.np.minimum(offsets[:, :, 2:], LARGEST)
    corners = offset_inverse(boxes, F.np.concatenate([shifts, growths], axis=2))
    return F.np.minimum(F.np.maximum(corners, 0), 1)


def suppressed(F, rows, overlap, least, num_rows, **columns):
    """The best rows (batch, num_rows, ..) without those that overlap a better one.

    least: scores up to this count for nothing. What is left over is -1.
    """
    rows = F.contrib.box_nms(rows.as_nd_ndarray(), overlap_thresh=overlap,
                             valid_thresh=least, **columns).as_np_ndarray()
    return rows[:, :num_rows]


def of_class(F, masks, classes, num_classes):
    """Of masks (batch, n, num_classes, h, w) those of classes (batch, n); 0 for -1."""
    chosen = F.npx.one_hot(classes, num_classes)
    chosen = F.np.expand_dims(F.np.expand_dims(chosen, 3), 4)
    return F.np.sum(masks * chosen, axis=2)


def fixed_proposals(cells: int = 8):
    """Regions for `FastRCNN` that know nothing of the picture: (num_rois, 4).

    In place of selective search, which stands outside of the network: boxes of all
    sizes and ratios of anchors, in the middle of cells x cells cells of the picture.

    Ours, for 13.8
    """
    middles = (onp.arange(cells) + 0.5) / cells
    sides = [(size * ratio ** .5 / 2, size / ratio ** .5 / 2)
             for size in SIZES for ratio in RATIOS]
    boxes = onp.array([(x - w, y - h, x + w, y + h) for y in middles for x in middles
                       for w, h in sides])
    return np.array(boxes.clip(0, 1), dtype='float32')
