"""From pixels to boxes: what stands behind a network that predicts for anchors."""
from mxnet.gluon import nn

from ..vision.anchors import offset_inverse

__all__ = ['Detector']


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
