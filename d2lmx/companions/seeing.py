"""What a network looks at in a picture, and how its loss lies around its weights."""
import numpy as onp
from mxnet import autograd, np, npx
from mxnet.gluon import nn

from ..errors import InputError

__all__ = ['grad_cam', 'filter_direction', 'loss_surface', 'non_convexity']

TRANSPOSED = nn.Conv1DTranspose, nn.Conv2DTranspose, nn.Conv3DTranspose
ROUNDING = onp.finfo('float32').eps  # of a loss, as a share of it


def grad_cam(net, X, layer, classes) -> onp.ndarray:
    """Where a network sees a class in pictures, by Grad-CAM: (n, h, w), 0 to 1.

    A layer's maps, each weighted by the mean slope of the class's score along it, are
    added up; what speaks against the class is 0, and the rest is stretched to the
    pictures' size, each picture's largest value being 1. Where nothing speaks for the
    class, all is 0.

    Parameters
    ----------
    net
        Initialized, X (n, channels, h, w) -> scores (n, classes). It predicts, and is
        left imperative, as a compiled one calls no layer.
    X
        MXNet's, on the device of net.
    layer
        A block somewhere in net that makes maps of pictures, such as ``net[3]``;
        InputError for another. Of one that is called several times the last maps count.
    classes
        (n,), the class that is asked for in each picture; InputError where the network
        has no score for it.

    Ours, for 22.8
    """
    seen = []

    def watch(block, inputs, Y):
        if isinstance(Y, np.ndarray):  # and not a list of some
            Y.attach_grad()  # what follows goes on from Y
            seen.append(Y)

    net.hybridize(False)
    hook = layer.register_forward_hook(watch)
    try:
        with autograd.record(train_mode=False):
            scores = net(X)
            total = npx.pick(scores, _known(classes, scores)).sum()
    finally:
        hook.detach()
    if not seen or seen[-1].ndim != 4:
        raise InputError(f'{type(layer).__name__} makes no maps of pictures in this '
                         'network')
    # a slope is one of training, unless told: as if batch normalization, which goes by
    # its running statistics here, had gone by those of these pictures
    slopes, = autograd.grad(total, [seen[-1]], train_mode=False)
    weights = slopes.asnumpy().mean(axis=(2, 3), keepdims=True)
    heat = (weights * seen[-1].asnumpy()).sum(axis=1).clip(0)
    heat = _stretched(heat, X.shape[2:])
    largest = heat.max(axis=(1, 2), keepdims=True)
    return heat / onp.where(largest > 0, largest, 1)


def _known(classes, scores):
    """Classes as an array on the scores' device; InputError where one has no score."""
    classes, num_classes = onp.asarray(classes), scores.shape[1]
    if classes.shape != scores.shape[:1] or not (
            (0 <= classes) & (classes < num_classes)).all():
        raise InputError(f'a class for each of {len(scores)} pictures is needed, 0 to '
                         f'{num_classes - 1}, got {classes.tolist()}')
    return np.array(classes, dtype='int32', ctx=scores.ctx)


def _stretched(maps, size):
    """Maps (n, h, w) at another size, bilinear, as if pixels were squares of a plane.
    """
    rows, columns = map(_shares, maps.shape[1:], size)
    return rows @ maps @ columns.T


def _shares(few, many):
    """What each of `many` places takes of each of `few`: (many, few)."""
    places = ((onp.arange(many) + .5) * few / many - .5).clip(0, few - 1)
    return (1 - abs(places[:, None] - onp.arange(few))).clip(0)


def filter_direction(net) -> dict:
    """A direction in the space of a network's weights, drawn by NumPy's global seed.

    {name: array} of those with two axes or more. Each filter of it, what belongs to one
    output, is as long as the network's own, so that surfaces of networks whose weights
    are of different sizes can be compared. Outputs are the first axis, and the second
    of a transposed convolution, where it is that of all groups at once. Biases and
    normalizations stay.

    Ours, for 22.8
    """
    direction, transposed = {}, set()

    def visit(block):
        if isinstance(block, TRANSPOSED):
            transposed.add(block.weight.name)

    net.apply(visit)
    for name, param in net.collect_params().items():
        if len(param.shape) > 1:
            values = param.data().asnumpy()
            drawn = onp.random.normal(size=values.shape)
            outputs = 1 if name in transposed else 0
            axes = tuple(axis for axis in range(values.ndim) if axis != outputs)
            lengths, ours = (onp.sqrt((part ** 2).sum(axis=axes, keepdims=True))
                             for part in (drawn, values))
            direction[name] = (drawn * ours / lengths).astype('float32')
    return direction


def loss_surface(net, X, y, directions, steps) -> onp.ndarray:
    """The loss of a classifier with other weights, on a square of a plane: (k, k).

    In row i, column j stands the mean cross-entropy of its predictions where steps[i]
    times the first direction and steps[j] times the second are added to the weights.
    Afterwards these are what they were; statistics of normalizations do not change.

    Parameters
    ----------
    net
        Initialized, X (n, ...) -> scores (n, classes).
    X, y
        MXNet's, on the device of net; y (n,) classes.
    directions
        Two, as `filter_direction` gives them.
    steps
        (k,) numbers.

    Ours, for 22.8
    """
    params = net.collect_params()
    start = {name: params[name].data().asnumpy() for name in directions[0]}
    losses = onp.empty((len(steps), len(steps)))
    first, second = directions
    try:
        for i, a in enumerate(steps):
            for j, b in enumerate(steps):
                for name, values in start.items():
                    params[name].set_data(np.array(
                        values + a * first[name] + b * second[name], dtype='float32'))
                log_p = npx.log_softmax(net(X))
                losses[i, j] = -float(npx.pick(log_p, y).mean())
    finally:
        for name, values in start.items():
            params[name].set_data(np.array(values))
    return losses


def non_convexity(losses) -> float:
    """How far a surface (k, k) is from a bowl, 0 to 1: the mean over its inner points.

    Of each point the curvature downwards, as a share of the largest one either way:
    both are eigenvalues of the Hessian, by differences of neighbours. A bowl has 0, a
    saddle as steep both ways, or a hill, 1. A point is flat, with 0, where the rounding
    of losses as float32 could have made its curvature. NaN where a loss is; InputError
    for another shape, or without inner points.

    Ours, for 22.8
    """
    f = onp.asarray(losses, 'float64')
    if f.ndim != 2 or len(set(f.shape)) > 1 or len(f) < 3:
        raise InputError('a surface must be (k, k), with k of 3 at least, got shape '
                         f'{f.shape}')
    middle = f[1:-1, 1:-1]
    along = f[2:, 1:-1] - 2 * middle + f[:-2, 1:-1]
    across = f[1:-1, 2:] - 2 * middle + f[1:-1, :-2]
    mixed = (f[2:, 2:] - f[2:, :-2] - f[:-2, 2:] + f[:-2, :-2]) / 4
    mean, radius = (along + across) / 2, onp.hypot((along - across) / 2, mixed)
    largest = abs(mean) + radius
    # an error e of each loss makes 4 e of `along` and of `across`, and e of `mixed`;
    # their matrix has no eigenvalue above the sum of a row
    near = onp.lib.stride_tricks.sliding_window_view(abs(f), (3, 3)).max(axis=(2, 3))
    flat = largest <= 5 * ROUNDING * near
    share = (radius - mean).clip(0) / onp.where(flat, 1, largest)
    return float(onp.where(flat, 0, share).mean())
