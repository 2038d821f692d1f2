"""What R-CNNs are trained on, beside NumPy and values worked out by hand."""
import mxnet as mx
import numpy as onp
import pytest
from mxnet import autograd, gluon, np

import d2lmx as d2l
from d2lmx.data.toys.fruit import toy_fruit
from d2lmx.models import rcnn, rcnn_loss

F = mx.nd


def test_overlaps_are_those_of_box_iou_and_0_for_rows_that_are_no_object():
    corners = onp.random.RandomState(0).uniform(size=(2, 8, 2))
    boxes = np.array(onp.concatenate([corners, corners + .3], axis=2), dtype='float32')
    Y = np.concatenate([np.zeros((2, 3, 1)), boxes[:, :3]], axis=2)
    Y[1, 2] = -1
    found, is_object = rcnn_loss.overlap(F, boxes, Y)
    for i in range(2):
        expected = d2l.box_iou(boxes[i], Y[i, :, 1:]).asnumpy()
        expected[:, 2] *= 1 - i
        onp.testing.assert_allclose(found[i].asnumpy(), expected, atol=1e-6)
    assert is_object.tolist() == [[[1, 1, 1]], [[1, 1, 0]]]


def test_rows_are_taken_by_their_numbers():
    X = np.arange(2 * 4 * 3).reshape(2, 4, 3)
    index = np.array([[3, 0], [1, 1]])
    numbers = index.asnumpy()[..., None].astype(int)
    expected = onp.take_along_axis(X.asnumpy(), numbers, 1)
    assert (rcnn_loss.taken(F, X, index).asnumpy() == expected).all()


def test_a_sample_has_its_share_of_each_kind_and_weight_0_where_there_are_too_few():
    positive = np.zeros((2, 30))
    positive[0, 5], positive[1, ::2] = 1, 1
    index, weights, has_object = (part.asnumpy() for part in rcnn_loss.sampled(
        F, positive, 1 - positive, 4, 6))
    assert has_object.tolist() == [[1] * 4 + [0] * 6] * 2
    assert index[0, 0] == 5 and weights[0].tolist() == [1, 0, 0, 0] + [1] * 6
    assert weights[1].tolist() == [1] * 10
    assert (index[1, :4] % 2 == 0).all() and (index[1, 4:] % 2 == 1).all()
    for row in index[:, 4:]:
        assert len(set(row)) == 6


def test_samples_are_drawn_anew():
    kinds = np.ones((1, 200)), np.zeros((1, 200))
    first, second = (rcnn_loss.sampled(F, *kinds, 5, 1)[0][0, :5].tolist()
                     for _ in range(2))
    assert first != second


def test_losses_of_classes_and_boxes_are_as_torch_has_them():
    torch = pytest.importorskip('torch', reason='needs torch')
    rng = onp.random.RandomState(0)
    scores, offsets = (rng.normal(size=(2, 5, k)).astype('float32') for k in (3, 4))
    corners = rng.uniform(size=(2, 2, 5, 2)).astype('float32')
    boxes, own = (onp.concatenate([part, part + .2 + part[..., ::-1]], axis=2)
                  for part in corners)
    labels = onp.array([[0, 1, -1, 1, -1], [-1] * 5], 'float32')
    objects = np.array(onp.concatenate([labels[..., None], own], axis=2))
    weights = onp.array([[1, 1, 1, 0, 0], [1, 0, 1, 0, 0]], 'float32')
    found = rcnn_loss.class_loss(F, np.array(scores), objects, np.array(weights))
    for i, chosen in enumerate(weights > 0):
        expected = torch.nn.functional.cross_entropy(
            torch.tensor(scores[i][chosen]),
            torch.tensor(labels[i][chosen] + 1).long())
        assert abs(float(found[i]) - float(expected)) < 1e-5
    found = rcnn_loss.box_loss(F, np.array(offsets), np.array(boxes), objects,
                               np.array(weights))
    # two rows with weight and an object in the first picture, none in the second
    target = d2l.offset_boxes(np.array(boxes[0, :2]), np.array(own[0, :2])).asnumpy()
    expected = torch.nn.functional.smooth_l1_loss(
        torch.tensor(offsets[0, :2]), torch.tensor(target), reduction='sum') / 2
    assert abs(float(found[0]) - float(expected)) < 1e-3  # offset_boxes adds 1e-6
    assert float(found[1]) == 0


def test_an_object_too_small_for_all_anchors_has_the_nearest_one():
    anchors = np.array([[.1, .1, .4, .4], [.2, .2, .6, .6], [.5, .5, .9, .9]] * 16)
    Y = np.array([[[0, .2, .2, .25, .25]]])
    logits = np.zeros((1, 48))
    logits.attach_grad()
    with autograd.record():
        score, _ = rcnn_loss.rpn_losses(F, anchors, logits, np.zeros((1, 48, 4)), Y)
    score.backward()
    # of anchors of one kind all are equally near: they are to say yes, the rest no
    assert [float(x) < 0 for x in logits.grad[0, :3]] == [True, False, False]


def toy(num_examples, side=64):
    images, Y, masks = toy_fruit(num_examples, num_fruits=2)
    step = 256 // side
    X = images.transpose(0, 3, 1, 2)[:, :, ::step, ::step]
    return (np.array(X, dtype='float32'), np.array(Y),
            np.array(masks[:, :, ::4, ::4], dtype='float32'))


def given(network, Y, masks):
    """What a network's loss takes beside pictures and labels."""
    regions = np.repeat(np.expand_dims(d2l.fixed_proposals(4), 0), len(Y), axis=0)
    return {d2l.FastRCNN: [regions], d2l.MaskRCNN: [masks]}.get(network, [])


NETWORKS = pytest.mark.parametrize('network', [d2l.FastRCNN, d2l.FasterRCNN,
                                               d2l.MaskRCNN], ids=lambda n: n.__name__)


@NETWORKS
def test_losses_fall(network):
    mx.random.seed(0)
    X, Y, masks = toy(4)
    loss = d2l.RCNNLoss(network(1))
    loss.initialize(mx.init.Xavier())
    loss.hybridize(static_alloc=True, static_shape=True)
    trainer = gluon.Trainer(loss.collect_params(), 'adam', {'learning_rate': 2e-3})
    means = []
    for _ in range(20):
        with autograd.record():
            ls = loss(X, Y, *given(network, Y, masks))
            l = sum(ls)
        l.backward()
        trainer.step(4)
        assert len(ls) == len(loss.names) and {part.shape for part in ls} == {(4,)}
        means.append([float(part.mean()) for part in ls])
    assert onp.isfinite(means).all()
    total = onp.array(means).sum(axis=1)
    assert total[-4:].mean() < .75 * total[:4].mean()


@NETWORKS
def test_the_compiled_block_has_the_losses_of_the_imperative(network, monkeypatch):
    # a sample of all that there is, which does not change
    monkeypatch.setattr(rcnn_loss, 'ANCHORS', (240, 240))
    monkeypatch.setattr(rcnn_loss, 'PROPOSED', (34, 34))
    monkeypatch.setattr(rcnn_loss, 'GIVEN', (242, 242))
    mx.random.seed(0)
    X, Y, masks = toy(2)
    loss = d2l.RCNNLoss(network(1))
    loss.initialize(mx.init.Xavier())
    found = []
    for _ in range(2):
        ls = loss(X, Y, *given(network, Y, masks))
        found.append([float(part.mean()) for part in ls])
        loss.hybridize(static_alloc=True, static_shape=True)
    onp.testing.assert_allclose(found[1], found[0], rtol=1e-4)


def test_pictures_without_objects_teach_background_alone():
    mx.random.seed(0)
    X, Y, _ = toy(2)
    loss = d2l.RCNNLoss(d2l.FasterRCNN(1))
    loss.initialize(mx.init.Xavier())
    ls = dict(zip(loss.names, loss(X, -np.ones_like(Y))))
    assert ls['box'].tolist() == ls['anchor box'].tolist() == [0, 0]
    assert (ls['class'].asnumpy() > 0).all() and (ls['anchor'].asnumpy() > 0).all()


def test_a_mask_is_compared_with_its_own_object():
    """Two objects, a left and a right half of one box, and logits of the left half."""
    class Left(rcnn.MaskHead):
        def hybrid_forward(self, F, C, rois):
            cells = F.np.arange(28)
            logits = F.np.where(cells < 14, 50 + 0 * cells, -50 + 0 * cells)
            return F.np.zeros((1, 8, 1, 28, 28)) + logits

    net = d2l.MaskRCNN(1)
    net.mask_head = Left(1)
    loss = d2l.RCNNLoss(net)
    loss.initialize()
    masks = np.zeros((1, 2, 64, 64))
    masks[:, 0, :, :32], masks[:, 1, :, 32:] = 1, 1
    objects = np.concatenate([np.zeros((1, 8, 1)), np.ones((1, 8, 4))], axis=2)
    rois = np.zeros((1, 8, 4)) + np.array([0, 0, 1, 1])
    found = [float(loss.mask_loss(F, None, rois, objects, np.full((1, 8), match),
                                  np.ones((1, 8)), masks)) for match in (0, 1)]
    assert abs(found[0]) < 1e-6 and abs(found[1] - 50) < 1e-3
