"""What the tests of exported networks share."""
import mxnet as mx
import numpy as onp
import pytest
from mxnet import np
from mxnet.gluon import nn

from d2lmx import load_onnx
from d2lmx.export.symbol import flatten


class Lambda(nn.HybridBlock):
    """The network that is one expression, f(F, X, ...)."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def hybrid_forward(self, F, X, *more):
        return self.function(F, X, *more)


def random_net(net, *inputs):
    """The net with random weights, and random statistics in batch normalization."""
    net.initialize(mx.init.Uniform(.5))
    net(*inputs)
    for name, param in net.collect_params().items():
        if name.endswith(('gamma', 'running_var')):
            param.set_data(np.random.uniform(.5, 1.5, param.shape))
        elif name.endswith(('beta', 'running_mean')):
            param.set_data(np.random.uniform(-.5, .5, param.shape))
    return net


def compare_outputs(path, net, *inputs):
    """The file's outputs are the network's, on inputs that its export has not seen."""
    actual = load_onnx(path)(*(X.asnumpy() for X in flatten(inputs)))
    expected = flatten(net(*inputs))
    actual = actual if isinstance(actual, list) else [actual]
    assert len(actual) == len(expected)
    for a, b in zip(actual, expected):
        assert a.dtype == b.dtype
        # float32 sums in another order
        onp.testing.assert_allclose(a, b.asnumpy(), rtol=1e-5, atol=1e-5)


@pytest.fixture
def expression():
    """The class of networks that are one expression."""
    return Lambda


@pytest.fixture
def initialized():
    """``initialized(net, *inputs)``: the net with random weights and statistics."""
    return random_net


@pytest.fixture
def assert_same():
    """``assert_same(path, net, *inputs)``: a file gives the network's outputs."""
    return compare_outputs
