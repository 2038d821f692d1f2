"""Losses of an order, against their formulas in double precision."""
import numpy as onp
import pytest
from mxnet import autograd, np

import d2lmx as d2l

POSITIVE = onp.array([[2.], [-1.], [0.], [150.], [-150.]], 'float32')
NEGATIVE = onp.array([[.5], [1.], [0.], [-50.], [50.]], 'float32')


def gradient(loss):
    """The loss, and its gradient by the positive scores, of a compiled loss too."""
    positive = np.array(POSITIVE)
    positive.attach_grad()
    with autograd.record():
        l = loss(positive, np.array(NEGATIVE))
    l.backward()
    return l.asnumpy(), positive.grad.asnumpy()


@pytest.mark.parametrize('hybridize', [False, True])
def test_bpr_is_the_sum_of_the_negative_logarithms_of_the_sigmoids(hybridize):
    loss = d2l.BPRLoss()
    loss.hybridize(hybridize)
    l, grad = gradient(loss)
    d = POSITIVE.astype('float64') - NEGATIVE
    assert l.shape == (1, 1)  # a distance of -200 costs 200, where log(0) is infinite
    wanted = onp.logaddexp(0, -d).sum(axis=0, keepdims=True)
    onp.testing.assert_allclose(l, wanted, rtol=1e-6)
    onp.testing.assert_allclose(grad, -1 / (1 + onp.exp(d)), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize('hybridize', [False, True])
def test_hinge_is_the_sum_of_what_lacks_to_the_margin(hybridize):
    loss = d2l.HingeLossbRec()
    loss.hybridize(hybridize)
    l, grad = gradient(loss)
    assert l == 0 + 3 + 1 + 0 + 201  # distances 1.5, -2, 0, 200 and -200; margin 1
    assert grad.ravel().tolist() == [0, -1, -1, 0, -1]


def test_the_margin_of_a_hinge_is_an_argument():
    loss = d2l.HingeLossbRec()
    assert loss(np.array([2.]), np.array([.5]), 4) == 2.5
    assert loss(np.array([2.]), np.array([.5]), 2) == .5
