import mxnet as mx
import numpy as onp
import pytest
from mxnet import autograd, np, npx
from mxnet.gluon import nn

import d2lmx as d2l


class Mode(nn.HybridBlock):
    def hybrid_forward(self, F, X):
        return d2l.is_training(F, X)


@pytest.mark.parametrize('hybridize', [False, True])
def test_the_mode_is_asked_anew_at_each_call(hybridize):
    net, X = Mode(), np.zeros((2, 3))
    net.hybridize(hybridize, static_alloc=True, static_shape=True)
    for _ in range(2):
        assert net(X).tolist() == [[False] * 3] * 2
        with autograd.train_mode():
            assert net(X).tolist() == [[True] * 3] * 2


def test_the_shape_is_that_of_an_array_or_of_what_depends_on_parameters_alone():
    assert d2l.shape_of(np.zeros((2, 3))) == (2, 3)
    param = mx.gluon.Parameter('W', shape=(4, 3))
    turned = mx.symbol.np.transpose(param.var())
    assert d2l.shape_of(turned) == (3, 4)


class Averages(nn.HybridBlock):
    """X times scale; its averages become those that are passed."""

    def __init__(self):
        super().__init__()
        self.scale = self.params.get('scale', shape=(2,), init='ones')
        self.mean = self.params.get('mean', shape=(2,), init='zeros', grad_req='null')
        self.var = self.params.get('var', shape=(2,), init='ones', grad_req='null')

    def hybrid_forward(self, F, X, new_mean, new_var, scale, mean, var):
        return X * d2l.assign_averages(F, scale, mean, var, new_mean, new_var)


@pytest.mark.parametrize('hybridize', [False, True])
def test_averages_are_assigned_by_a_backward_pass_in_training_alone(hybridize):
    net = Averages()
    net.initialize()
    net.hybridize(hybridize, static_alloc=True, static_shape=True)
    X = np.array([[1.0, 2.0], [3.0, 4.0]])
    new_mean, new_var = np.array([-3.0, 5.0]), np.array([0.25, 9.0])
    assert net(X, new_mean, new_var).tolist() == X.tolist()
    for train_mode, mean, var in ((False, [0, 0], [1, 1]), (True, [-3, 5], [0.25, 9])):
        with autograd.record(train_mode=train_mode):
            Y = net(X, new_mean, new_var)
        Y.backward()
        npx.waitall()  # reading a running average waits for no backward pass
        # of sums and differences with a standard deviation
        onp.testing.assert_allclose(net.mean.data().asnumpy(), mean, rtol=1e-6)
        onp.testing.assert_allclose(net.var.data().asnumpy(), var, rtol=1e-6)
        assert Y.tolist() == X.tolist()
        assert net.scale.grad().tolist() == [4, 6]  # as if it were X * scale
