"""Attention to channels and places: by NumPy and by hand; gradients are its twin's."""
import numpy as onp
import pytest
from mxnet import autograd, init, np
from mxnet.gluon import nn

import d2lmx as d2l


def sigmoid(x):
    return 1 / (1 + onp.exp(-x))


def made(block, X):
    """The block with drawn weights and biases, and its output for X, NumPy's."""
    block.initialize(init.Uniform(1))
    for param in block.collect_params('.*bias').values():
        param.initialize(init.Uniform(1), force_reinit=True)
    return block(np.array(X)).asnumpy()


def mlp(layers, z):
    """What the two dense layers make of z (batch, channels)."""
    W1, b1, W2, b2 = (param.data().asnumpy() for layer in layers
                      for param in (layer.weight, layer.bias))
    return onp.maximum(z @ W1.T + b1, 0) @ W2.T + b2


@pytest.fixture
def X():
    return onp.random.RandomState(0).normal(size=(2, 6, 3, 5)).astype('float32')


def test_squeeze_and_excitation_is_its_equation(X):
    block = d2l.SqueezeExcitation(6, ratio=3)
    Y = made(block, X)
    s = sigmoid(mlp(block.excite, X.mean(axis=(2, 3))))
    assert block.excite[0].weight.shape == (2, 6)
    onp.testing.assert_allclose(Y, X * s[:, :, None, None], rtol=1e-5, atol=1e-6)


def test_channels_weigh_by_their_mean_and_their_largest_number(X):
    block = d2l.ChannelAttention(6, ratio=2)
    s = made(block, X)
    expected = sigmoid(sum(mlp(block.mlp, z) for z in (X.mean(axis=(2, 3)),
                                                       X.max(axis=(2, 3)))))
    onp.testing.assert_allclose(s, expected[:, :, None], rtol=1e-5)


def test_places_weigh_by_mean_and_largest_of_their_channels(X):
    block = d2l.SpatialAttention(3)
    M = made(block, X)
    K, b = block.conv.weight.data().asnumpy()[0], block.conv.bias.data().asnumpy()
    seen = onp.pad(onp.stack([X.mean(axis=1), X.max(axis=1)], axis=1),
                   [(0, 0), (0, 0), (1, 1), (1, 1)])
    expected = onp.zeros((2, 3, 5))
    for i in range(3):
        for j in range(5):
            expected[:, i, j] = (seen[:, :, i:i + 3, j:j + 3] * K).sum(axis=(1, 2, 3))
    onp.testing.assert_allclose(M[:, 0], sigmoid(expected + b), rtol=1e-5)


def test_cbam_weighs_channels_first_and_then_the_places_of_what_is_left(X):
    block = d2l.CBAM(6, ratio=2, kernel_size=3)
    Y = made(block, X)
    weights = block.channel(np.array(X))
    weighed = np.array(X) * np.expand_dims(weights, 3)
    expected = weighed * block.spatial(weighed)
    onp.testing.assert_allclose(Y, expected.asnumpy(), rtol=1e-5, atol=1e-7)
    other = np.array(X) * block.spatial(np.array(X))
    other = other * np.expand_dims(block.channel(other), 3)
    assert abs(other.asnumpy() - Y).max() > 1e-3


def test_one_number_of_each_channel_is_enough():
    X = onp.array([3., -2.], 'float32').reshape(1, 2, 1, 1)
    block = d2l.SqueezeExcitation(2, ratio=2)
    block.initialize(init.One())
    # relu(3 - 2) = 1 for both
    onp.testing.assert_allclose(block(np.array(X)).asnumpy().ravel(),
                                onp.array([3, -2]) / (1 + onp.exp(-1)), rtol=1e-6)


def test_places_learn_by_the_gradients_of_the_mean_and_of_the_largest(X):
    """While a gradient is recorded both are made otherwise: the equation's gradient."""
    block, x = d2l.SpatialAttention(1), np.array(X)
    block.initialize()
    (k_mean, k_largest), = block.conv.weight.data().asnumpy()[:, :, 0, 0]
    x.attach_grad()
    with autograd.record():
        M = block(x)
        l = M.sum()
    l.backward()
    onp.testing.assert_allclose(M.asnumpy(), block(x).asnumpy(), rtol=1e-6)
    slope = M.asnumpy() * (1 - M.asnumpy())
    is_largest = X == X.max(axis=1, keepdims=True)
    onp.testing.assert_allclose(x.grad.asnumpy(), slope * (
        k_mean / 6 + k_largest * is_largest), rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize('build', [
    lambda: d2l.SqueezeExcitation(4, 2), lambda: d2l.ChannelAttention(4, 2),
    lambda: d2l.SpatialAttention(3), lambda: d2l.CBAM(4, 2),
    # whose output is in oneDNN's layout: a slice of one channel ended the process
    lambda: d2l.sequence(nn.Conv2D(16, 3, padding=1), d2l.CBAM(16, 2))],
    ids=['squeeze', 'channels', 'places', 'both', 'after a convolution'])
def test_each_keeps_the_contract(build):
    d2l.check_hybrid_block(build, (np.random.normal(size=(2, 4, 5, 3)),))


def test_what_cannot_be_is_told():
    for ratio in (0, 9, 1.5):
        with pytest.raises(ValueError, match=f'between 1 and the 8 channels.* {ratio}'):
            d2l.CBAM(8, ratio)
    with pytest.raises(ValueError, match='kernel_size must be odd.* got 4'):
        d2l.SpatialAttention(4)
