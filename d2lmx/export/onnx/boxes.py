"""What MXNet's operators on boxes become in ONNX."""
import numpy as onp

from .graph import converts, need

__all__ = []


@converts('_contrib_box_nms')
def _box_nms(g, n):
    """Rows sorted by score, those suppressed or not valid -1 at the end.

    ONNX sorts equal scores as MXNet does, the first one first, but tells only which
    rows it keeps: they are counted, and all rows gathered by their counts.
    """
    X, score, coord = n.inputs[0], n.attrs.get('score_index', 1), n.attrs.get(
        'coord_start', 2)
    need(n.ranks[0] == 3, f'{n.ranks[0]} axes')
    need({n.attrs.get(f'{side}_format', 'corner') for side in ('in', 'out')}
         == {'corner'}, 'boxes that are no corners')
    size = g.size(X, 1)
    scores, order = g.add('TopK', column(g, X, score), size, outputs=2, axis=1)
    X = g.add('GatherND', X, g.add('Unsqueeze', order, [-1]), batch_dims=1)
    places = g.count(X, 1)
    is_valid = g.add('Greater', scores, n.number('valid_thresh') if 'valid_thresh'
                     in n.attrs else onp.array(0, n.out_dtype))
    topk = n.attrs.get('topk', -1)
    if topk > 0:
        is_valid = g.add('And', is_valid, g.add('Less', places, onp.array(topk)))
    low, high = (g.add('Slice', X, [i], [i + 2], [2]) for i in (coord, coord + 2))
    # to MXNet a box whose corners are in the wrong order is empty
    boxes = g.add('Concat', low, g.add('Max', low, high), axis=2)
    if n.attrs.get('id_index', -1) >= 0:
        classes = column(g, X, n.attrs['id_index'])
        background = onp.array(n.attrs.get('background_id', -1), n.out_dtype)
        is_object = g.add('Not', g.add('Equal', classes, background))
        is_valid = g.add('And', is_valid, is_object)
        if not n.attrs.get('force_suppress', False):
            boxes = apart(g, n, boxes, classes)
    # numbers that fall along the rows, so that none are equal
    falling = g.add('Cast', g.add('Sub', size, places), to=onp.dtype('float32'))
    ranks = g.add('Where', is_valid, falling, onp.array(0, 'float32'))
    kept = g.add('NonMaxSuppression', g.add('Cast', boxes, to=onp.dtype('float32')),
                 g.add('Unsqueeze', ranks, [1]), size,
                 onp.array([n.attrs.get('overlap_thresh', .5)], 'float32'),
                 onp.array([.5], 'float32'))  # rows of (picture, class, row)
    kept = g.add('Gather', kept, onp.array([0, 2]), axis=1)
    ones = g.add('Expand', onp.array(1, 'float32'), g.add('Shape', kept, end=1))
    zeros = g.add('Mul', ranks, onp.array(0, 'float32'))
    ranks = g.add('Mul', falling, g.add('ScatterND', zeros, kept, ones))
    ranks, order = g.add('TopK', ranks, size, outputs=2, axis=1)
    X = g.add('GatherND', X, g.add('Unsqueeze', order, [-1]), batch_dims=1)
    is_kept = g.add('Greater', g.add('Unsqueeze', ranks, [-1]), onp.array(0, 'float32'))
    return g.add('Where', is_kept, X, onp.array(-1, n.out_dtype))


def column(g, X, i):
    """Column i of rows: X (batch, n, width) -> (batch, n)."""
    return g.add('Gather', X, onp.array(i), axis=2)


def apart(g, n, boxes, classes):
    """Boxes moved so that those of different classes do not meet."""
    farthest = g.add('ReduceMax', g.add('Abs', boxes), keepdims=1)
    step = g.add('Add', g.add('Mul', farthest, onp.array(2, n.out_dtype)),
                 onp.array(1, n.out_dtype))
    return g.add('Add', boxes, g.add('Mul', g.add('Unsqueeze', classes, [-1]), step))
