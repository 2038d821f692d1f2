import math

import numpy as onp
import pytest
from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l

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

    def train(net, name, *options):
        weight = net.cls_0.weight
        seen.append((name, weight.data().copy(), onp.random.uniform()))
        weight.set_data(weight.data() + 1)

    monkeypatch.setattr(page, 'train', train)
    monkeypatch.setattr(page, 'precisions', lambda *data: {'mAP': len(seen)})
    data = d2l.BatchIterator([onp.zeros((2, 3, 64, 64), 'float32')], 2)
    row = page.detect((data, data, ['a']), 'tiny', 1, .1, 1)
    assert [name for name, _, _ in seen] == ['L1', *page.LOSSES]
    assert all((weight == seen[0][1]).all() for _, weight, _ in seen)
    assert len({draw for _, _, draw in seen}) == 1  # and order of batches
    assert row['L1: mAP'] == 1 and row['WIoU: mAP'] == 10


# ---- what came of it

def found(page, **changed):
    """What is measured where all papers are right, of two seeds."""
    names = 'L1', 'IoU', 'GIoU', 'DIoU', 'CIoU', 'EIoU', 'focal EIoU'
    ranks = {name: rank for rank, name in enumerate(names)}
    ranks.update({'alpha IoU': 2, 'SIoU': 5, 'WIoU': 5, 'WIoU v3': 0})
    values = {}
    for name, rank in ranks.items():
        values.update({
            f'{name}: steps': [100 - rank, 110 - rank], f'{name}: mAP': [.1 * rank] * 2,
            f'{name}: mean IoUs': [[.1, .5], [.2, .6]],
            f'{name}: apart, then touching': [0. if name in page.STILL else .9] * 2})
    return {**values, **changed}


def test_a_claim_holds_or_not_by_what_was_measured(page):
    rows = page.claims_of(found(page))
    assert [row['holds'] for row in rows] == [True] * 14
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
    rows = page.table_of(found(page, **{'GIoU: steps': [99, None]}))
    assert [row['loss'] for row in rows] == [*page.LOSSES, 'WIoU v3', 'L1']
    assert rows[0] == {'loss': 'IoU', 'steps': '104', 'mean IoU': '0.550',
                       'mAP': '0.100'}
    assert rows[1]['steps'] == 'never' and rows[-2]['loss'] == 'WIoU v3'
    # descent knows no offsets
    values = found(page)
    for key in ('steps', 'mean IoUs', 'apart, then touching'):
        del values[f'L1: {key}']
    assert page.table_of(values)[-1] == {'loss': 'L1', 'mAP': '0.000'}


def test_the_smoke_run_draws_and_prints(page, smoke_run):
    smoke = smoke_run('22.2')
    lines = smoke.output.splitlines()
    assert lines[0].split() == ['loss', 'steps', 'mean', 'IoU', 'mAP', 'mAP@0.5',
                                'mAP@0.75']
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
