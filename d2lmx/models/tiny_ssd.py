"""The small detector of 13.7: five scales of features, each with its anchors."""
import mxnet as mx
from mxnet import init
from mxnet.gluon import nn

from ..errors import InputError
from ..vision.anchors import multibox_prior
from .pretrained import keep_statistics, pretrained_net
from .ssd import initialize_rest, mobilenet_scales

__all__ = ['cls_predictor', 'bbox_predictor', 'flatten_pred', 'concat_preds',
           'down_sample_blk', 'base_net', 'get_blk', 'blk_forward', 'TinySSD',
           'initialized_ssd']


def cls_predictor(num_anchors, num_classes):
    """Scores of the background and of each class, for each anchor of a pixel.

    (batch, channels, h, w) -> (batch, num_anchors * (num_classes + 1), h, w)

    Book: 13.7 (sec_ssd)
    """
    return nn.Conv2D(num_anchors * (num_classes + 1), kernel_size=3, padding=1)


def bbox_predictor(num_anchors):
    """Four offsets for each anchor of a pixel.

    (batch, channels, h, w) -> (batch, num_anchors * 4, h, w)

    Book: 13.7 (sec_ssd)
    """
    return nn.Conv2D(num_anchors * 4, kernel_size=3, padding=1)


def flatten_pred(pred, F=mx.nd):
    """(batch, channels, h, w) -> (batch, h * w * channels), channels together.

    Book: 13.7 (sec_ssd)
    """
    return F.npx.batch_flatten(F.np.transpose(pred, (0, 2, 3, 1)))


def concat_preds(preds, F=mx.nd):
    """Predictions of several scales, flattened, in a row: (batch, all of them).

    Book: 13.7 (sec_ssd)
    """
    return F.np.concatenate([flatten_pred(p, F) for p in preds], axis=1)


def down_sample_blk(num_channels):
    """(batch, channels, h, w) -> (batch, num_channels, h / 2, w / 2).

    Book: 13.7 (sec_ssd)
    """
    blk = nn.HybridSequential()
    for _ in range(2):
        blk.add(nn.Conv2D(num_channels, kernel_size=3, padding=1),
                nn.BatchNorm(in_channels=num_channels),
                nn.Activation('relu'))
    blk.add(nn.MaxPool2D(2))
    return blk


def base_net():
    """(batch, 3, 256, 256) -> features (batch, 64, 32, 32).

    Book: 13.7 (sec_ssd)
    """
    blk = nn.HybridSequential()
    for num_filters in [16, 32, 64]:
        blk.add(down_sample_blk(num_filters))
    return blk


def get_blk(i):
    """The network's block i of five: each gives features of a coarser scale.

    Book: 13.7 (sec_ssd)
    """
    if i == 0:
        return base_net()
    if i == 4:
        return nn.GlobalMaxPool2D()
    return down_sample_blk(128)


def blk_forward(X, blk, size, ratio, cls_predictor, bbox_predictor):
    """Features of a scale, its anchors (1, n, 4), and what is predicted for them.

    Book: 13.7 (sec_ssd)
    """
    Y = blk(X)
    anchors = multibox_prior(Y, sizes=size, ratios=ratio)
    return Y, anchors, cls_predictor(Y), bbox_predictor(Y)


def given(X):
    """X, in place of a block."""
    return X


class TinySSD(nn.HybridBlock):
    """Detects objects of some classes in pictures, by five scales of anchors.

    Parameters
    ----------
    num_classes
        Kinds of objects, without the background.
    get_blk
        ``get_blk(i)`` makes the block of scale i, 0 to 4; None for the first scales
        where their maps are the inputs.

    Inputs
        X (batch, 3, h, w), RGB in 0 to 255, h and w at least 64; in its place the maps
        of the scales without a block, finest first, (batch, channels, height, width)

    Outputs
        anchors (1, n, 4), corners in 0 to 1; n = 5444 for 256 x 256 pixels
        cls_preds (batch, n, num_classes + 1), scores, the background's first
        bbox_preds (batch, n * 4), offsets

    Book: 13.7 (sec_ssd)
    """

    sizes = [[0.2, 0.272], [0.37, 0.447], [0.54, 0.619], [0.71, 0.79], [0.88, 0.961]]
    ratios = [[1, 2, 0.5]] * 5
    num_anchors = len(sizes[0]) + len(ratios[0]) - 1

    def __init__(self, num_classes, get_blk=get_blk, **kwargs):
        super().__init__(**kwargs)
        self.num_classes = num_classes
        for i in range(5):
            setattr(self, f'blk_{i}', get_blk(i))
            setattr(self, f'cls_{i}', cls_predictor(self.num_anchors, num_classes))
            setattr(self, f'bbox_{i}', bbox_predictor(self.num_anchors))

    def hybrid_forward(self, F, X, *maps):
        inputs, scales = (X, *maps), []
        for i in range(5):
            blk = getattr(self, f'blk_{i}')
            if blk is None:
                X, blk = inputs[i], given
            X, *scale = blk_forward(
                X, blk, self.sizes[i], self.ratios[i], getattr(self, f'cls_{i}'),
                getattr(self, f'bbox_{i}'))
            scales.append(scale)
        anchors, cls_preds, bbox_preds = zip(*scales)
        anchors = F.np.concatenate(anchors, axis=1)
        cls_preds = F.npx.reshape(concat_preds(cls_preds, F),
                                  (-2, -1, self.num_classes + 1))
        return anchors, cls_preds, concat_preds(bbox_preds, F)


def initialized_ssd(backbone: str, num_classes: int, size: int, device):
    """A `TinySSD` with its first weights: Xavier's, or those of features from ImageNet.

    Parameters
    ----------
    backbone
        'tiny', the page's own features, or 'mobilenet_v2_1_0'.
    size
        Of the pictures' sides, in pixels; InputError where it is too small for the
        backbone. Other errors as of `pretrained_net`.

    Ours, for 13.7
    """
    if backbone != 'tiny' and size < 128:  # its fourth scale is of a 128th
        raise InputError(f'--backbone {backbone} needs --size 128 at least, got {size}')
    blks = get_blk
    if backbone != 'tiny':
        features = pretrained_net(backbone, device).features
        keep_statistics(features)
        blks = mobilenet_scales(features, down_sample_blk).__getitem__
    net = TinySSD(num_classes, blks)
    initialize_rest(net, init.Xavier(), device)
    return net
