"""R-CNNs: what they are made of, and their contract, in ONNX too."""
import mxnet as mx
import numpy as onp
import pytest
from mxnet import autograd, np

import d2lmx as d2l
from d2lmx.models import rcnn
from d2lmx.models.zoo import MobileNetV2

NETWORKS = [d2l.FastRCNN, d2l.FasterRCNN, d2l.MaskRCNN]


def example(network, batch_size=2, size=64):
    X = np.random.uniform(size=(batch_size, 3, size, size))
    if network is not d2l.FastRCNN:
        return X,
    return X, np.repeat(np.expand_dims(d2l.fixed_proposals(2), 0), batch_size, axis=0)


@pytest.fixture(params=NETWORKS, ids=lambda network: network.__name__)
def network(request):
    mx.random.seed(1)
    return request.param


def test_networks_keep_the_contract(network):
    # 2 classes, so that one must not suppress the other
    d2l.check_hybrid_block(lambda: network(2, 4), example(network))


def test_onnx_goes_from_pixels_to_boxes_at_any_batch_size(network, tmp_path):
    pytest.importorskip('onnx', reason='needs onnx')
    pytest.importorskip('onnxruntime', reason='needs onnxruntime')
    net = network(2, 4)
    net.initialize(mx.init.Xavier())
    predict = d2l.load_onnx(d2l.export_onnx(net, example(network), tmp_path / 'x.onnx'))
    for batch_size in (1, 3, 7):
        inputs = example(network, batch_size)
        expected, found = net(*inputs), predict(*(X.asnumpy() for X in inputs))
        for a, b in zip(*((Y if isinstance(Y, (list, tuple)) else [Y])
                          for Y in (expected, found))):
            onp.testing.assert_allclose(b, a.asnumpy(), rtol=1e-4, atol=1e-5)


def test_detections_are_sorted_boxes_of_the_classes_and_the_rest_is_minus_one(network):
    net = network(2, 40)
    net.initialize(mx.init.Xavier())
    Y = net(*example(network))
    rows = (Y[0] if network is d2l.MaskRCNN else Y).asnumpy()
    assert rows.shape[::2] == (2, 6)
    for picture in rows:
        count = (picture[:, 0] >= 0).sum()
        assert 0 < count < len(picture)  # suppression left fewer than were looked at
        assert set(picture[:count, 0]) <= {0, 1} and (picture[count:] == -1).all()
        assert (onp.diff(picture[:count, 1]) <= 0).all()
        boxes = picture[:count, 2:]
        assert (boxes >= 0).all() and (boxes <= 1).all()
        assert (boxes[:, 2:] >= boxes[:, :2]).all()
    if network is d2l.MaskRCNN:
        masks = Y[1].asnumpy()
        assert masks.shape == (2, rows.shape[1], 28, 28)
        assert (masks[rows[:, :, 0] < 0] == 0).all()
        assert ((masks > 0) & (masks < 1))[rows[:, :, 0] >= 0].all()


def test_anchors_of_all_shapes_stand_in_the_middle_of_each_cell():
    rpn = rcnn.RegionProposals()
    rpn.initialize()
    anchors, scores, offsets = rpn(np.zeros((1, 8, 2, 3)))
    assert anchors.shape == (2 * 3 * 15, 4) and scores.shape == (1, 90)
    assert offsets.shape == (1, 90, 4)
    anchors = anchors.asnumpy().reshape(2, 3, 15, 4)
    middles = (anchors[..., :2] + anchors[..., 2:]) / 2
    for row, column in onp.ndindex(2, 3):
        onp.testing.assert_allclose(
            middles[row, column], [((column + .5) / 3, (row + .5) / 2)] * 15, atol=1e-6)
    # the first three: size 0.12 with the ratios 1, 2, 1/2
    sides = (anchors[0, 0, :3, 2:] - anchors[0, 0, :3, :2])
    onp.testing.assert_allclose(sides, [(.12, .12), (.12 * 2 ** .5, .12 / 2 ** .5),
                                        (.12 / 2 ** .5, .12 * 2 ** .5)], atol=1e-6)


def test_scores_and_offsets_are_those_of_their_anchor():
    rpn = rcnn.RegionProposals(num_channels=1)
    rpn.initialize(mx.init.One())
    rpn(np.zeros((1, 1, 2, 3)))
    rpn.score.bias.set_data(np.arange(15))
    rpn.offset.bias.set_data(np.arange(60))
    _, scores, offsets = rpn(np.zeros((1, 1, 2, 3)))
    assert scores[0].tolist() == list(range(15)) * 6
    assert offsets.reshape(6, 60).tolist() == [list(range(60))] * 6


def test_offsets_move_a_box_to_where_offset_boxes_came_from():
    boxes = np.array([[.1, .2, .5, .4], [.3, .3, .4, .9]])
    objects = np.array([[.2, .1, .4, .6], [.25, .4, .5, .8]])
    offsets = d2l.offset_boxes(boxes, objects)
    found = rcnn.moved(mx.nd, np.expand_dims(boxes, 0), np.expand_dims(offsets, 0))
    onp.testing.assert_allclose(found[0].asnumpy(), objects.asnumpy(), atol=1e-5)


def test_boxes_stay_in_the_picture_whatever_the_offsets():
    boxes = np.array([[[.1, .2, .5, .4]]])
    offsets = np.array([[[90, -90, 1e4, 1e4]]])
    assert rcnn.moved(mx.nd, boxes, offsets).tolist() == [[[0, 0, 1, 1]]]


def test_suppression_keeps_what_nms_keeps():
    corners = onp.random.RandomState(0).uniform(size=(60, 2)) * .7
    boxes = np.array(onp.concatenate([corners, corners + .2], axis=1), dtype='float32')
    scores = np.array(onp.random.RandomState(1).permutation(60) / 60, dtype='float32')
    rows = np.concatenate([scores.reshape(1, 60, 1), boxes.reshape(1, 60, 4)], axis=2)
    kept = d2l.nms(boxes, scores, .3).asnumpy()
    found = rcnn.suppressed(mx.nd, rows, .3, -1, 60, score_index=0, coord_start=1)
    assert 5 < len(kept) < 60
    onp.testing.assert_array_equal(found[0, :len(kept), 1:].asnumpy(),
                                   boxes.asnumpy()[kept.astype(int)])
    assert (found[0, len(kept):].asnumpy() == -1).all()


def test_a_mask_is_that_of_its_class():
    masks = np.arange(2 * 3).reshape(1, 2, 3, 1, 1)
    chosen = rcnn.of_class(mx.nd, masks, np.array([[2, -1]]), 3)
    assert chosen.reshape(-1).tolist() == [2, 0]


def test_fixed_proposals_cover_the_picture():
    boxes = d2l.fixed_proposals(4).asnumpy()
    assert boxes.shape == (4 * 4 * 15, 4)
    assert boxes.min() == 0 and boxes.max() == 1
    assert (boxes[:, 2:] > boxes[:, :2]).all()
    # each object of a usual size has a region that overlaps it by a half
    objects = np.array([[.4, .4, .7, .7], [.05, .1, .25, .3], [.5, .6, .95, .9]])
    assert (d2l.box_iou(objects, d2l.fixed_proposals(8)).max(axis=1) > .5).all()


def test_features_of_photographs_go_by_statistics_in_training_too():
    net = MobileNetV2(classes=None)
    net.initialize(mx.init.Xavier('gaussian', 'in', 2))
    net(np.zeros((1, 3, 64, 64)))
    features = d2l.photograph_features(net)
    features[0].initialize()  # mean and deviation over ImageNet
    X = np.random.uniform(0, 255, size=(2, 3, 64, 96))
    expected = features(X)
    with autograd.record():
        found = features(X)
    assert expected.shape == (2, 96, 4, 6)
    onp.testing.assert_allclose(found.asnumpy(), expected.asnumpy(), rtol=1e-4,
                                atol=1e-5)
