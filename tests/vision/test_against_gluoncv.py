"""Boxes against gluoncv's own functions, another hand's work."""
import mxnet as mx
import numpy as onp
from mxnet import np

import d2lmx as d2l
from d2lmx.runtime.threads import legacy_arrays
from d2lmx.vision.gluoncv import gluoncv


def boxes(n, seed):
    rng = onp.random.RandomState(seed)
    corners = rng.uniform(0, .6, (n, 2))
    return onp.concatenate([corners, corners + rng.uniform(.05, .4, (n, 2))],
                           axis=1).astype('float32')


def test_overlaps_agree():
    a, b = boxes(30, 0), boxes(20, 1)
    expected = gluoncv().utils.bbox_iou(a, b)
    assert 0 < (expected > .1).mean() < 1
    onp.testing.assert_allclose(d2l.box_iou(np.array(a), np.array(b)).asnumpy(),
                                expected, rtol=1e-4, atol=1e-6)  # float32


def test_decoded_offsets_agree():
    anchors = boxes(30, 2)
    offsets = onp.random.RandomState(3).normal(size=(30, 4)).astype('float32')
    with legacy_arrays():
        decoder = gluoncv().nn.coder.NormalizedBoxCenterDecoder((.1, .1, .2, .2),
                                                                convert_anchor=True)
        expected = decoder(mx.nd.array(offsets[None]),
                           mx.nd.array(anchors[None])).asnumpy()[0]
    ours = d2l.offset_inverse(np.array(anchors), np.array(offsets)).asnumpy()
    onp.testing.assert_allclose(ours, expected, rtol=1e-4, atol=1e-5)  # float32
