import mxnet as mx
import numpy as onp
import pytest
from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l
from d2lmx.models.zoo import MobileNetV2


class Anchors(nn.HybridBlock):
    """Two anchors whose scores and offsets are those of X (batch, 2 * (3 + 4))."""

    def hybrid_forward(self, F, X):
        anchors = F.np.array([[[.1, .1, .3, .5], [.5, .5, 1, 1]]])
        return anchors, F.npx.reshape(X[:, :6], (-2, -1, 3)), X[:, 6:]


def test_a_detector_gives_probabilities_and_the_boxes_that_offsets_mean():
    # scores 0, log 2, log 5; offsets of the second anchor: right by a tenth of its
    # width, down by a fifth of its height, e^(1/5) times as wide
    scores = onp.log([[1, 2, 5], [4, 3, 1]]).reshape(-1)
    X = np.array([[*scores, 0, 0, 0, 0, 1, 2, 1, 0]], dtype='float32')
    probs, boxes = d2l.Detector(Anchors())(X)
    onp.testing.assert_allclose(probs[0].asnumpy(), onp.array([[1, 2, 5], [4, 3, 1]])
                                / 8, rtol=1e-5)
    half = .25 * onp.exp(.2)
    onp.testing.assert_allclose(boxes[0].asnumpy(), [
        [.1, .1, .3, .5], [.8 - half, .6, .8 + half, 1.1]], rtol=1e-5)


def test_pixels_become_numbers_of_mean_0_and_deviation_1_over_imagenet():
    block = d2l.FromPixels()
    block.initialize()
    X = np.zeros((1, 3, 1, 2))
    X[0, :, 0, 1] = 255
    onp.testing.assert_allclose(block(X)[0, :, 0].asnumpy(), [
        [-.485 / .229, .515 / .229], [-.456 / .224, .544 / .224],
        [-.406 / .225, .594 / .225]], rtol=1e-5)


def halves(num_channels):
    blk = nn.HybridSequential()
    blk.add(nn.Conv2D(num_channels, kernel_size=1), nn.MaxPool2D(2))
    return blk


@pytest.fixture(scope='module')
def scales():
    d2l.set_seed(0)
    net = MobileNetV2(classes=None)
    net.initialize()
    net(np.zeros((1, 3, 32, 32)))
    return net.features, d2l.mobilenet_scales(net.features, halves)


def test_scales_of_a_mobilenet_are_its_own_features_and_coarser_ones(scales):
    features, blks = scales
    X, shapes = np.random.uniform(0, 255, (1, 3, 256, 256)), []
    for blk in blks:
        d2l.initialize_rest(blk, mx.init.Xavier(), mx.cpu())
    Y, inner = X, []
    for blk in blks:
        Y = blk(Y)
        inner.append(Y)
        shapes.append(Y.shape[1:])
    assert shapes == [(96, 16, 16), (1280, 8, 8), (128, 4, 4), (128, 2, 2), (128, 1, 1)]
    pooled = features(blks[0][0](X)).reshape(-1)  # ends with a mean over the pixels
    # 50 layers of batch normalization
    onp.testing.assert_allclose(inner[1].mean(axis=(2, 3)).reshape(-1).asnumpy(),
                                pooled.asnumpy(), rtol=1e-4, atol=1e-5)


def test_what_has_values_keeps_them():
    net = nn.HybridSequential()
    net.add(nn.Dense(2, in_units=2), nn.Dense(1))
    net[0].initialize(mx.init.Constant(3))
    d2l.initialize_rest(net, mx.init.Constant(5), mx.cpu())
    net(np.ones((1, 2)))
    assert (net[0].weight.data() == 3).all() and (net[1].weight.data() == 5).all()
