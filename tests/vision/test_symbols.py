"""Boxes are the same equation for arrays of MXNet and of NumPy, and for symbols."""
import mxnet as mx
import numpy as onp
import pytest
from mxnet import np

import d2lmx as d2l

FUNCTIONS = [d2l.box_corner_to_center, d2l.box_center_to_corner, d2l.box_iou,
             d2l.offset_boxes, d2l.offset_inverse, d2l.iou_loss, d2l.giou_loss,
             d2l.diou_loss, d2l.ciou_loss, d2l.eiou_loss, d2l.focal_eiou_loss,
             d2l.alpha_iou_loss, d2l.siou_loss, d2l.wiou_loss]


@pytest.mark.parametrize('function', FUNCTIONS, ids=lambda f: f.__name__)
@pytest.mark.parametrize('shape', [(5, 4), (2, 5, 4)])
def test_three_kinds_of_arrays_give_the_same(function, shape, boxes):
    count = 1 if 'corner' in function.__name__ else 2
    arrays = [boxes(onp.prod(shape) // 4).reshape(shape) for _ in range(count)]
    of_numpy = function(*arrays)
    of_mxnet = function(*map(np.array, arrays))
    names = ['a', 'b'][:count]
    symbol = function(*(mx.sym.var(name).as_np_ndarray() for name in names))
    values = dict(zip(names, map(np.array, arrays)))
    of_symbol, = symbol.bind(mx.cpu(), values).forward()
    assert isinstance(of_numpy, onp.ndarray) and of_numpy.dtype == 'float32'
    for other in (of_mxnet, of_symbol):
        # float32 logarithms and exponentials of two libraries
        onp.testing.assert_allclose(of_numpy, other.asnumpy(), rtol=1e-5, atol=1e-6)


def test_anchors_of_a_symbol_are_those_of_an_array():
    symbol = d2l.multibox_prior(mx.sym.var('X').as_np_ndarray(), [.2, .5], [1, 2])
    X = np.zeros((2, 3, 4, 5))
    Y, = symbol.bind(mx.cpu(), {'X': X}).forward()
    onp.testing.assert_allclose(
        Y.asnumpy(), d2l.multibox_prior(X, [.2, .5], [1, 2]).asnumpy(), atol=1e-6)
