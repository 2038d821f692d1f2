"""Losses of predicted boxes: by their overlap with the true ones, and what was added.

Each is its paper's equation in the paper's letters, for pairs of boxes: predicted ones
and their targets, corners (x1, y1, x2, y2) of any unit, (..., 4) and (..., 4) -> (...).
Arrays of MXNet or of NumPy, or the symbols of a network that is being traced.

Values and gradients are finite where targets' corners stand in order, for floats of 32
bits or more and a box around both whose sides are below 1e9. A box has no area where a
side is 0 or its second corner stands before the first: then its IoU is 0 with any box,
itself too. What divides is taken for 1e-8 at least if it is a length, for the square of
that if it is an area: in shares of a picture's sides float32 tells none apart that are
as near.
"""
import math
from functools import reduce
from typing import NamedTuple

import mxnet as mx
import numpy as onp

from ..layers.functional import without_gradient
from .boxes import area, numpy_for

__all__ = ['iou_loss', 'giou_loss', 'diou_loss', 'ciou_loss', 'eiou_loss',
           'focal_eiou_loss', 'alpha_iou_loss', 'siou_loss', 'wiou_loss']

SIDE = 1e-8  # the least length that divides
AREA = SIDE ** 2


class Pair(NamedTuple):
    """What the losses ask of pairs of boxes, each (...)."""

    IoU: object
    union: object
    dx: object  # from the target's middle to the box's
    dy: object
    w: object
    h: object
    w_gt: object
    h_gt: object
    w_c: object  # of the smallest box around both
    h_c: object


def pair_of(boxes, targets) -> Pair:
    """The measures of boxes and targets; ValueError where these are no pairs."""
    np = numpy_for(boxes)
    if not isinstance(boxes, mx.sym.Symbol) and not (
            boxes.shape == targets.shape and boxes.shape[-1:] == (4,)):
        raise ValueError('boxes and targets must be pairs, both (..., 4), got '
                         f'{boxes.shape} and {targets.shape}')
    (x1, y1, x2, y2), (u1, v1, u2, v2) = (
        [np.squeeze(corner, axis=-1) for corner in np.split(X, 4, axis=-1)]
        for X in (boxes, targets))
    inter = area(np, np.maximum(x1, u1), np.maximum(y1, v1),
                 np.minimum(x2, u2), np.minimum(y2, v2))
    union = area(np, x1, y1, x2, y2) + area(np, u1, v1, u2, v2) - inter
    return Pair(IoU=inter / np.maximum(union, AREA), union=union,
                dx=(x1 + x2 - u1 - u2) / 2, dy=(y1 + y2 - v1 - v2) / 2,
                w=x2 - x1, h=y2 - y1, w_gt=u2 - u1, h_gt=v2 - v1,
                w_c=around(np, (x1, u1), (x2, u2)), h_c=around(np, (y1, v1), (y2, v2)))


def around(np, first, second):
    """From the least to the greatest of all corners, though they be out of order."""
    return (reduce(np.maximum, (*second, *first))
            - reduce(np.minimum, (*first, *second)))


def constant(X):
    """X, through which no gradient passes."""
    if isinstance(X, onp.ndarray):
        return X
    return without_gradient(mx.sym if isinstance(X, mx.sym.Symbol) else mx.nd, X)


def iou_loss(boxes, targets):
    """1 - IoU of each pair, in 0 to 1. Boxes (..., 4), targets (..., 4) -> (...).

    Boxes that do not touch have the loss 1, whatever lies between, and no gradient.
    The form of Rezatofighi et al., 2019; UnitBox (Yu et al., 2016) has -log IoU.

    Ours, for 22.2
    """
    return 1 - pair_of(boxes, targets).IoU


def giou_loss(boxes, targets):
    """1 - GIoU, in 0 to 2: with the share of the box C around both that is in neither.

    GIoU = IoU - (C - union) / C, in areas. Boxes (..., 4), targets (..., 4) -> (...).
    Generalized Intersection over Union (Rezatofighi et al., 2019).

    Ours, for 22.2
    """
    np, pair = numpy_for(boxes), pair_of(boxes, targets)
    C = pair.w_c * pair.h_c
    return 1 - pair.IoU + (C - pair.union) / np.maximum(C, AREA)


def diou_loss(boxes, targets):
    """1 - IoU + R_DIoU, in 0 to 2: with the squared distance of the middles.

    R_DIoU = rho² / c², c being the diagonal of the box around both. Boxes (..., 4),
    targets (..., 4) -> (...). Distance-IoU Loss (Zheng et al., 2020).

    Ours, for 22.2
    """
    pair = pair_of(boxes, targets)
    return 1 - pair.IoU + distance(numpy_for(boxes), pair)


def distance(np, pair):
    """rho² / c²: distance of the middles over the diagonal around both, squared."""
    rho2 = np.square(pair.dx) + np.square(pair.dy)
    c2 = np.square(pair.w_c) + np.square(pair.h_c)
    return rho2 / np.maximum(c2, AREA)


def ciou_loss(boxes, targets):
    """DIoU's loss + alpha v: v compares the ratios of the sides.

    v = 4 / pi² (arctan(w_gt / h_gt) - arctan(w / h))², in 0 to 1 if corners stand in
    order; alpha = v / (1 - IoU + v), 0 where both are right, through which no gradient
    passes, as the paper says. That of v is exact, and large for small boxes: the
    paper's own program takes the 1 / (w² + h²) in it for 1. Boxes (..., 4), targets
    (..., 4) -> (...). Complete IoU (Zheng et al., 2020).

    Ours, for 22.2
    """
    np, pair = numpy_for(boxes), pair_of(boxes, targets)
    v = 4 / math.pi ** 2 * np.square(angle(np, pair.w_gt, pair.h_gt)
                                     - angle(np, pair.w, pair.h))
    alpha = constant(v / np.maximum(1 - pair.IoU + v, AREA))
    return 1 - pair.IoU + distance(np, pair) + alpha * v


def angle(np, w, h):
    """arctan(w / h)."""
    return np.arctan(w / np.maximum(h, SIDE))


def eiou_loss(boxes, targets):
    """DIoU's loss, and the errors of width and height, squared, by the box around both.

    L_asp = (w - w_gt)² / w_c² + (h - h_gt)² / h_c². Boxes (..., 4), targets (..., 4)
    -> (...). Efficient IoU (Zhang et al., 2021).

    Ours, for 22.2
    """
    np, pair = numpy_for(boxes), pair_of(boxes, targets)
    L_asp = (np.square(pair.w - pair.w_gt) / np.maximum(np.square(pair.w_c), AREA)
             + np.square(pair.h - pair.h_gt) / np.maximum(np.square(pair.h_c), AREA))
    return 1 - pair.IoU + distance(np, pair) + L_asp


def focal_eiou_loss(boxes, targets, gamma: float = 0.5):
    """IoU^gamma times EIoU's loss: boxes that overlap much count for more.

    The weight is taken for a constant: its own gradient would draw boxes apart, which
    lowers the product. So boxes that do not touch have the loss 0, and no gradient.
    gamma: at least 0, else ValueError. Boxes (..., 4), targets (..., 4) -> (...).
    Focal-EIoU (Zhang et al., 2021).

    Ours, for 22.2
    """
    if not gamma >= 0:
        raise ValueError(f'gamma must be at least 0, got {gamma}')
    IoU = constant(pair_of(boxes, targets).IoU)  # whose power may have no slope at 0
    return IoU ** gamma * eiou_loss(boxes, targets)


def alpha_iou_loss(boxes, targets, alpha: float = 3):
    """1 - IoU^alpha, in 0 to 1: steeper than 1 - IoU where the overlap is large.

    alpha: at least 1, else ValueError; the paper allows less, whose slope at the IoU 0
    has no end. Boxes (..., 4), targets (..., 4) -> (...). Alpha-IoU (He et al., 2021).

    Ours, for 22.2
    """
    if not alpha >= 1:
        raise ValueError(f'alpha must be at least 1, got {alpha}')
    return 1 - pair_of(boxes, targets).IoU ** alpha


def siou_loss(boxes, targets, theta: float = 4):
    """1 - IoU + (Delta + Omega) / 2, in 0 to 3: distance by direction, and shape.

    Lambda, the cost of the angle between the line of the middles and the nearer axis,
    is sin(2 angle): 0 along an axis, 1 on the diagonal, and 0 where the middles are
    one. Delta adds 1 - exp(-gamma rho_t) of both axes, gamma = 2 - Lambda, rho_t the
    squared share that the distance has of the box around both; Omega adds (1 -
    exp(-omega_t))^theta of both sides, omega_t their difference as a share of the
    longer. theta: at least 1, else ValueError; the paper takes 2 to 6. Boxes (..., 4),
    targets (..., 4) -> (...). SIoU (Gevorgyan, 2022).

    Ours, for 22.2
    """
    if not theta >= 1:
        raise ValueError(f'theta must be at least 1, got {theta}')
    np, pair = numpy_for(boxes), pair_of(boxes, targets)
    # the paper's 1 - 2 sin²(arcsin(|dy| / sigma) - pi / 4), whose arcsin is vertical
    sigma2 = np.square(pair.dx) + np.square(pair.dy)
    Lambda = 2 * np.abs(pair.dx) * np.abs(pair.dy) / np.maximum(sigma2, AREA)
    gamma = 2 - Lambda
    Delta, Omega = 0, 0
    for d, side_c, side, side_gt in ((pair.dx, pair.w_c, pair.w, pair.w_gt),
                                     (pair.dy, pair.h_c, pair.h, pair.h_gt)):
        rho = np.square(d) / np.maximum(np.square(side_c), AREA)
        Delta = Delta + 1 - np.exp(-gamma * rho)
        longer = np.maximum(np.maximum(side, side_gt), SIDE)
        omega = np.abs(side - side_gt) / longer
        Omega = Omega + (1 - np.exp(-omega)) ** theta
    return 1 - pair.IoU + (Delta + Omega) / 2


def wiou_loss(boxes, targets, mean=None, alpha: float = 1.9, delta: float = 3):
    """R_WIoU times 1 - IoU: what lies further from its target counts for more.

    R_WIoU = exp(rho² / (W_g² + H_g²)), in 1 to e, rho being the distance of the middles
    and W_g, H_g the sides of the box around both, through which no gradient passes, as
    the paper says: they could only grow. That is version 1.

    With `mean`, that of 1 - IoU over many pairs, it is version 3: times r = beta /
    (delta alpha^(beta - delta)), a constant too, beta = (1 - IoU) / mean; which is
    greatest for pairs of middling quality, and 1 where beta is delta. mean: a number
    above 0, or an array or symbol of one; alpha: from 1 on; delta: above 0; ValueError
    for other numbers. Boxes (..., 4), targets (..., 4) -> (...). Wise-IoU (Tong et al.,
    2023).

    Ours, for 22.2
    """
    if not 1 <= alpha < math.inf:
        raise ValueError(f'alpha must be a number from 1 on, got {alpha}')
    if not 0 < delta < math.inf:
        raise ValueError(f'delta must be a number above 0, got {delta}')
    np, pair = numpy_for(boxes), pair_of(boxes, targets)
    rho2 = np.square(pair.dx) + np.square(pair.dy)
    around2 = constant(np.square(pair.w_c) + np.square(pair.h_c))
    L_IoU = 1 - pair.IoU
    l = np.exp(rho2 / np.maximum(around2, AREA)) * L_IoU
    if mean is None:
        return l
    if isinstance(mean, (int, float)) and not mean > 0:
        raise ValueError(f'mean must be above 0, got {mean}')
    beta = constant(L_IoU / np.maximum(mean, AREA))
    return beta / (delta * alpha ** (beta - delta)) * l
