"""Products of pairs of vectors, and a weight a value: against loops over pairs."""
import mxnet as mx
import numpy as onp
import pytest
from mxnet import autograd, np

import d2lmx as d2l


@pytest.mark.parametrize('shape', [(3, 5, 2), (2, 1, 4), (4, 2, 1)])
def test_interactions_are_the_sum_of_the_products_of_all_pairs(shape):
    V = np.random.normal(size=shape)
    V.attach_grad()
    with autograd.record():
        Y = d2l.interactions(mx.ndarray, V)
    Y.backward()
    v = V.asnumpy().astype('float64')
    wanted = [sum(row[i] @ row[j] for i in range(shape[1]) for j in range(i))
              for row in v]
    # float32: a difference of sums that are larger than it
    onp.testing.assert_allclose(Y[:, 0].asnumpy(), wanted, rtol=1e-4, atol=1e-5)
    onp.testing.assert_allclose(V.grad.asnumpy(), v.sum(axis=1, keepdims=True) - v,
                                rtol=1e-4, atol=1e-5)


def test_a_logistic_regression_adds_weights_of_its_values():
    net = d2l.LogisticRegression([2, 3])
    net.initialize()
    net.fc.weight.set_data(np.array([[1.], [2], [4], [8], [16]]))
    net.linear_layer.weight.set_data(np.array([[.5]]))
    net.linear_layer.bias.set_data(np.array([-3.]))
    assert net(np.array([[0, 2], [1, 4]], dtype='int32')).tolist() == [[-.5], [6]]
