"""What stands before and behind a network that predicts for anchors."""
from mxnet import gluon, np
from mxnet.gluon import nn

from ..vision.anchors import offset_inverse
from .zoo import MEAN, STD

__all__ = ['Detector', 'FromPixels', 'mobilenet_scales', 'initialize_rest', 'calc_loss']

cls_loss = gluon.loss.SoftmaxCrossEntropyLoss()
bbox_loss = gluon.loss.L1Loss()
AT_16TH = 16  # layers of a MobileNetV2 until the sides are halved the fifth time


class Detector(nn.HybridBlock):
    """A network for anchors whose predictions are decoded, to be exported as one graph.

    Parameters
    ----------
    net
        HybridBlock, X -> anchors (1, n, 4), scores (batch, n, classes + 1), background
        first, and offsets (batch, n * 4), as `multibox_target` teaches them.

    Inputs
        X, as net takes it

    Outputs
        probabilities (batch, n, classes + 1), background first
        boxes (batch, n, 4), corners in shares of the picture's sides

    Ours, for 13.7
    """

    def __init__(self, net, **kwargs):
        super().__init__(**kwargs)
        self.net = net

    def hybrid_forward(self, F, X):
        anchors, cls_preds, bbox_preds = self.net(X)
        bbox_preds = F.npx.reshape(bbox_preds, (-2, -1, 4))  # (batch, n, 4)
        return F.npx.softmax(cls_preds), offset_inverse(anchors, bbox_preds)


class FromPixels(nn.HybridBlock):
    """RGB in 0 to 255, (batch, 3, h, w), to mean 0 and deviation 1 over ImageNet.

    Ours, for 13.7
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        for name, values in (('mean', MEAN), ('std', STD)):
            value = 255 * np.array(values).reshape(1, 3, 1, 1)
            setattr(self, name, self.params.get_constant(name, value))

    def hybrid_forward(self, F, X, mean, std):
        return (X - mean) / std


def mobilenet_scales(features, down_sample_blk) -> list:
    """Five blocks that give features of ever coarser scales, as 13.7 wants them.

    A scale is a 16th, 32nd, 64th and 128th of the picture's sides, and one pixel.
    features: those of a `MobileNetV2`, which come first; ``down_sample_blk(channels)``
    makes a block that halves the sides. Inputs are RGB in 0 to 255.

    Ours, for 13.7
    """
    fine = nn.HybridSequential()
    fine.add(FromPixels(), *features[:AT_16TH])
    return [fine, features[AT_16TH:-1], down_sample_blk(128), down_sample_blk(128),
            nn.GlobalMaxPool2D()]


def initialize_rest(net, default_init, ctx) -> None:
    """Initialize the parameters that have no values yet; pretrained ones stay.

    Ours, for 13.7
    """
    for param in net.collect_params().values():
        if param._data is None and not param._deferred_init:
            param.initialize(default_init=default_init, ctx=ctx)


def calc_loss(cls_preds, cls_labels, bbox_preds, bbox_labels, bbox_masks):
    """The loss of each picture, (batch,): means over its anchors, and over offsets.

    cls_preds (batch, n, classes + 1) and bbox_preds (batch, n * 4), of a network for
    anchors; labels and masks as `multibox_target` gives them.

    Book: 13.7 (sec_ssd)
    """
    cls = cls_loss(cls_preds, cls_labels)
    bbox = bbox_loss(bbox_preds * bbox_masks, bbox_labels * bbox_masks)
    return cls + bbox
