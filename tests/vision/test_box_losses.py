"""Losses of boxes by hand, by PyTorch, by differences, and where boxes are awkward."""
import math
from functools import partial

import numpy as onp
import pytest
from mxnet import autograd, np
from mxnet.gluon import nn

import d2lmx as d2l

LOSSES = {'iou': d2l.iou_loss, 'giou': d2l.giou_loss, 'diou': d2l.diou_loss,
          'ciou': d2l.ciou_loss, 'eiou': d2l.eiou_loss,
          'focal_eiou': d2l.focal_eiou_loss, 'alpha_iou': d2l.alpha_iou_loss,
          'siou': d2l.siou_loss, 'wiou': d2l.wiou_loss,
          'wiou_v3': partial(d2l.wiou_loss, mean=.4)}
CONSTANTS = {'ciou', 'focal_eiou', 'wiou', 'wiou_v3'}  # have parts without a gradient
each_loss = pytest.mark.parametrize('name', LOSSES)

SQUARES = (0, 0, 2, 2), (1, 1, 3, 3)  # overlap in 1 of 7; around both: 9
FLAT = (0, 0, 4, 1), (0, 0, 2, 2)     # overlap in 2 of 6; around both: 4 x 2
APART = (0, 0, 1, 1), (3, 4, 5, 5)    # around both: 5 x 5
WITHIN = (1, 1, 2, 3), (0, 0, 4, 4)   # 2 of 16
V = 4 / math.pi ** 2 * (math.pi / 4 - math.atan(4)) ** 2
BY_HAND = [
    ('iou', SQUARES, 6 / 7), ('iou', FLAT, 2 / 3), ('iou', APART, 1),
    ('iou', WITHIN, 7 / 8),
    ('giou', SQUARES, 6 / 7 + 2 / 9), ('giou', FLAT, 2 / 3 + 2 / 8),
    ('giou', APART, 1 + 22 / 25), ('giou', WITHIN, 7 / 8),
    # squared distances of the middles over squared diagonals
    ('diou', SQUARES, 6 / 7 + 2 / 18), ('diou', FLAT, 2 / 3 + 1.25 / 20),
    ('diou', APART, 1 + (3.5 ** 2 + 4 ** 2) / 50), ('diou', WITHIN, 7 / 8 + .25 / 32),
    ('ciou', SQUARES, 6 / 7 + 2 / 18),
    ('ciou', FLAT, 2 / 3 + 1.25 / 20 + V / (2 / 3 + V) * V),
    ('eiou', SQUARES, 6 / 7 + 2 / 18),
    ('eiou', FLAT, 2 / 3 + 1.25 / 20 + 2 ** 2 / 4 ** 2 + 1 / 2 ** 2),
    ('focal_eiou', SQUARES, 7 ** -.5 * (6 / 7 + 2 / 18)), ('focal_eiou', APART, 0),
    ('alpha_iou', SQUARES, 1 - 7 ** -3), ('alpha_iou', APART, 1),
    # along the diagonal Lambda is 1, and gamma too
    ('siou', SQUARES, 6 / 7 + 1 - math.exp(-1 / 9)),
    # Lambda is 2 * 1 * .5 / 1.25, so gamma 1.2; both distances are 1/4 of a side
    ('siou', FLAT, 2 / 3 + 1 - math.exp(-1.2 / 16) + (1 - math.exp(-.5)) ** 4),
    ('wiou', SQUARES, math.exp(2 / 18) * 6 / 7),
    ('wiou', FLAT, math.exp(1.25 / 20) * 2 / 3),
    # beta = (6 / 7) / .4
    ('wiou_v3', SQUARES, math.exp(2 / 18) * 6 / 7 * (15 / 7) / (
        3 * 1.9 ** (15 / 7 - 3)))]


def pairs(seed=0):
    """Boxes and targets (60, 4), float64: a third overlap, lie within, lie apart."""
    rng = onp.random.RandomState(seed)
    middles, sides = rng.uniform(0, 1, (60, 2)), rng.uniform(.3, 1, (60, 2))
    # a share of the sides: overlaps, lies within, lies apart, none exactly
    moves = rng.uniform(.1, .3, (60, 2)) * rng.choice([-1, 1], (60, 2))
    shrink = rng.uniform(.7, 1.3, (60, 2))
    moves[20:40], shrink[20:40] = moves[20:40] / 4, rng.uniform(.3, .6, (20, 2))
    moves[40:] *= 15
    others, other_sides = middles + moves * sides, sides * shrink
    return (onp.concatenate([others - other_sides / 2, others + other_sides / 2], 1),
            onp.concatenate([middles - sides / 2, middles + sides / 2], 1))


def value_and_gradients(loss, boxes, targets):
    """Losses, and gradients of their sum to both, NumPy's, of arrays of MXNet."""
    arrays = [np.array(X, dtype=X.dtype) for X in (boxes, targets)]
    for array in arrays:
        array.attach_grad()
    with autograd.record():
        l = loss(*arrays)
    l.backward()
    return [l.asnumpy(), *(array.grad.asnumpy() for array in arrays)]


class Block(nn.HybridBlock):
    """A loss as a block."""

    def __init__(self, loss, **kwargs):
        super().__init__(**kwargs)
        self.loss = loss

    def hybrid_forward(self, F, boxes, targets):
        return self.loss(boxes, targets)


@pytest.mark.parametrize('name, pair, expected', BY_HAND)
def test_values_by_hand(name, pair, expected):
    boxes, targets = (onp.array([box], 'float64') for box in pair)
    assert LOSSES[name](boxes, targets).tolist() == pytest.approx([expected])


def in_torch(name, boxes, targets):
    """The losses once more, by middles and sides, in PyTorch."""
    import torch
    (x, y, w, h), (x_gt, y_gt, w_gt, h_gt) = (
        torch.cat([(X[:, :2] + X[:, 2:]) / 2, X[:, 2:] - X[:, :2]], dim=1).unbind(1)
        for X in (boxes, targets))

    def along(c, side, c_gt, side_gt):  # length shared, and of what is around both
        ends = [torch.stack([c + s * side / 2, c_gt + s * side_gt / 2])
                for s in (-1, 1)]
        return (ends[1].min(0)[0] - ends[0].max(0)[0],
                ends[1].max(0)[0] - ends[0].min(0)[0])

    (w_i, w_c), (h_i, h_c) = along(x, w, x_gt, w_gt), along(y, h, y_gt, h_gt)
    shared = torch.where((w_i > 0) & (h_i > 0), w_i * h_i, torch.zeros_like(w))
    union = w * h + w_gt * h_gt - shared
    iou, around = shared / union, w_c ** 2 + h_c ** 2
    sigma = ((x - x_gt) ** 2 + (y - y_gt) ** 2).sqrt()
    diou = 1 - iou + (sigma ** 2 / around)
    eiou = diou + ((w - w_gt) / w_c) ** 2 + ((h - h_gt) / h_c) ** 2
    v = 4 / math.pi ** 2 * (torch.atan(w_gt / h_gt) - torch.atan(w / h)) ** 2
    wiou = torch.exp(sigma ** 2 / around.detach()) * (1 - iou)
    if name == 'siou':
        angle = torch.asin((y - y_gt).abs() / sigma)
        gamma = 2 - (1 - 2 * torch.sin(angle - math.pi / 4) ** 2)
        distance = sum(1 - torch.exp(-gamma * (d / side) ** 2)
                       for d, side in ((x - x_gt, w_c), (y - y_gt, h_c)))
        shape = sum((1 - torch.exp(-(a - b).abs() / torch.maximum(a, b))) ** 4
                    for a, b in ((w, w_gt), (h, h_gt)))
        return 1 - iou + (distance + shape) / 2
    beta = (1 - iou).detach() / .4
    return {'iou': lambda: 1 - iou,
            'giou': lambda: 1 - iou + (w_c * h_c - union) / (w_c * h_c),
            'diou': lambda: diou, 'eiou': lambda: eiou,
            'ciou': lambda: diou + (v / (1 - iou + v)).detach() * v,
            'focal_eiou': lambda: iou.detach().sqrt() * eiou,
            'alpha_iou': lambda: 1 - iou ** 3, 'wiou': lambda: wiou,
            'wiou_v3': lambda: beta / (3 * 1.9 ** (beta - 3)) * wiou}[name]()


@each_loss
def test_values_and_gradients_are_those_of_pytorch(name, torch):
    tensors = [torch.tensor(X, requires_grad=True) for X in pairs()]
    l = in_torch(name, *tensors)
    l.sum().backward()
    theirs = [l.detach().numpy(), *(tensor.grad.numpy() for tensor in tensors)]
    for a, b in zip(value_and_gradients(LOSSES[name], *pairs()), theirs):
        onp.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)  # float64
    assert all(onp.abs(part[:40]).max(axis=-1).min() > 0 for part in theirs[1:])


def with_constants(name, boxes, targets):
    """A loss of boxes alone, whose parts without a gradient are those of these boxes.
    """
    if name not in CONSTANTS:
        return lambda X: LOSSES[name](X, targets)
    iou = 1 - d2l.iou_loss(boxes, targets)
    around = (onp.maximum(boxes, targets)[:, 2:] - onp.minimum(boxes, targets)[:, :2])

    def middles(X):
        return (X[:, :2] + X[:, 2:]) / 2

    def v(X):
        angles = [onp.arctan2(*(Y[:, 2:] - Y[:, :2]).T) for Y in (X, targets)]
        return 4 / math.pi ** 2 * (angles[0] - angles[1]) ** 2

    def wiou(X):
        rho2 = onp.square(middles(X) - middles(targets)).sum(axis=1)
        return onp.exp(rho2 / onp.square(around).sum(axis=1)) * d2l.iou_loss(X, targets)

    alpha, beta = v(boxes) / (1 - iou + v(boxes)), (1 - iou) / .4
    return {'ciou': lambda X: d2l.diou_loss(X, targets) + alpha * v(X),
            'focal_eiou': lambda X: iou ** .5 * d2l.eiou_loss(X, targets), 'wiou': wiou,
            'wiou_v3': lambda X: beta / (3 * 1.9 ** (beta - 3)) * wiou(X)}[name]


@each_loss
def test_gradients_are_those_of_differences(name):
    boxes, targets = pairs()
    grad = value_and_gradients(LOSSES[name], boxes, targets)[1]
    loss = with_constants(name, boxes.copy(), targets)
    onp.testing.assert_allclose(loss(boxes), LOSSES[name](boxes, targets), rtol=1e-12)
    assert d2l.check_gradients(lambda params: loss(params[0]).sum(), [boxes],
                               [grad]) < 1e-7


@pytest.mark.parametrize('name', sorted(CONSTANTS))
def test_what_the_papers_call_constant_has_no_gradient(name):
    boxes, targets = pairs()
    grad = value_and_gradients(LOSSES[name], boxes, targets)[1]
    # differences see the constants move: the test above would find it
    assert d2l.check_gradients(lambda params: LOSSES[name](params[0], targets).sum(),
                               [boxes], [grad]) > 1e-3


# ---- awkward boxes

UNIT = [0, 0, 1, 1]
AWKWARD = {'apart': ([5, 5, 6, 7], UNIT), 'beside': ([2, 0, 3, 1], UNIT),
           'at an edge': ([1, 0, 2, 1], UNIT), 'at a corner': ([1, 1, 2, 2], UNIT),
           'within, one middle': ([.25, .25, .75, .75], UNIT),
           'around, one edge': ([0, 0, 2, 1], UNIT), 'the same': (UNIT, UNIT),
           'without width': ([.5, 0, .5, 1], UNIT),
           'without height': ([0, .5, 1, .5], UNIT), 'a point': ([.5] * 4, UNIT),
           'a point outside': ([3] * 4, UNIT), 'in a line': (UNIT, [0, .5, 1, .5]),
           'for a point': (UNIT, [.5] * 4), 'two points': ([0] * 4, [1] * 4),
           'one point': ([.5] * 4, [.5] * 4), 'one line': ([0, .5, 1, .5],) * 2,
           'inside out': ([1, 1, 0, 0], UNIT), 'half inside out': ([2, 0, 1, 1], UNIT)}
SCALES = 1e-9, 1e-6, 1, 1e4, 1e8


def awkward(dtype='float32'):
    """All awkward pairs at all scales: boxes and targets (n, 4)."""
    both = onp.array([*AWKWARD.values()], dtype)  # (kinds, 2, 4)
    return onp.concatenate([both * onp.array(s, dtype) for s in SCALES]).swapaxes(0, 1)


@each_loss
@pytest.mark.parametrize('dtype', ['float32', 'float64'])
def test_awkward_boxes_have_finite_losses_and_gradients(name, dtype):
    boxes, targets = awkward(dtype)
    block = Block(LOSSES[name])
    of_arrays = value_and_gradients(block, boxes, targets)
    block.hybridize(static_alloc=True, static_shape=True)
    for parts in (of_arrays, value_and_gradients(block, boxes, targets)):
        assert all(onp.isfinite(part).all() for part in parts)
        assert (parts[0] >= -1e-6).all()  # rounding of IoUs near 1


def of_kind(name, kind, scale=1):
    """Loss and gradient to the box of an awkward pair."""
    pair = [onp.array([box], 'float32') * scale for box in AWKWARD[kind]]
    l, grad, _ = value_and_gradients(LOSSES[name], *pair)
    return l[0], grad[0]


WIDE_V = 4 / math.pi ** 2 * (math.pi / 4 + math.atan(100)) ** 2


@pytest.mark.parametrize('name, expected', [
    ('giou', 1 + 99 / 100), ('diou', 1 + 49.5 ** 2 / 10001),
    ('ciou', 1 + 49.5 ** 2 / 10001 + WIDE_V / (1 + WIDE_V) * WIDE_V),
    ('eiou', 1 + 49.5 ** 2 / 10001 + 1.01 ** 2),
    # along an axis gamma is 2; exp(-101) of the widths' difference is none
    ('siou', 1 + (1 - math.exp(-2 * .495 ** 2) + 1) / 2),
    ('wiou', math.exp(49.5 ** 2 / 10001))])
def test_the_box_around_one_that_is_inside_out_holds_all_of_its_corners(name, expected):
    """From 100 back to 0, height 1, beside the unit square: around both, 100 x 1."""
    boxes, targets = (onp.array([box], 'float64') for box in ([100, 0, 0, 1], UNIT))
    assert LOSSES[name](boxes, targets).tolist() == pytest.approx([expected])


@pytest.mark.parametrize('name, most', [('giou', 2), ('diou', 2), ('siou', 3),
                                        ('wiou', math.e)])
def test_losses_lie_in_their_ranges_though_corners_are_in_any_order(name, most):
    rng = onp.random.RandomState(0)
    boxes = rng.normal(0, 10 ** rng.uniform(-2, 2, (1000, 1)), (1000, 4))
    targets = onp.concatenate([onp.zeros((1000, 2)), rng.uniform(.1, 2, (1000, 2))], 1)
    l = LOSSES[name](boxes, targets)
    assert 0 <= l.min() < l.max() <= most


@each_loss
def test_the_same_box_has_no_loss(name):
    assert of_kind(name, 'the same')[0] == pytest.approx(0, abs=1e-6)
    assert of_kind(name, 'the same', 1e4)[0] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize('kind', [
    'without width', 'without height', 'a point', 'in a line', 'for a point',
    'one point', 'one line', 'inside out', 'half inside out'])
def test_a_box_without_area_overlaps_nothing(kind):
    l, grad = of_kind('iou', kind)
    assert l == 1 and not ('inside out' in kind and grad.any())


@pytest.mark.parametrize('kind', ['apart', 'beside'])
def test_boxes_that_do_not_touch_are_drawn_together_or_have_no_gradient(kind):
    for name in LOSSES:
        boxes, targets = (onp.array([box], 'float64') for box in AWKWARD[kind])
        l, grad, _ = value_and_gradients(LOSSES[name], boxes, targets)
        if name in ('iou', 'focal_eiou', 'alpha_iou'):
            assert l == (0 if name == 'focal_eiou' else 1) and not grad.any()
        else:
            way = (targets[:, :2] + targets[:, 2:] - boxes[:, :2] - boxes[:, 2:]) / 2
            assert ((grad[:, :2] + grad[:, 2:]) * way).sum() < 0  # nearer is less


@each_loss
def test_losses_know_neither_place_nor_unit_of_length(name):
    boxes, targets = pairs()
    expected = LOSSES[name](boxes, targets)
    moved = [7 * X + [3, -5, 3, -5] for X in (boxes, targets)]
    mirrored = [X[:, [1, 0, 3, 2]] for X in (boxes, targets)]
    for other in (moved, mirrored):
        onp.testing.assert_allclose(LOSSES[name](*other), expected, rtol=1e-9)


def test_losses_that_are_one_where_a_part_is_none():
    boxes, targets = pairs()
    same = [(d2l.alpha_iou_loss(boxes, targets, alpha=1), d2l.iou_loss(boxes, targets)),
            (d2l.focal_eiou_loss(boxes, targets, gamma=0),
             d2l.eiou_loss(boxes, targets))]
    # of one shape there is no v, of one middle no distance
    sides = (targets[:, 2:] - targets[:, :2]) / 4
    smaller = targets + onp.concatenate([sides, -sides], axis=1)
    same += [(loss(smaller, targets), d2l.iou_loss(smaller, targets))
             for loss in (d2l.diou_loss, d2l.ciou_loss, d2l.giou_loss, d2l.wiou_loss)]
    for a, b in same:
        onp.testing.assert_allclose(a, b, rtol=1e-9)


# ---- blocks

@each_loss
def test_as_a_block_a_loss_keeps_the_contract(name):
    boxes, targets = (X.astype('float32') for X in pairs())
    d2l.check_hybrid_block(lambda: Block(LOSSES[name]),
                           (np.array(boxes), np.array(targets)))


@each_loss
def test_onnx_gives_the_same_losses(name, tmp_path):
    pytest.importorskip('onnxruntime', reason='needs onnxruntime')
    boxes, targets = (np.array(X.astype('float32')) for X in pairs())
    block = Block(LOSSES[name])
    block.initialize()
    d2l.save_model(tmp_path / 'model', block, (boxes, targets), {}, kind='onnx')
    theirs = d2l.load_model(tmp_path / 'model')(boxes, targets)
    onp.testing.assert_allclose(theirs.asnumpy(), block(boxes, targets).asnumpy(),
                                rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize('call, told', [
    (lambda: d2l.iou_loss(np.zeros((3, 4)), np.zeros((1, 4))),
     r'pairs, both \(..., 4\), got \(3, 4\) and \(1, 4\)'),
    (lambda: d2l.siou_loss(np.zeros((3, 5)), np.zeros((3, 5))), 'must be pairs'),
    (lambda: d2l.alpha_iou_loss(*pairs(), alpha=.5), 'at least 1, got 0.5'),
    (lambda: d2l.alpha_iou_loss(*pairs(), alpha=math.nan), 'at least 1, got nan'),
    (lambda: d2l.focal_eiou_loss(*pairs(), gamma=-1), 'at least 0, got -1'),
    (lambda: d2l.siou_loss(*pairs(), theta=.5), 'at least 1, got 0.5'),
    (lambda: d2l.wiou_loss(*pairs(), mean=0), 'above 0, got 0'),
    (lambda: d2l.wiou_loss(*pairs(), .4, delta=0), 'delta must .* above 0, got 0'),
    (lambda: d2l.wiou_loss(*pairs(), .4, delta=math.inf), 'above 0, got inf'),
    (lambda: d2l.wiou_loss(*pairs(), .4, alpha=-1), 'alpha must .* from 1 on, got -1'),
    (lambda: d2l.wiou_loss(*pairs(), .4, alpha=math.nan), 'from 1 on, got nan')])
def test_what_is_no_pair_or_no_exponent_is_refused(call, told):
    with pytest.raises(ValueError, match=told):
        call()
