import mxnet as mx
import numpy as onp
import pytest
from mxnet import autograd, np
from mxnet.gluon import nn

import d2lmx as d2l


@pytest.mark.parametrize('options', [{}, dict(use_1x1conv=True, strides=2)])
def test_it_keeps_the_contract(options):
    X = np.random.normal(size=(3, 4, 7, 7))
    d2l.check_hybrid_block(lambda: d2l.Residual(4, **options), (X,))


def test_a_stride_of_two_halves_odd_sizes_rounding_up():
    blk = d2l.Residual(6, use_1x1conv=True, strides=2)
    blk.initialize()
    assert blk(np.ones((4, 3, 7, 5))).shape == (4, 6, 4, 3)


def test_a_branch_without_weights_leaves_the_relu_of_the_input():
    blk = d2l.Residual(3)
    blk.initialize(mx.init.Zero())
    X = np.random.normal(size=(4, 3, 6, 6))
    onp.testing.assert_array_equal(blk(X).asnumpy(), onp.maximum(X.asnumpy(), 0))


def test_the_books_own_network_of_plain_blocks_works():
    net = nn.Sequential()
    net.add(d2l.Residual(4, use_1x1conv=True, strides=2), d2l.Residual(4), nn.Dense(2))
    net.initialize()
    assert net(np.ones((2, 1, 8, 8))).shape == (2, 2)


@pytest.mark.torch
@pytest.mark.parametrize('hybridize', [False, True])
@pytest.mark.parametrize('use_1x1conv,strides', [(False, 1), (True, 1), (True, 2)])
def test_outputs_and_gradients_are_those_of_torch(
        torch, use_1x1conv, strides, hybridize):
    from d2lmx.parity.twins.ch07.s06_resnet import Residual
    num_channels = 6 if use_1x1conv else 3
    blk = d2l.Residual(num_channels, use_1x1conv, strides)
    twin = Residual(3, num_channels, use_1x1conv, strides)
    X = np.random.normal(size=(4, 3, 8, 8))
    blk.initialize(mx.init.Xavier())
    blk(X)
    blk.hybridize(hybridize, static_alloc=True, static_shape=True)
    params = {name.replace('gamma', 'weight').replace('beta', 'bias'): param
              for name, param in blk._collect_params_with_prefix().items()
              if param.grad_req != 'null'}
    twins = dict(twin.named_parameters())
    assert set(params) == set(twins)
    with torch.no_grad():
        for name, theirs in twins.items():
            theirs.copy_(torch.from_numpy(params[name].data().asnumpy()))
    weights = np.random.normal(size=blk(X).shape)
    X.attach_grad()
    with autograd.record():
        Y = blk(X)
        l = (Y * weights).sum()
    l.backward()
    X_twin = torch.from_numpy(X.asnumpy()).requires_grad_()
    Y_twin = twin(X_twin)
    (Y_twin * torch.from_numpy(weights.asnumpy())).sum().backward()
    # single precision, by other algorithms for the convolutions; biases before a
    # batch normalization have gradients of 0, up to rounding of sums over 256 values
    onp.testing.assert_allclose(Y.asnumpy(), Y_twin.detach().numpy(),
                                rtol=1e-4, atol=1e-5)
    onp.testing.assert_allclose(X.grad.asnumpy(), X_twin.grad.numpy(),
                                rtol=1e-3, atol=1e-4)
    for name, theirs in twins.items():
        onp.testing.assert_allclose(params[name].grad().asnumpy(), theirs.grad.numpy(),
                                    rtol=1e-3, atol=1e-4, err_msg=name)


@pytest.mark.parametrize('num_classes', [None, 0, 2.5, '10'])
def test_a_number_of_classes_is_needed(num_classes):
    with pytest.raises(ValueError, match=f'num_classes must .* got {num_classes!r}'):
        d2l.resnet18(num_classes)
