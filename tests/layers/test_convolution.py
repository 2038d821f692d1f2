"""Convolutions as products, and by frequencies: as MXNet's own, and NumPy's."""
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


@pytest.mark.parametrize('kernel_size, size', [((3, 3), (7, 4)), ((1, 5), (3, 6)),
                                               ((5, 3), (4, 4))])
def test_by_frequencies_outputs_and_gradients_are_those_of_a_convolution(kernel_size,
                                                                         size):
    X = np.random.normal(size=(4, 2, *size))
    ours = d2l.FourierConv2D(3, kernel_size, size, in_channels=2)
    theirs = nn.Conv2D(3, kernel_size, in_channels=2, use_bias=False,
                       padding=tuple(n // 2 for n in kernel_size))
    found = []
    for net in (ours, theirs):
        net.initialize()
        net.weight.set_data(np.cos(np.arange(net.weight.data().size)).reshape(
            net.weight.shape))
        X.attach_grad()
        with autograd.record():
            Y = net(X)
            l = (Y * np.cos(np.arange(Y.size)).reshape(Y.shape)).sum()
        l.backward()
        found.append([array.asnumpy() for array in (Y, X.grad, net.weight.grad())])
    for a, b in zip(*found):
        # transforms add up to 63 numbers of size 1, in another order
        onp.testing.assert_allclose(a, b, rtol=1e-5, atol=3e-5)


def test_its_products_are_those_of_a_real_transform():
    """By NumPy: forth, times the conjugate, and back; and how many they are."""
    rng = onp.random.RandomState(0)
    X, K = rng.normal(size=(2, 1, 6, 4)), rng.normal(size=(1, 1, 3, 3))
    layer = d2l.FourierConv2D(1, (3, 3), (6, 4), in_channels=1)
    layer.initialize()
    layer.weight.set_data(np.array(K, 'float32'))
    Y = onp.fft.irfft2(onp.fft.rfft2(X, s=(8, 6)) * onp.fft.rfft2(K, s=(8, 6)).conj(),
                       s=(8, 6))
    onp.testing.assert_allclose(layer(np.array(X, 'float32')).asnumpy(),
                                onp.roll(Y, (1, 1), (2, 3))[..., :6, :4], atol=1e-5)
    # 8 x 4 frequencies: two pictures forth, a kernel, four products each, and back
    assert d2l.multiply_adds(layer, np.zeros((2, 1, 6, 4))) == (
        2 * 24 * 64 + 9 * 128 + 2 * 32 * 4 + 2 * 64 * 24)


def test_by_frequencies_it_keeps_the_contract():
    d2l.check_hybrid_block(
        lambda: d2l.FourierConv2D(3, (3, 5), (4, 5), in_channels=2),
        (np.random.normal(size=(2, 2, 4, 5)),))


def test_kernels_of_even_sides_are_refused():
    with pytest.raises(ValueError, match=r'pair of odd numbers.* got \(3, 4\)'):
        d2l.FourierConv2D(1, (3, 4), (8, 8), in_channels=1)
