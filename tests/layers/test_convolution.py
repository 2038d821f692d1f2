"""A convolution of small pictures as a product: as MXNet's own, and PyTorch's."""
import numpy as onp
import pytest
from mxnet import autograd, np
from mxnet.gluon import nn

import d2lmx as d2l


@pytest.mark.parametrize('kernel_size', [(5, 1), (1, 3), (2, 3), (5, 3)])
def test_outputs_and_gradients_are_those_of_a_convolution(kernel_size):
    X = np.random.normal(size=(4, 1, 5, 3))
    ours = d2l.SmallConv2D(6, kernel_size, size=(5, 3))
    theirs = nn.Conv2D(6, kernel_size, in_channels=1)
    found = []
    for net in (ours, theirs):
        net.initialize()
        net.weight.set_data(np.cos(np.arange(net.weight.data().size)).reshape(
            net.weight.shape))
        net.bias.set_data(np.arange(6))
        X.attach_grad()
        with autograd.record():
            Y = net(X)
            l = (Y * np.cos(np.arange(Y.size)).reshape(Y.shape)).sum()
        l.backward()
        found.append([array.asnumpy() for array in (
            Y, X.grad, net.weight.grad(), net.bias.grad())])
    for a, b in zip(*found):
        # sums of up to 15 products and 60 places of size 1, in another order
        onp.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5)


def test_it_keeps_the_contract():
    d2l.check_hybrid_block(lambda: d2l.SmallConv2D(2, (2, 3), size=(3, 4)),
                           (np.random.normal(size=(2, 1, 3, 4)),))
