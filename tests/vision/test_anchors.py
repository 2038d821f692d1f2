from itertools import product

import mxnet as mx
import numpy as onp
import pytest
from mxnet import np, npx

import d2lmx as d2l

# the page's example: a dog and a cat, five anchors; four predictions
TRUTH = [[0, .1, .08, .52, .92], [1, .55, .2, .9, .88]]
ANCHORS = [[0, .1, .2, .3], [.15, .2, .4, .4], [.63, .05, .88, .98],
           [.66, .45, .8, .8], [.57, .3, .92, .9]]
PREDICTED = [[.1, .08, .52, .92], [.08, .2, .56, .95], [.15, .3, .62, .91],
             [.55, .2, .9, .88]]
CPU = mx.cpu()


def close(actual, expected, tolerance=1e-5):
    """float32 against other sums of the same numbers, all of size 1 to 100."""
    actual, expected = (X.asnumpy() if isinstance(X, mx.nd.NDArray) else onp.array(X)
                        for X in (actual, expected))
    assert actual.shape == expected.shape
    onp.testing.assert_allclose(actual, expected, rtol=tolerance, atol=tolerance)


# ---- anchors


def test_page_prints_the_number_of_anchors_and_one_of_them():
    Y = d2l.multibox_prior(np.zeros((1, 3, 561, 728)), sizes=[.75, .5, .25],
                           ratios=[1, 2, .5])
    assert Y.shape == (1, 2042040, 4)
    one = Y.reshape(561, 728, 5, 4)[250, 250, 0]
    assert one.asnumpy().round(2).tolist() == onp.float32([.06, .07, .63, .82]).tolist()


def test_anchors_by_hand():
    # two pixels side by side, in the middles (1/4, 1/2) and (3/4, 1/2)
    Y = d2l.multibox_prior(np.zeros((1, 2)), sizes=[.5, 1], ratios=[1, 4])
    # size .5: a square of half the height is a quarter wide; size 1; size .5, four
    # times as wide as high
    sides = [(.25, .5), (.5, 1), (.5, .25)]
    close(Y, [[[x - w / 2, .5 - h / 2, x + w / 2, .5 + h / 2]
               for x in (.25, .75) for w, h in sides]])


@pytest.mark.parametrize('shape', [(1, 3, 4, 7), (5, 2), (1, 1, 1, 1)])
@pytest.mark.parametrize('sizes, ratios', [([.2, .27], [1, 2, .5]), ([.9], [3.]),
                                           ((1.5,), (2, 1))])
def test_anchors_are_mxnets_own(shape, sizes, ratios):
    expected = npx.multibox_prior(np.zeros((1, 1, *shape[-2:])), sizes, ratios)
    close(d2l.multibox_prior(np.zeros(shape), sizes, ratios), expected)


@pytest.mark.parametrize('sizes, ratios', [([], [1]), ([.5], []), ([0.], [1]),
                                           ([.5], [1, -1])])
def test_sizes_and_ratios_must_be_numbers_above_0(sizes, ratios):
    with pytest.raises(ValueError, match='at least one number each, all above 0, got'):
        d2l.multibox_prior(np.zeros((2, 2)), sizes, ratios)


# ---- assignment


def assigned(truth, anchors, **kwargs):
    return d2l.assign_anchor_to_bbox(np.array(truth), np.array(anchors), CPU,
                                     **kwargs).tolist()


def assigned_by_loops(ious, threshold):
    """The greedy rule, pair by pair, on overlaps (n, m)."""
    n, m = ious.shape
    mine = [int(ious[i].argmax()) if ious[i].max() >= threshold and ious[i].max() > 0
            else -1 for i in range(n)]
    anchors, boxes = set(range(n)), set(range(m))
    while True:
        pairs = [(-ious[i, j], i, j) for i, j in product(anchors, boxes) if ious[i, j]]
        if not pairs:
            return mine
        _, i, j = min(pairs)
        mine[i] = j
        anchors.remove(i)
        boxes.remove(j)


def test_page_assigns_the_dog_and_the_cat():
    assert assigned([row[1:] for row in TRUTH], ANCHORS) == [-1, 0, 1, -1, 1]


@pytest.mark.parametrize('num_anchors, num_boxes', [(40, 1), (40, 6), (3, 8), (1, 1)])
@pytest.mark.parametrize('threshold', [.5, .2, 0])
def test_assignment_is_the_greedy_one(boxes, num_anchors, num_boxes, threshold):
    truth, anchors = boxes(num_boxes), boxes(num_anchors)
    ious = d2l.box_iou(np.array(anchors), np.array(truth)).asnumpy()
    assert (assigned(truth, anchors, iou_threshold=threshold)
            == assigned_by_loops(ious, threshold))


def test_ties_go_to_the_first_anchor_then_to_the_first_box():
    square = [0, 0, 1, 1]
    # all four pairs are perfect; the third anchor is left to the first box
    assert assigned([square] * 2, [square] * 3) == [0, 1, 0]


def test_a_box_takes_the_best_anchor_that_is_left():
    anchors = [[0, 0, 4, 1], [0, 0, 1, 1]]
    # boxes: overlap with the first anchor 3/4 and 1, with the second 1/3 and 1/4
    assert assigned([[0, 0, 3, 1], [0, 0, 4, 1]], anchors) == [1, 0]


def test_an_overlap_of_the_threshold_is_enough():
    anchors = [[0, 0, 1, 1], [0, 0, 1, .5], [0, 0, 1, .49]]
    assert assigned([[0, 0, 1, 1]], anchors, iou_threshold=.5) == [0, 0, -1]


def test_a_box_without_area_or_beside_all_anchors_gets_none():
    anchors = [[0, 0, 1, 1], [1, 0, 2, 1]]
    beside = [[.5, .5, .5, .5], [2, 0, 3, 1], [7, 7, 8, 8]]  # a point, touching, away
    assert assigned(beside, anchors) == [-1, -1]


def test_more_boxes_than_anchors_leave_the_worst_without():
    boxes = [[0, 0, 1, .5], [0, 0, 1, 1], [0, 0, 1, .75]]
    assert assigned(boxes, [[0, 0, 1, 1]]) == [1]


def test_no_boxes_are_no_assignments():
    assert d2l.assign_anchor_to_bbox(np.zeros((0, 4)), np.zeros((3, 4)),
                                     CPU).tolist() == [-1, -1, -1]


# ---- offsets


def test_offsets_by_hand():
    anchor, box = np.array([[0., 0, 2, 4]]), np.array([[1., 1, 3, 2]])
    # the middle goes from (1, 2) to (2, 1.5): half a width, -1/8 of a height
    close(d2l.offset_boxes(anchor, box, eps=0),
          [[5, -1.25, 0, 5 * onp.log(1 / 4)]])
    close(d2l.offset_boxes(anchor, np.array([[1., 2, 1, 2]])),
          [[0, 0, 5 * onp.log(1e-6), 5 * onp.log(1e-6)]])  # a point, by eps


def test_offsets_are_undone(boxes):
    anchors, wanted = np.array(boxes(9)), np.array(boxes(9))
    close(d2l.offset_inverse(anchors, d2l.offset_boxes(anchors, wanted)), wanted)
    close(d2l.offset_inverse(np.array([[0., 0, 2, 4]]), np.array(
        [[5, -1.25, 0, 5 * onp.log(1 / 4)]])), [[1, 1, 3, 2]])


# ---- targets


def test_page_prints_offsets_mask_and_classes():
    offset, mask, classes = d2l.multibox_target(np.array([ANCHORS]), np.array([TRUTH]))
    # the page's own digits
    expected = [0, 0, 0, 0, 1.4, 10, 2.59, 7.18, -1.2, .269, 1.68, -1.57, 0, 0, 0, 0,
                -.571, -1, 0, .626]
    onp.testing.assert_allclose(offset.asnumpy(), [expected], rtol=6e-3, atol=1e-4)
    assert mask.tolist() == [[0] * 4 + [1] * 8 + [0] * 4 + [1] * 4]
    assert classes.tolist() == [[0, 1, 2, 0, 2]]


def labels_of(boxes, *counts, num_objects):
    """A picture with each count of objects, filled up with class -1 and -1s."""
    labels = onp.full((len(counts), num_objects, 5), -1, 'float32')
    for picture, count in zip(labels, counts):
        picture[:count, 0] = onp.arange(count) % 3
        picture[:count, 1:] = boxes(count)
    return np.array(labels)


def test_targets_are_mxnets_own(boxes):
    anchors = d2l.multibox_prior(np.zeros((6, 5)), [.3, .5], [1, 2, .5])
    # a picture without objects is left out by theirs, and background by the page
    labels = labels_of(boxes, 2, 3, 1, 4, num_objects=4)
    theirs = npx.multibox_target(anchors, labels, np.zeros((4, 4, anchors.shape[1])))
    ours = d2l.multibox_target(anchors, labels)
    assert 0 < ours[1].sum() < ours[1].size
    close(ours[1], theirs[1])
    close(ours[2], theirs[2])
    # theirs adds no eps of 1e-6 to relations of sides, the least of which is 0.05
    close(ours[0], theirs[0], 5 * 1e-6 / .05 + 1e-5)


def test_targets_of_a_batch_are_those_of_each_picture(boxes):
    anchors = np.array([boxes(20)])
    labels = labels_of(boxes, 2, 0, 5, num_objects=5)
    together = d2l.multibox_target(anchors, labels)
    for i, count in enumerate((2, 0, 5)):
        alone = d2l.multibox_target(anchors, labels[i:i + 1, :count])
        assert [X[i].tolist() for X in together] == [X[0].tolist() for X in alone]


def test_what_fills_up_is_no_object_whatever_its_box():
    anchors = np.array([ANCHORS])
    filled = np.array([TRUTH + [[-1, 0, .1, .2, .3], [-1, 0, 0, 0, 0]]])
    for ours, alone in zip(d2l.multibox_target(anchors, filled),
                           d2l.multibox_target(anchors, np.array([TRUTH]))):
        assert ours.tolist() == alone.tolist()


def test_no_objects_and_anchors_without_area_are_background():
    anchors = np.array([[[.2, .2, .2, .2], [0, 0, 1, 1]]])
    for labels in (np.full((1, 2, 5), -1.), np.zeros((1, 0, 5))):
        offset, mask, classes = d2l.multibox_target(anchors, labels)
        assert offset.tolist() == [[0] * 8] == mask.tolist()
        assert classes.tolist() == [[0, 0]]
    offset, mask, classes = d2l.multibox_target(anchors, np.array([[[4., 0, 0, 1, 1]]]))
    close(offset, [[0] * 8], 1e-4)  # no NaN, where the anchor has no side
    assert mask.tolist() == [[0] * 4 + [1] * 4] and classes.tolist() == [[0, 5]]


@pytest.mark.parametrize('shape', [(2, 5), (1, 2, 6)])
def test_labels_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match=r'labels must be \(batch, objects, 5\)'):
        d2l.multibox_target(np.array([ANCHORS]), np.zeros(shape))


# ---- suppression


def kept(boxes, scores, threshold):
    keep = d2l.nms(np.array(boxes), np.array(scores, 'float32'), threshold)
    assert keep.dtype == 'int32'
    return keep.tolist()


def kept_by_loops(ious, scores, threshold):
    left, keep = sorted(range(len(scores)), key=lambda i: (-scores[i], i)), []
    while left:
        best, *left = left
        keep.append(best)
        left = [i for i in left if not ious[best, i] > threshold]
    return keep


@pytest.mark.parametrize('threshold', [0, .3, .5, 1])
def test_suppression_is_that_of_a_loop(boxes, threshold):
    B, rng = boxes(60), onp.random.RandomState(1)
    ious = d2l.box_iou(np.array(B), np.array(B)).asnumpy()
    for scores in (rng.uniform(-1, 1, 60), rng.randint(0, 3, 60)):  # with ties, too
        assert kept(B, scores, threshold) == kept_by_loops(ious, scores, threshold)


def test_suppression_by_hand():
    unit, half, away, point = [0, 0, 1, 1], [0, 0, 1, .5], [1, 0, 2, 1], [.5, .5] * 2
    assert kept([half, unit, away], [.5, .9, .1], .4) == [1, 2]  # touching is nothing
    assert kept([half, unit], [.5, .9], .5) == [1, 0]  # half is not above a half
    assert kept([unit] * 3, [.5] * 3, .5) == [0]  # the first of equals
    assert kept([point] * 2, [.5, .7], 0) == [1, 0]  # no area, no overlap
    # what a suppressed box would suppress stays
    assert kept([[0, 0, 4, 1], [1, 0, 5, 1], [2, 0, 6, 1]], [.9, .8, .7], .5) == [0, 2]
    assert d2l.nms(np.zeros((0, 4)), np.zeros(0), .5).tolist() == []


# ---- detection


def test_page_prints_a_dog_and_a_cat_and_two_suppressed():
    cls_probs = np.array([[[0] * 4, [.9, .8, .7, .1], [.1, .2, .3, .9]]])
    Y = d2l.multibox_detection(cls_probs, np.zeros((1, 16)), np.array([PREDICTED]),
                               nms_threshold=.5)
    close(Y, [[[0, .9, *PREDICTED[0]], [1, .9, *PREDICTED[3]],
               [-1, .8, *PREDICTED[1]], [-1, .7, *PREDICTED[2]]]])


def test_the_threshold_of_suppression_is_obeyed():
    cls_probs = np.array([[[.1, .2], [.9, .8]]])
    anchors = np.array([[[0., 0, 1, 1], [0, 0, 1, .7]]])  # they overlap by .7
    for threshold, classes in ((.6, [0, -1]), (.8, [0, 0])):
        Y = d2l.multibox_detection(cls_probs, np.zeros((1, 8)), anchors, threshold)
        assert Y[0, :, 0].tolist() == classes


def test_low_scores_are_background_with_its_score():
    cls_probs = np.array([[[.2, .9], [.8, .1]]])
    anchors = np.array([[[0., 0, 1, 1], [2, 2, 3, 3]]])
    Y = d2l.multibox_detection(cls_probs, np.zeros((1, 8)), anchors, pos_threshold=.3)
    close(Y, [[[0, .8, 0, 0, 1, 1], [-1, .9, 2, 2, 3, 3]]])


def random_predictions(boxes, batch_size, num_anchors, num_classes=3):
    rng = onp.random.RandomState(2)
    scores = rng.uniform(0, 1, (batch_size, num_classes + 1, num_anchors))
    scores /= scores.sum(axis=1, keepdims=True)
    offsets = rng.uniform(-3, 3, (batch_size, num_anchors * 4))
    return (np.array(scores, 'float32'), np.array(offsets, 'float32'),
            np.array([boxes(num_anchors)]))


def test_detection_is_mxnets_own(boxes):
    cls_probs, offset_preds, anchors = random_predictions(boxes, 2, 30)
    theirs = npx.multibox_detection(
        cls_probs, offset_preds, anchors, clip=False, threshold=0., nms_threshold=.2,
        force_suppress=True)
    ours = d2l.multibox_detection(cls_probs, offset_preds, anchors, .2, 0)
    for a, b in zip(ours.asnumpy(), theirs.asnumpy()):
        assert 0 < (a[:, 0] < 0).sum() < 30
        close(a[a[:, 0] >= 0], b[b[:, 0] >= 0])


def test_detection_is_the_page_box_by_box(boxes):
    cls_probs, offset_preds, anchors = random_predictions(boxes, 3, 12)
    cls_probs[2] = cls_probs[2].round(1)  # ties
    ours = d2l.multibox_detection(cls_probs, offset_preds, anchors, .1, .35)
    for Y, probs, offsets in zip(ours, cls_probs.asnumpy(), offset_preds):
        B = d2l.offset_inverse(anchors[0], offsets.reshape(-1, 4))
        scores, ids = probs[1:].max(axis=0), probs[1:].argmax(axis=0)
        keep = kept_by_loops(d2l.box_iou(B, B).asnumpy(), scores, .1)
        rest = [i for i in range(12) if i not in keep]
        assert keep and rest
        rows = [[ids[i] if i in keep and scores[i] >= onp.float32(.35) else -1,
                 scores[i] if scores[i] >= onp.float32(.35) else 1 - scores[i],
                 *B[i].tolist()] for i in keep + rest]
        close(Y, rows)
