"""Average precision and IoU against values worked out by hand, and plain NumPy."""
import math

import numpy as onp
import pytest
from mxnet import np, npx

import d2lmx as d2l
from d2lmx.runtime.threads import legacy_arrays

HERE = (0, 0, 10, 10)    # boxes that overlap not at all
THERE = (20, 20, 30, 30)
FAR = (40, 40, 50, 50)
TINY = 1e-12             # sums of a few float64 near 1


def found(*rows):
    """One picture's boxes: (class, score, box)."""
    return onp.array([(c, score, *box) for c, score, box in rows]).reshape(-1, 6)


def objects(*rows):
    """One picture's objects: (class, box)."""
    return onp.array([(c, *box) for c, box in rows]).reshape(-1, 5)


# ---- detection


def test_precision_and_recall_of_three_boxes():
    # by falling score: right, wrong, right: precision 1, 1/2, 2/3 at recall 1/2, 1/2, 1
    pred = found((0, .9, HERE), (0, .8, FAR), (0, .7, THERE))
    truth = objects((0, HERE), (0, THERE))
    assert d2l.detection_map([pred], [truth])['mAP'] == pytest.approx(
        1 / 2 * 1 + 1 / 2 * 2 / 3, abs=TINY)
    # 6 of 11 recalls, 0 to 0.5, have precision 1, the 5 others 2/3
    assert d2l.detection_map([pred], [truth], voc07=True)['mAP'] == pytest.approx(
        (6 + 5 * 2 / 3) / 11, abs=TINY)


def test_order_of_rows_is_by_score_and_over_all_pictures():
    # by score: wrong (.9, second picture), right (.6), right (.3)
    pred = [found((0, .3, THERE), (0, .6, HERE)), found((0, .9, FAR))]
    truth = [objects((0, THERE), (0, HERE)), objects()]
    assert d2l.detection_map(pred, truth)['mAP'] == pytest.approx(2 / 3, abs=TINY)


def test_only_the_likelier_of_two_boxes_on_one_object_is_right():
    pred = found((0, .6, HERE), (0, .9, HERE), (0, .3, THERE))
    truth = objects((0, HERE), (0, THERE))
    # right, wrong, right
    assert d2l.detection_map([pred], [truth])['mAP'] == pytest.approx(
        1 / 2 + 1 / 2 * 2 / 3, abs=TINY)


def test_of_equal_scores_the_earlier_row_and_picture_counts_first():
    right, wrong = (0, .5, HERE), (0, .5, FAR)
    for rows, value in (((right, wrong), 1), ((wrong, right), 1 / 2)):
        together = d2l.detection_map([found(*rows)], [objects((0, HERE))])
        apart = d2l.detection_map(
            [found(row) for row in rows],
            [objects(*[(0, HERE)] * (row is right)) for row in rows])
        assert together['mAP'] == apart['mAP'] == pytest.approx(value, abs=TINY)


def test_many_equal_scores_keep_their_order():
    # 100 right, then 100 wrong: a sorting that mixes them gives less than 1
    pred = [found((0, .5, HERE))] * 100 + [found((0, .5, FAR))] * 100
    truth = [objects((0, HERE))] * 100 + [objects()] * 100
    assert d2l.detection_map(pred, truth)['mAP'] == pytest.approx(1, abs=1e-9)


def test_classes_are_apart_and_one_without_objects_has_no_value():
    pred = found((0, .9, HERE), (1, .9, THERE), (2, .9, FAR))
    truth = objects((0, HERE), (1, HERE))
    values = d2l.detection_map([pred], [truth], class_names=['a', 'b', 'c', 'd'])
    assert values.pop('c') != values.pop('c', math.nan) and math.isnan(values.pop('d'))
    assert values == {'mAP': pytest.approx(1 / 2), 'a': pytest.approx(1), 'b': 0}


@pytest.mark.parametrize('pred, truth, value', [
    ([found()], [objects((0, HERE))], 0),                 # nothing found
    ([found((0, .9, HERE))], [objects()], math.nan),      # nothing to find
    ([found()], [objects()], math.nan), ([], [], math.nan),
    ([onp.full((3, 6), -1.)], [onp.full((2, 5), -1.)], math.nan)])
def test_without_boxes_or_objects(pred, truth, value):
    assert d2l.detection_map(pred, truth)['mAP'] == pytest.approx(value, nan_ok=True)


def test_padding_counts_as_nothing():
    pred, truth = found((0, .9, HERE), (0, .8, FAR)), objects((0, HERE), (0, THERE))
    padded = d2l.detection_map(
        onp.concatenate([onp.full((2, 6), -1.), pred])[None],
        onp.concatenate([truth, onp.full((3, 5), -1.)])[None])
    assert padded == d2l.detection_map([pred], [truth]) == {
        'mAP': pytest.approx(1 / 2), '0': pytest.approx(1 / 2)}


def test_the_bound_is_that_of_the_area_in_any_unit():
    # the halves of a box overlap it by 1/2, a little less than half by less
    half, less = (0, 0, 10, 5), (0, 0, 10, 4.9)
    for scale in (1, 1 / 64, 1024):
        for box, value in ((half, 1), (less, 0)):
            pred = found((0, .9, onp.array(box) * scale))
            truth = objects((0, onp.array(HERE) * scale))
            assert d2l.detection_map([pred], [truth])['mAP'] == pytest.approx(value)
    assert d2l.detection_map([found((0, .9, half))], [objects((0, HERE))],
                             iou=.51)['mAP'] == 0


def test_boxes_in_relative_units_that_are_far_apart_do_not_match():
    pred, truth = found((0, .9, (0, 0, .1, .1))), objects((0, (.8, .8, .9, .9)))
    assert d2l.detection_map([pred], [truth])['mAP'] == 0


@pytest.mark.parametrize('box', [(5, 5, 5, 5), (5, 5, 3, 8), (8, 8, 5, 5)])
def test_a_box_without_area_is_wrong_even_on_an_object_without(box):
    for place in ((5, 5, 5, 5), HERE):
        pred, truth = found((0, .9, box)), objects((0, place))
        assert d2l.detection_map([pred], [truth])['mAP'] == 0


def test_difficult_objects_count_neither_way():
    # a box on the difficult one is neither right nor wrong, nor is it missed
    truth = onp.array([(0, *HERE, 0), (0, *THERE, 1)])
    both = found((0, .9, THERE), (0, .5, HERE))
    for pred in (both, both[1:]):
        assert d2l.detection_map([pred], [truth])['mAP'] == pytest.approx(1)


def plain_map(pred, truth, iou):
    """Average precision of one class by loops, after the competition's rules."""
    boxes = sorted(((score, -i, -j, box) for i, rows in enumerate(pred)
                    for j, (_, score, *box) in enumerate(rows)), reverse=True)
    used, right = set(), []
    for _, i, _, (x1, y1, x2, y2) in boxes:
        overlaps = []
        for _, X1, Y1, X2, Y2 in truth[-i]:
            both = max(min(x2, X2) - max(x1, X1), 0) * max(min(y2, Y2) - max(y1, Y1), 0)
            areas = (x2 - x1) * (y2 - y1) + (X2 - X1) * (Y2 - Y1)
            overlaps.append(both / (areas - both))
        best = max(range(len(overlaps)), key=overlaps.__getitem__, default=None)
        hit = best is not None and overlaps[best] >= iou and (i, best) not in used
        used |= {(i, best)} if hit else set()
        right.append(hit)
    total = sum(map(len, truth))
    precisions = [sum(right[:k]) / k for k in range(1, len(right) + 1)]
    return sum(max(precisions[k:]) / total for k in range(len(right)) if right[k])


def test_random_boxes_as_by_loops_over_pictures_and_boxes(numpy_seed=3):
    rng = onp.random.RandomState(numpy_seed)

    def boxes(n):
        corner = rng.randint(0, 12, (n, 2))
        return onp.concatenate([corner, corner + rng.randint(3, 9, (n, 2))], axis=1)

    truth = [onp.insert(boxes(rng.randint(0, 4)), 0, 0, axis=1) for _ in range(20)]
    pred = [onp.concatenate([onp.zeros((6, 1)), rng.randint(0, 5, (6, 1)), boxes(6)], 1)
            for _ in range(20)]  # scores with ties
    for iou in (.3, .5, .7):
        value = plain_map(pred, truth, iou)
        assert 0 < value < 1
        assert d2l.detection_map(pred, truth, iou)['mAP'] == pytest.approx(value)


def test_what_multibox_detection_gives_is_taken():
    probabilities = np.array([[[.1, .2, .9], [.9, .8, .1]]])  # background, one class
    anchors = np.array([[[0, 0, .5, .5], [.5, .5, 1, 1], [0, 0, 1, 1]]])
    pred = npx.multibox_detection(probabilities, np.zeros((1, 12)), anchors)
    truth = np.array([[[0, 0, 0, .5, .5], [0, .5, .5, 1, 1], [-1, -1, -1, -1, -1]]])
    assert d2l.detection_map(pred, truth)['mAP'] == pytest.approx(1)


@pytest.mark.parametrize('pred, truth, told', [
    ([found()], [], 'boxes of 1 pictures, objects of 0'),
    ([onp.zeros((2, 5))], [objects()], r'pred must have 6 numbers a row.*\(2, 5\)'),
    (onp.zeros((2, 6)), [objects()] * 2, r'rows for each picture, got shape \(6,\)'),
    ([found()], [onp.zeros((1, 4))], 'truth must have 5 or 6 numbers a row'),
    ([found((0, math.nan, HERE))], [objects()], 'pred must hold finite numbers'),
    ([found((.5, .9, HERE))], [objects()], 'classes 0, 1, ... or -1'),
    ([found((-2, .9, HERE))], [objects()], 'classes 0, 1, ... or -1'),
    ([found()], [objects((0, (5, 5, 4, 8)))], 'x2 < x1 or y2 < y1')])
def test_arrays_that_are_no_boxes_are_refused(pred, truth, told):
    with pytest.raises(ValueError, match=told):
        d2l.detection_map(pred, truth)


def test_a_class_without_a_name_is_refused():
    with pytest.raises(ValueError, match='class 3 has no name: there are 2'):
        d2l.detection_map([found((3, .9, HERE))], [objects()], class_names=['a', 'b'])


# ---- detection by the rules of COCO


def test_all_overlaps_count_and_an_exact_box_has_them_all():
    truth = objects((0, HERE), (0, THERE))
    exact = [found((0, .9, HERE), (0, .8, THERE))]
    assert d2l.coco_map(exact, [truth]) == {'mAP': 1, 'mAP@50': 1, 'mAP@75': 1}
    # 8/10 of a box: right up to an overlap of .8, so by 7 of 10 bounds
    part = [found((0, .9, (0, 0, 8, 10)), (0, .8, (20, 20, 28, 30)))]
    assert d2l.coco_map(part, [truth]) == {
        'mAP': pytest.approx(.7), 'mAP@50': 1, 'mAP@75': 1}


def test_precision_is_read_at_101_recalls():
    # right, wrong, right: 1 at recalls 0 to .5, which are 51, and 2/3 at 50
    pred = found((0, .9, HERE), (0, .8, FAR), (0, .7, THERE))
    truth = objects((0, HERE), (0, THERE))
    assert d2l.coco_map([pred], [truth])['mAP'] == pytest.approx(
        (51 + 50 * 2 / 3) / 101)
    # what is never found has the precision 0
    assert d2l.coco_map([pred[:1]], [truth])['mAP'] == pytest.approx(51 / 101)


def test_a_box_takes_the_object_that_is_left():
    # both boxes overlap the first object most, the second by more than half
    first, second = (0, 0, 10, 10), (0, 2, 10, 12)
    pred = found((0, .9, first), (0, .8, (0, 1, 10, 10)))
    truth = objects((0, first), (0, second))
    assert d2l.coco_map([pred], [truth])['mAP@50'] == 1
    assert d2l.detection_map([pred], [truth])['mAP'] == 1 / 2  # VOC's rule


def test_the_hundred_best_boxes_of_a_picture_and_class_count():
    crowd = found(*[(0, .9, FAR)] * 100, (0, .5, HERE), (1, .4, HERE))
    truth = objects((0, HERE), (1, HERE))
    assert d2l.coco_map([crowd], [truth])['mAP'] == 1 / 2
    assert d2l.coco_map([crowd], [truth], most=101)['mAP'] == pytest.approx(
        (1 + 1 / 101) / 2)


@pytest.mark.parametrize('pred, truth, value', [
    ([found()], [objects((0, HERE))], 0), ([], [], math.nan),
    ([found((0, .9, HERE))], [objects()], math.nan),
    ([found((1, .9, HERE))], [objects((0, HERE))], 0)])
def test_without_boxes_or_objects_coco_is_as_voc(pred, truth, value):
    assert all(number == pytest.approx(value, nan_ok=True)
               for number in d2l.coco_map(pred, truth).values())
    assert d2l.detection_map(pred, truth)['mAP'] == pytest.approx(value, nan_ok=True)


def random_scenes(rng):
    """Boxes with scores, some equal, and objects of three classes in 30 pictures."""
    def boxes(n):
        corner = rng.uniform(0, 12, (n, 2))
        return onp.concatenate([corner, corner + rng.uniform(3, 9, (n, 2))], axis=1)

    truth = [onp.insert(boxes(n), 0, rng.randint(0, 3, n), axis=1)
             for n in rng.randint(0, 5, 30)]
    pred = []
    for rows in truth:
        near = rows[:, 1:] + rng.normal(0, .7, (len(rows), 4))
        near = onp.concatenate([onp.repeat(near, 2, axis=0), boxes(3)])
        labels = onp.append(onp.repeat(rows[:, 0], 2), rng.randint(0, 3, 3))
        scores = rng.randint(0, 20, len(near)) / 20
        pred.append(onp.column_stack([labels, scores, near]))
    return pred, truth


def test_random_boxes_are_judged_as_by_coco():
    coco = pytest.importorskip('pycocotools.coco', reason='needs pycocotools')
    cocoeval = pytest.importorskip('pycocotools.cocoeval',
                                   reason='needs pycocotools')
    pred, truth = random_scenes(onp.random.RandomState(2))

    def entry(i, number, label, box, **more):
        x1, y1, x2, y2 = map(float, box)
        return {'image_id': i, 'id': number, 'category_id': int(label),
                'bbox': [x1, y1, x2 - x1, y2 - y1],
                'area': (x2 - x1) * (y2 - y1), 'iscrowd': 0, **more}

    things = [(i, row) for i, rows in enumerate(truth) for row in rows]
    theirs = coco.COCO()
    theirs.dataset = {
        'images': [{'id': i} for i in range(30)],
        'categories': [{'id': label} for label in range(3)],
        'annotations': [entry(i, number, row[0], row[1:])
                        for number, (i, row) in enumerate(things, 1)]}
    theirs.createIndex()
    said = theirs.loadRes([entry(i, number, row[0], row[2:], score=float(row[1]))
                           for number, (i, row) in enumerate(
                               ((i, row) for i, rows in enumerate(pred)
                                for row in rows), 1)])
    judge = cocoeval.COCOeval(theirs, said, 'bbox')
    judge.evaluate()
    judge.accumulate()
    judge.summarize()
    ours = d2l.coco_map(pred, truth)
    assert list(ours.values()) == pytest.approx(judge.stats[:3].tolist(), abs=1e-9)
    assert .1 < ours['mAP'] < ours['mAP@50'] < 1


def test_objects_of_coco_are_not_difficult():
    with pytest.raises(ValueError, match='truth must have 5 numbers a row'):
        d2l.coco_map([found()], [onp.zeros((1, 6))])
    with pytest.raises(ValueError, match='boxes of 1 pictures, objects of 0'):
        d2l.coco_map([found()], [])


@pytest.mark.parametrize('most', [-1, 0, 1.5])
def test_coco_counts_a_box_or_more(most):
    with pytest.raises(d2l.InputError, match='most must be a whole number of at least'):
        d2l.coco_map([found()], [onp.zeros((1, 5))], most)


# ---- masks of single pictures


def test_overlaps_of_masks_are_those_of_scikit_learn():
    metrics = pytest.importorskip('sklearn.metrics')
    pred, truth = onp.random.RandomState(0).randint(0, 2, (2, 5, 4, 3))
    IoU, dice = d2l.mask_overlaps(pred, truth)
    for i in range(5):
        assert IoU[i] == pytest.approx(metrics.jaccard_score(truth[i].ravel(),
                                                             pred[i].ravel()))
        assert dice[i] == pytest.approx(metrics.f1_score(truth[i].ravel(),
                                                         pred[i].ravel()))
        meter = d2l.SegmentationMeter(2)
        meter.add(pred[i][None], truth[i][None])
        assert meter.value()['IoU'][1] == pytest.approx(IoU[i])


def test_overlaps_of_masks_without_pixels():
    nothing, all_of_it = onp.zeros((1, 2, 2)), onp.ones((1, 2, 2))
    for pred, truth, value in ((nothing, all_of_it, 0), (all_of_it, nothing, 0),
                               (all_of_it, all_of_it, 1), (nothing, nothing, math.nan)):
        for overlap in d2l.mask_overlaps(pred, truth):
            assert overlap[0] == pytest.approx(value, nan_ok=True)


@pytest.mark.parametrize('pred, truth', [((1, 2, 3), (1, 3, 2)), ((2, 3), (2, 3))])
def test_masks_of_other_shapes_are_refused(pred, truth):
    with pytest.raises(d2l.InputError, match='as many found as there are'):
        d2l.mask_overlaps(onp.zeros(pred), onp.zeros(truth))


# ---- segmentation


def test_accuracy_and_iou_of_six_pixels():
    meter = d2l.SegmentationMeter(3)
    meter.add(onp.array([[[0, 0, 1], [1, 2, 0]]]), onp.array([[[0, 1, 1], [1, 0, 0]]]))
    # class 0: 2 of 2 + 1 + 1, class 1: 2 of 2 + 1, class 2: 0 of 1
    value = meter.value()
    assert value['pixel acc'] == pytest.approx(4 / 6, abs=TINY)
    assert value['IoU'] == pytest.approx([2 / 4, 2 / 3, 0], abs=TINY)
    assert value['mean IoU'] == pytest.approx((2 / 4 + 2 / 3) / 3, abs=TINY)


def test_batches_add_up_and_scores_serve_as_well_as_classes():
    rng = onp.random.RandomState(0)
    scores, labels = rng.normal(size=(5, 4, 6, 7)), rng.randint(0, 4, (5, 6, 7))
    at_once, by_parts = d2l.SegmentationMeter(4), d2l.SegmentationMeter(4)
    at_once.add(scores.argmax(axis=1), labels)
    for part in (slice(0, 2), slice(2, 5), slice(5, 5)):
        by_parts.add(np.array(scores[part]), np.array(labels[part]))
    assert by_parts.value() == at_once.value()
    counts = onp.zeros((4, 4))
    onp.add.at(counts, (labels.ravel(), scores.argmax(axis=1).ravel()), 1)
    both = onp.diag(counts)
    IoU = both / (counts.sum(0) + counts.sum(1) - both)
    assert at_once.value()['IoU'] == pytest.approx(IoU.tolist(), abs=TINY)
    assert at_once.value()['pixel acc'] == pytest.approx(both.sum() / 210, abs=TINY)


def test_void_pixels_are_left_out_where_told():
    pred = onp.array([[[0, 1], [1, 0]]])
    meter = d2l.SegmentationMeter(2, ignore=255)
    meter.add(pred, onp.array([[[0, 255], [1, 1]]]))
    assert meter.value() == {'pixel acc': pytest.approx(2 / 3),
                             'mean IoU': pytest.approx(1 / 2),
                             'IoU': pytest.approx([1 / 2, 1 / 2])}
    # a class of the book's own, background, may be left out as well
    meter = d2l.SegmentationMeter(2, ignore=0)
    meter.add(pred, onp.array([[[0, 1], [1, 1]]]))
    assert meter.value()['pixel acc'] == pytest.approx(2 / 3)


def test_a_class_that_no_pixel_has_is_not_in_the_mean():
    meter = d2l.SegmentationMeter(21)
    meter.add(onp.zeros((1, 2, 2)), onp.array([[[0, 0], [0, 5]]]))
    value = meter.value()
    assert value['mean IoU'] == pytest.approx((3 / 4 + 0) / 2)
    assert [i for i, IoU in enumerate(value['IoU']) if not math.isnan(IoU)] == [0, 5]


def test_nothing_counted_is_no_value():
    meter = d2l.SegmentationMeter(2, ignore=255)
    meter.add(onp.zeros((1, 2, 2)), onp.full((1, 2, 2), 255))
    assert all(math.isnan(meter.value()[name]) for name in ('pixel acc', 'mean IoU'))


@pytest.mark.parametrize('pred, labels, told', [
    ((1, 3, 4, 5), (1, 4, 5), r'the same or \(batch, 2, height, width\), got \(1, 4, '),
    ((1, 2, 4, 5), (1, 5, 4), r'got \(1, 5, 4\) and \(1, 4, 5\)'),
    ((4, 5), (4, 5), r'labels must be \(batch, height, width\)')])
def test_shapes_that_do_not_fit_are_refused(pred, labels, told):
    with pytest.raises(ValueError, match=told):
        d2l.SegmentationMeter(2).add(onp.zeros(pred), onp.zeros(labels))


@pytest.mark.parametrize('pred, label, ignore', [
    (2, 0, None), (-1, 0, 255), (0, 2, 255), (0, 255, None), (0, -1, None)])
def test_classes_out_of_range_are_refused(pred, label, ignore):
    with pytest.raises(ValueError, match='classes are 0 to 1, got numbers from'):
        d2l.SegmentationMeter(2, ignore).add(onp.full((1, 1, 1), pred),
                                             onp.full((1, 1, 1), label))


# ---- legacy mode


def test_measures_do_not_care_for_numpy_semantics():
    with legacy_arrays():
        assert not npx.is_np_array()
        meter = d2l.SegmentationMeter(2)
        meter.add(np.zeros((1, 1, 2)), np.array([[[0, 1]]]))
        boxes = d2l.detection_map([found((0, .9, HERE))], [objects((0, HERE))])
    assert boxes['mAP'] == pytest.approx(1) and meter.value()['pixel acc'] == 1 / 2
    assert npx.is_np_array()
