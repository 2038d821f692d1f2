"""A detector as one ONNX graph, from pixels to boxes and what they enclose."""
import numpy as onp
import pytest
from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l

pytest.importorskip('onnx', reason='needs onnx')
pytest.importorskip('onnxruntime', reason='needs onnxruntime')

SCALES = [([.2, .27], [1, 2, .5]), ([.6], [1, 3])]  # 4 and 2 anchors a pixel
NUM_CLASSES = 3


class SmallNet(nn.HybridBlock):
    """Anchors, class scores and offsets, from feature maps of two scales."""

    def __init__(self):
        super().__init__()
        self.blocks, self.heads = nn.HybridSequential(), nn.HybridSequential()
        for sizes, ratios in SCALES:
            self.blocks.add(nn.Conv2D(4, 3, strides=2, padding=1, activation='relu'))
            num_anchors = len(sizes) + len(ratios) - 1
            self.heads.add(nn.Conv2D(num_anchors * (NUM_CLASSES + 5), 3, padding=1))

    def hybrid_forward(self, F, X):
        anchors, preds = [], []
        for block, head, scale in zip(self.blocks, self.heads, SCALES):
            X = block(X)
            anchors.append(d2l.multibox_prior(X, *scale))
            Y = F.np.transpose(head(X), (0, 2, 3, 1))
            preds.append(F.npx.reshape(Y, (-2, -1, NUM_CLASSES + 5)))
        preds = F.np.concatenate(preds, axis=1)
        cls_preds, offsets = F.np.split(preds, (NUM_CLASSES + 1,), axis=2)
        return (F.np.concatenate(anchors, axis=1), cls_preds,
                F.npx.reshape(offsets, (-2, -1)))


class Detector(nn.HybridBlock):
    """Probabilities of the classes, and boxes."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def hybrid_forward(self, F, X):
        anchors, cls_preds, bbox_preds = self.net(X)
        bbox_preds = F.npx.reshape(bbox_preds, (-2, -1, 4))
        return F.npx.softmax(cls_preds), d2l.offset_inverse(anchors, bbox_preds)


def pictures(batch_size, height=12, width=16):
    return np.random.uniform(size=(batch_size, 3, height, width))


@pytest.fixture
def detector(initialized):
    return initialized(Detector(SmallNet()), pictures(2))


@pytest.mark.parametrize('sizes', [None, [(3, 20, 9)]], ids=['fixed', 'any size'])
def test_one_graph_gives_probabilities_and_boxes(detector, sizes, tmp_path,
                                                 assert_same):
    others = sizes and [pictures(*size) for size in sizes]
    path = d2l.export_onnx(detector, pictures(2), tmp_path / 'net.onnx',
                           other_inputs=others)
    probs, boxes = d2l.load_onnx(path)(pictures(2).asnumpy())
    num_anchors = 4 * 6 * 8 + 2 * 3 * 4
    assert probs.shape == (2, num_anchors, 4) and boxes.shape == (2, num_anchors, 4)
    for batch_size in (1, 3, 7):
        assert_same(path, detector, pictures(batch_size))
    if sizes:
        assert_same(path, detector, pictures(1, 31, 14))


def test_boxes_of_the_graph_are_those_that_the_page_detects(detector, tmp_path):
    path = d2l.export_onnx(detector, pictures(2), tmp_path / 'net.onnx')
    X = pictures(3)
    anchors, _, bbox_preds = detector.net(X)
    probs, boxes = d2l.load_onnx(path)(X.asnumpy())
    pages = d2l.multibox_detection(np.array(probs.transpose(0, 2, 1)), bbox_preds,
                                   anchors, nms_threshold=.3, pos_threshold=0)
    for scores, corners, rows in zip(probs[:, :, 1:].max(axis=2), boxes, pages):
        keep = d2l.nms(corners, scores, .3)
        assert isinstance(keep, onp.ndarray) and 0 < len(keep) < len(rows)
        seen = onp.concatenate((scores[keep, None], corners[keep]), axis=1)
        kept = rows.asnumpy()
        kept = kept[kept[:, 0] >= 0, 1:]
        onp.testing.assert_allclose(seen, kept, rtol=1e-4, atol=1e-5)  # other sums


def test_small_detector_keeps_the_contract_of_blocks():
    d2l.check_hybrid_block(lambda: Detector(SmallNet()), (pictures(2),), atol=1e-5)
