"""What MXNet's anchors of a feature map become in ONNX."""
import numpy as onp

from .graph import as_list, converts

__all__ = []


@converts('_contrib_MultiBoxPrior')
def _multibox_prior(g, n):
    """Anchors from the sizes of the feature map, which stay free."""
    X, dtype = n.inputs[0], n.out_dtype
    steps, offsets = n.attrs.get('steps', (-1, -1)), n.attrs.get('offsets', (.5, .5))
    height, width = (g.add('Cast', g.size(X, axis), to=dtype) for axis in (2, 3))
    y, x = (_centers(g, X, axis, size, *(onp.array(value, dtype) for value in pair))
            for axis, size, pair in zip((2, 3), (height, width), zip(steps, offsets)))
    y, x = g.add('Unsqueeze', y, [1, 2]), g.add('Unsqueeze', x, [0, 2])
    zero = onp.array(0, dtype)  # spreads one over the other's axis
    y, x = (g.add('Add', a, g.add('Mul', b, zero)) for a, b in ((y, x), (x, y)))
    halves = _half_sides(n).astype(dtype)  # (anchors a pixel, 2), in heights
    w = g.add('Mul', halves[:, 0], g.add('Div', height, width))
    h = g.add('Identity', halves[:, 1])
    corners = [g.add(operator, center, side) for operator in ('Sub', 'Add')
               for center, side in ((x, w), (y, h))]  # each (height, width, anchors)
    Y = g.add('Concat', *(g.add('Unsqueeze', X, [3]) for X in corners), axis=3)
    Y = g.add('Reshape', Y, [1, -1, 4])
    if n.attrs.get('clip', False):
        Y = g.add('Clip', Y, zero, onp.array(1, dtype))
    return Y


def _centers(g, X, axis, size, step, offset):
    """Middles of the pixels along an axis, in shares of the picture."""
    places = g.add('Add', g.add('Cast', g.count(X, axis), to=offset.dtype), offset)
    return g.add('Mul', places, step) if step > 0 else g.add('Div', places, size)


def _half_sides(n):
    """Half widths and heights (anchors a pixel, 2): all sizes, then other ratios."""
    sizes, ratios = (onp.array(as_list(n.attrs.get(key, 1)), 'float64')
                     for key in ('sizes', 'ratios'))
    sizes = onp.concatenate((sizes, [sizes[0]] * (len(ratios) - 1)))
    roots = onp.sqrt([ratios[0]] * (len(sizes) - len(ratios)) + ratios.tolist())
    return onp.stack((sizes * roots, sizes / roots), axis=1) / 2
