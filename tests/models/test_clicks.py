"""Products of pairs of vectors, and a weight a value: against loops over pairs."""
import mxnet as mx
import numpy as onp
import pytest
from mxnet import autograd, np

import d2lmx as d2l


@pytest.mark.parametrize('batch, fields, d', [(3, 5, 2), (2, 1, 4), (4, 2, 1)])
def test_weights_and_the_products_of_all_pairs_are_added_up(batch, fields, d):
    rng = onp.random.RandomState(0)
    w, V = rng.normal(size=(7, 1)), rng.normal(size=(7, d))
    x = rng.randint(7, size=(batch, fields))
    arrays = [np.array(values, dtype='float32') for values in (w, V)]
    for array in arrays:
        array.attach_grad()
    with autograd.record():
        of_weights, pairs = d2l.weights_and_pairs(mx.ndarray, np.array(x, 'int32'),
                                                  *arrays)
        l = 3 * of_weights + pairs
    l.backward()
    v, slopes = V[x], onp.zeros_like(V)
    wanted = [sum(row[i] @ row[j] for i in range(fields) for j in range(i))
              for row in v]
    # a product's slope is the other vector, of all others the sum
    onp.add.at(slopes, x, v.sum(axis=1, keepdims=True) - v)
    onp.testing.assert_allclose(of_weights.asnumpy(), w[x].sum(axis=1), rtol=1e-5,
                                atol=1e-6)
    # float32: a difference of sums that are larger than it
    for found, right in ((pairs[:, 0], wanted), (arrays[1].grad, slopes)):
        onp.testing.assert_allclose(found.asnumpy(), right, rtol=1e-4, atol=1e-5)
    onp.testing.assert_allclose(
        arrays[0].grad.asnumpy()[:, 0], 3 * onp.bincount(x.ravel(), minlength=7))


def test_a_logistic_regression_adds_weights_of_its_values():
    net = d2l.LogisticRegression([2, 3])
    net.initialize()
    net.fc.weight.set_data(np.array([[1.], [2], [4], [8], [16]]))
    net.linear_layer.weight.set_data(np.array([[.5]]))
    net.linear_layer.bias.set_data(np.array([-3.]))
    assert net(np.array([[0, 2], [1, 4]], dtype='int32')).tolist() == [[-.5], [6]]
