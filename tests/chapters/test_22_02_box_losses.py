import math

import numpy as onp
import pytest
from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l
from d2lmx.context import running

# corners of two anchors and of an object, which the first is to predict
ANCHORS = onp.array([[[.1, .1, .5, .5], [.5, .5, 1, 1]]], 'float32')
OBJECT = [.2, .1, .6, .4]


@pytest.fixture
def page(section):
    return section('22.2')


def taught():
    """Offsets, mask and classes of a batch of two pictures: with the object, without.
    """
    labels = onp.array([[[0, *OBJECT]], [[-1] * 5]], 'float32')
    return d2l.multibox_target(np.array(ANCHORS), np.array(labels))


# ---- boxes alone

def test_boxes_begin_in_a_disc_with_all_shapes_and_sizes(page):
    boxes, targets = page.starts(num_points=5)
    assert boxes.shape == targets.shape == (5 * 7 ** 3, 4)
    assert len({tuple(row.round(6)) for row in onp.hstack([boxes, targets])}) == 5 * 343
    assert len({tuple(row) for row in boxes[:, :2]}) == 5
    assert onp.hypot(*boxes[:, :2].T).max() <= 3 and not targets[:, :2].any()
    onp.testing.assert_allclose(targets[:, 2:].prod(axis=1), 1)
    for X, areas in ((boxes, page.AREAS), (targets, [1])):
        assert sorted(set((X[:, 2] / X[:, 3]).round(6))) == pytest.approx(
            sorted(page.RATIOS), abs=1e-6)
        assert sorted(set(X[:, 2:].prod(axis=1).round(6))) == pytest.approx(areas)


def test_middles_fill_the_disc_evenly(page):
    boxes, _ = page.starts(num_points=2000)
    inner = onp.hypot(*boxes[:, :2].T) < 3 / 2  # a quarter of the disc
    assert abs(inner.mean() - 1 / 4) < 5 * (1 / 4 * 3 / 4 / 2000) ** .5


def test_descent_is_that_of_pytorch(page, torch):
    boxes, targets = (X[::97] for X in page.starts(num_points=3))
    IoUs = page.regress(d2l.giou_loss, boxes, targets, num_iterations=10)
    B, T = (torch.tensor(X, dtype=torch.float64) for X in (boxes, targets))
    expected = []
    for _ in range(11):
        B.requires_grad_()
        ends = [(torch.cat([X[:, :2] - X[:, 2:] / 2, -X[:, :2] - X[:, 2:] / 2], dim=1))
                for X in (B, T)]  # -x2 instead of x2: the larger are nearer together
        inner, outer = (-(best[:, :2] + best[:, 2:]) for best in
                        (torch.maximum(*ends), torch.minimum(*ends)))
        shared = inner.clamp(min=0).prod(dim=1)
        union = B[:, 2:].prod(dim=1) + T[:, 2:].prod(dim=1) - shared
        around = outer.prod(dim=1)
        grad, = torch.autograd.grad((1 - shared / union + 1 - union / around).sum(), B)
        IoU = (shared / union).detach()
        expected.append(IoU.numpy())
        B = B.detach() - .02 * (2 - IoU)[:, None] * grad
        B[:, 2:] = B[:, 2:].clamp(min=.01)
    # float32 on our side, ten steps that grow from each other
    onp.testing.assert_allclose(IoUs, expected, rtol=1e-3, atol=1e-4)


def test_steps_are_counted_up_to_the_goal(page, monkeypatch):
    apart, target, near = [5, 0, 1, 1], [0, 0, 1, 1], [.5, 0, 1, 1]
    monkeypatch.setattr(page, 'starts', lambda num_points: (
        onp.array([apart, near], 'float64'), onp.array([target] * 2, 'float64')))
    ways = iter([onp.array([[0, .5], [.8, 1], [1, 1]]), onp.array([[0, .5]] * 3)] * 5)
    monkeypatch.setattr(page, 'regress', lambda *args: next(ways))
    row = page.simulate(num_points=1, num_iterations=2)
    assert row['IoU: steps'] == 1 and row['GIoU: steps'] is None
    assert row['IoU: mean IoUs'] == [.25, .9, 1]
    assert row['IoU: apart, then touching'] == 1
    assert row['GIoU: apart, then touching'] == 0


# ---- the detector

def test_what_is_taught_decodes_to_the_object_and_has_no_loss(page):
    offsets, mask, classes = taught()
    assert mask.reshape(2, 2, 4)[:, :, 0].tolist() == [[1, 0], [0, 0]]
    corners = d2l.offset_inverse(np.array(ANCHORS), offsets.reshape(2, 2, 4))
    onp.testing.assert_allclose(corners[0, 0].asnumpy(), OBJECT, atol=1e-5)
    scores = np.zeros((2, 2, 2))
    for name in page.LOSSES:
        l = page.losses(name, (np.array(ANCHORS), scores, offsets),
                        (offsets, mask, classes), weight=3)
        # classes: a tie of two
        assert l.tolist() == pytest.approx([math.log(2)] * 2, abs=1e-4), name


def test_only_anchors_of_objects_count_and_by_their_weight(page):
    wanted, scores = taught(), np.zeros((2, 2, 2))
    as_they_are = np.zeros((2, 8))  # offsets of the anchors themselves
    l = page.losses('IoU', (np.array(ANCHORS), scores, as_they_are), wanted, weight=3)
    # .3 x .3 shared of .16 + .12 - .09, by one anchor of two
    assert (l - math.log(2)).tolist() == pytest.approx(
        [3 * (1 - .09 / .19) / 2, 0], abs=1e-4)


def test_a_running_mean_goes_from_one_to_what_it_is_of(page):
    mean = page.RunningMean(num_batches=2)
    l = np.array([[.2, .6, .9]])
    mean.add(l, np.array([[1, 1, 0]], dtype='int32'))
    left = .05 ** .5
    assert mean.value.tolist() == pytest.approx([left + (1 - left) * .4])
    before = mean.value.tolist()
    mean.add(l, np.zeros((1, 3), dtype='int32'))  # of no object nothing is learnt
    assert mean.value.tolist() == before
    mean = page.RunningMean(num_batches=7)
    for _ in range(7):
        mean.add(0 * l, np.ones((1, 3), dtype='int32'))
    assert mean.value.tolist() == pytest.approx([.05])


def test_version_3_of_wiou_weighs_boxes_by_the_running_mean(page):
    as_they_are, mean = np.zeros((2, 8)), page.RunningMean(num_batches=1)
    l = page.losses('WIoU v3', (np.array(ANCHORS), np.zeros((2, 2, 2)), as_they_are),
                    taught(), weight=3, mean=mean)
    # .3 x .3 shared of .16 + .12 - .09; the anchor without object counts not
    L_IoU = 1 - .09 / .19
    running = .05 + .95 * L_IoU
    assert mean.value.tolist() == pytest.approx([running])
    beta = L_IoU / running
    # middles (.3, .3) and (.4, .25), in .5 x .4
    R = math.exp((.1 ** 2 + .05 ** 2) / (.5 ** 2 + .4 ** 2))
    expected = 3 * beta / (3 * 1.9 ** (beta - 3)) * R * L_IoU / 2
    assert (l - math.log(2)).tolist() == pytest.approx([expected, 0], abs=1e-4)


def detection_batches(count, batch_size=2, seed=0):
    """Batches of noise with an object of class 0 in each picture."""
    rng = onp.random.RandomState(seed)
    X = rng.uniform(0, 255, (count, 3, 64, 64)).astype('float32')
    return d2l.BatchIterator([X, onp.array([[[0, *OBJECT]]] * count)], batch_size)


def test_in_training_the_mean_runs_over_all_batches(page, monkeypatch):
    means, values, add = [], [], page.RunningMean.add

    def noted(self, l, is_object):
        l_there = l.asnumpy()[is_object.asnumpy() > 0]
        add(self, l, is_object)
        means.append(l_there.mean())
        values.extend(self.value.tolist())

    monkeypatch.setattr(page.RunningMean, 'add', noted)
    batches = detection_batches(5)
    net = page.new_detector(1, batches.arrays[:1])
    page.train(net, 'WIoU v3', batches, num_epochs=2, lr=.01, weight=5)
    value, momentum = 1, 1 - .05 ** (1 / 6)
    assert len(means) == 6 and onp.ptp(means) > .01
    for mean, found in zip(means, values):
        value += momentum * (mean - value)
        assert found == pytest.approx(value, rel=1e-5)


def test_l1_is_the_loss_of_13_7(page):
    rng = onp.random.RandomState(0)
    scores, offsets = (np.array(rng.normal(size=shape), dtype='float32')
                       for shape in ((2, 2, 2), (2, 8)))
    labels, mask, classes = wanted = taught()
    theirs = d2l.calc_loss(scores, classes, offsets, labels, mask)
    found = np.array(ANCHORS), scores, offsets
    one, two = (page.losses('L1', found, wanted, weight) for weight in (1, 2))
    assert one.tolist() == theirs.tolist() and (two > one)[0] and two[1] == one[1]


class Says(nn.HybridBlock):
    """A network that finds the object in every picture, by the first anchor."""

    def __init__(self, shift):
        super().__init__()
        offsets = taught()[0][:1]
        offsets[0, 0] += shift  # tenths of the anchor's width
        scores = np.array([[[0, 9], [9, 0]]], dtype='float32')
        for name, value in dict(anchors=np.array(ANCHORS), scores=scores,
                                offsets=offsets).items():
            setattr(self, name, self.params.get_constant(name, value))

    def hybrid_forward(self, F, X, anchors, scores, offsets):
        zeros = 0 * X[:, 0, :1, :1]
        return anchors, zeros + scores, zeros[:, 0] + offsets


@pytest.mark.parametrize('shift, precise', [
    (0, [1, 1, 1]), (.5, [.9, 1, 1]),  # .38 of .42: enough for all but 0.95
    (9, [0, 0, 0])])
def test_precisions_are_of_all_thresholds(page, shift, precise):
    net = Says(shift)
    net.initialize()
    X, Y = onp.zeros((3, 3, 8, 8), 'float32'), onp.array([[[0, *OBJECT]]] * 3)
    found = page.precisions(net, d2l.BatchIterator([X, Y], batch_size=2))
    assert list(found.values()) == pytest.approx(precise)


def test_all_losses_begin_with_the_same_weights(page, monkeypatch):
    seen = []

    def train(net, name, train_iter, num_epochs, lr, weight):
        param = net.cls_0.weight
        seen.append((name, weight, param.data().copy(), onp.random.uniform()))
        param.set_data(param.data() + 1)

    monkeypatch.setattr(page, 'train', train)
    monkeypatch.setattr(page, 'precisions', lambda *data: {'mAP': len(seen)})
    ways = [('L1', 1), ('GIoU', 2), ('GIoU', 3)]
    rows = page.detect([detection_batches(2)] * 2, 1, ways, num_epochs=1, lr=.1)
    assert [(name, weight) for name, weight, _, _ in seen] == ways
    assert all((values == seen[0][2]).all() for _, _, values, _ in seen)
    assert len({draw for _, _, _, draw in seen}) == 1  # and order of batches
    assert rows == [{'mAP': 1}, {'mAP': 2}, {'mAP': 3}]


def test_weights_are_tried_on_training_pictures_set_aside(page, monkeypatch):
    parts, best = [], {'L1': 20, 'IoU': 10}

    def detect(data, num_classes, ways, num_epochs, lr):
        parts.extend(data)
        return [{'mAP': -abs(weight - best.get(name, 0))} for name, weight in ways]

    monkeypatch.setattr(page, 'detect', detect)
    batches = detection_batches(8)
    tried = page.try_weights(batches, 1, 1, .1)
    assert tried['L1'] == {2: -18, 5: -15, 10: -10, 20: 0, 50: -30}
    assert page.best_weights(tried) == {**dict.fromkeys(tried, 2), **best}
    assert list(tried) == ['L1', *page.LOSSES, 'WIoU v3']
    kept, aside = (part.arrays[0][:, 0, 0, 0].tolist() for part in parts)
    assert len(kept) == 6 and len(aside) == 2
    assert sorted(kept + aside) == sorted(batches.arrays[0][:, 0, 0, 0].tolist())


def test_the_table_says_which_weights_were_chosen(page, monkeypatch):
    def detect(data, num_classes, ways, num_epochs, lr):
        return [{'mAP': float(weight == 10)} for _, weight in ways]

    monkeypatch.setattr(page, 'detect', detect)
    with running(data='toy', files={}):
        result = page.run(**{**page.SMOKE, 'num_iterations': 1}, choose_weights=True)
    assert set(result['weights'].values()) == {10}
    assert {row['weight'] for row in result['table']} == {'10'}
    assert result['mAP on pictures set aside']['WIoU v3'] == {
        '2': 0, '5': 0, '10': 1, '20': 0, '50': 0}


def test_photographs_are_trained_on_by_maps_of_features_that_stay(page):
    rng = onp.random.RandomState(0)
    X = rng.uniform(0, 255, (3, 3, 128, 128)).astype('float32')
    labels = onp.array([[[0, *OBJECT]]] * 3)
    with running(data='toy', files={}, compiles=True):
        part, = page.as_maps([d2l.BatchIterator([X, labels], 2)], 'mobilenet_v2_1_0')
    assert [C.shape for C in part.arrays] == [(3, 96, 8, 8), (3, 320, 4, 4), (3, 1, 5)]
    net = page.new_detector(1, part.arrays[:-1])
    before = net.cls_1.weight.data().copy()
    page.train(net, 'CIoU', part, num_epochs=1, lr=.01, weight=5)
    assert (net.cls_1.weight.data() != before).any()
    anchors, scores, _ = net(*map(np.array, part.arrays[:-1]))
    # 8 x 8, 4 x 4, 2 x 2, and a pixel twice
    assert anchors.shape[1] == scores.shape[1] == 4 * (64 + 16 + 4 + 1 + 1)
    assert set(page.precisions(net, part)) == {'mAP', 'mAP@0.5', 'mAP@0.75'}


def test_photographs_too_small_for_the_backbone_are_refused(page):
    with pytest.raises(d2l.InputError, match='needs --size 128 at least, got 96'):
        page.run(backbone='mobilenet_v2_1_0', size=96)


# ---- what came of it

def found(page, **changed):
    """What is measured where all papers are right, of two seeds."""
    names = 'L1', 'IoU', 'GIoU', 'DIoU', 'CIoU', 'EIoU', 'focal EIoU'
    ranks = {name: rank for rank, name in enumerate(names)}
    ranks.update({'alpha IoU': 2, 'SIoU': 5, 'WIoU': 5, 'WIoU v3': 9})
    values = {}
    for name, rank in ranks.items():
        values.update({
            f'{name}: steps': [100 - rank, 110 - rank], f'{name}: mAP': [.1 * rank] * 2,
            f'{name}: mean IoUs': [[.1, .5], [.2, .6]],
            f'{name}: apart, then touching': [0. if name in page.STILL else .9] * 2})
    return {**values, **changed}


def test_a_claim_holds_or_not_by_what_was_measured(page):
    rows = page.claims_of(found(page))
    assert [row['holds'] for row in rows] == [True] * 15
    assert rows[0]['claim'].startswith(
        'boxes that do not touch stay apart by IoU, focal EIoU and alpha IoU, and')
    changed = {'alpha IoU: apart, then touching': [0., .1], 'GIoU: steps': [99, None],
               'CIoU: steps': [None, 10], 'WIoU: mAP': [.1, .69]}
    rows = page.claims_of(found(page, **changed))
    assert [row['claim'] for row in rows if not row['holds']] == [
        rows[0]['claim'], 'CIoU reaches a mean IoU of 0.9 in fewer steps than DIoU',
        'a detector learns better boxes by WIoU than by CIoU']
    changed = {'GIoU: apart, then touching': [.9, .5]}  # not most
    assert not page.claims_of(found(page, **changed))[0]['holds']


def test_of_two_losses_that_never_arrive_nothing_is_claimed(page):
    def told(**changed):
        return {row['claim']: row['holds'] for row in page.claims_of(found(
            page, **{f'{name}: steps': values for name, values in changed.items()}))
            if 'steps' in row['claim']}

    never = [None, None]
    text = 'DIoU reaches a mean IoU of 0.9 in fewer steps than GIoU'
    assert told(DIoU=never, GIoU=never).keys() == told().keys() - {text}
    assert told(DIoU=never, GIoU=[None, 400])[text] is False
    assert told(DIoU=[300, 400], GIoU=never)[text] is True


def test_the_table_has_means_and_says_never(page):
    weights = {**dict.fromkeys(page.WEIGHTS, 2), 'IoU': 10, 'L1': .5}
    rows = page.table_of(found(page, **{'GIoU: steps': [99, None]}), weights)
    assert [row['loss'] for row in rows] == [*page.LOSSES, 'WIoU v3', 'L1']
    assert rows[0] == {'loss': 'IoU', 'weight': '10', 'steps': '104',
                       'mean IoU': '0.550', 'mAP': '0.100'}
    assert rows[1]['steps'] == 'never' and rows[-2]['loss'] == 'WIoU v3'
    # descent knows no offsets
    values = found(page)
    for key in ('steps', 'mean IoUs', 'apart, then touching'):
        del values[f'L1: {key}']
    assert page.table_of(values, weights)[-1] == {'loss': 'L1', 'weight': '0.5',
                                                  'mAP': '0.000'}


def test_the_smoke_run_draws_and_prints(page, smoke_run):
    smoke = smoke_run('22.2')
    lines = smoke.output.splitlines()
    assert lines[0].split() == ['loss', 'weight', 'steps', 'mean', 'IoU', 'mAP',
                                'mAP@0.5', 'mAP@0.75']
    rows = smoke.result['table']
    assert len(lines) == 1 + len(rows) and all(
        line.strip().startswith(row['loss']) for line, row in zip(lines[1:], rows))
    assert rows[0]['steps'] == 'never'  # in three steps
    axes, = smoke.figures[0].axes
    assert [len(line.get_xdata()) for line in axes.lines] == [4] * 10
    # all begin with the same boxes
    assert len({line.get_ydata()[0] for line in axes.lines}) == 1
    still = smoke.result['claims'][0]['measured']
    assert still['IoU'] == still['focal EIoU'] == still['alpha IoU'] == [0]
