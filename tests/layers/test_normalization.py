"""The layer normalization that trains fast, against PyTorch's and Gluon's."""
import json

import numpy as onp
import pytest
from mxnet import autograd, gluon, np
from mxnet.gluon import nn

import d2lmx as d2l
from d2lmx.export import tracing

SHAPES = [(5, 3), (2, 4, 6), (2, 3, 2, 8)]


def trained(net, x, weights):
    """The output on x, and its gradients by x, gamma and beta."""
    net.initialize()
    gluon.Trainer(net.collect_params(), 'sgd')
    X = np.array(x)
    X.attach_grad()
    net(X)  # gamma and beta get their shapes
    for param, value in zip((net.gamma, net.beta), weights):
        param.set_data(np.array(value))
    with autograd.record():
        Y = net(X)
        l = (np.sin(Y) * np.arange(x.size).reshape(x.shape)).sum()
    l.backward()
    return [a.asnumpy() for a in (Y, X.grad, net.gamma.grad(), net.beta.grad())]


@pytest.mark.parametrize('compiled', [False, True], ids=['imperative', 'compiled'])
@pytest.mark.parametrize('shape', SHAPES, ids=str)
def test_output_and_gradients_equal_pytorch(torch, shape, compiled):
    rng = onp.random.RandomState(0)
    # far from 0, where a variance as a difference of squares would lose its digits
    x = (rng.randn(*shape) * 3 + 100).astype('float32')
    weights = rng.randn(2, shape[-1]).astype('float32')
    net = d2l.LayerNorm()
    if compiled:
        net.hybridize(static_alloc=True, static_shape=True)
    ours = trained(net, x, weights)
    port = torch.nn.LayerNorm(shape[-1])
    port.weight.data, port.bias.data = map(torch.tensor, weights)
    X = torch.tensor(x, requires_grad=True)
    Y = port(X)
    (torch.sin(Y) * torch.arange(x.size).reshape(shape)).sum().backward()
    theirs = [a.detach().numpy() for a in (Y, X.grad, port.weight.grad, port.bias.grad)]
    for a, b in zip(ours, theirs):
        # numbers near 100 have 7 digits, of which the mean takes two
        assert onp.allclose(a, b, rtol=1e-4, atol=1e-4 * abs(b).max())


def test_a_row_of_equal_numbers_becomes_beta():
    net = d2l.LayerNorm()
    net.initialize()
    gluon.Trainer(net.collect_params(), 'sgd')
    Y = net(np.full((2, 4), 7.0))
    assert Y.tolist() == [[0] * 4] * 2


@pytest.mark.parametrize('options', [dict(axis=1), dict(center=False, scale=False),
                                     dict(epsilon=0.5)], ids=str)
def test_gluon_s_options_mean_what_they_mean_there(options):
    x = onp.random.RandomState(0).randn(3, 4, 5).astype('float32')
    results = []
    for kind in (d2l.LayerNorm, nn.LayerNorm):
        net = kind(**options)
        net.initialize()
        gluon.Trainer(net.collect_params(), 'sgd')
        X = np.array(x)
        X.attach_grad()
        with autograd.record():
            Y = net(X)
            l = (Y ** 3).sum()
        l.backward()
        results.append((Y, X.grad))
    for a, b in zip(*results):
        assert abs(a - b).max() < 1e-4  # of numbers up to ten


@pytest.mark.parametrize('compiled', [False, True], ids=['imperative', 'compiled'])
def test_training_changes_no_bit_of_what_comes_after(compiled):
    X, results = np.random.normal(size=(3, 5)), []
    for trains in (True, False):
        net = d2l.LayerNorm()
        net.initialize()
        trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': 0})
        if compiled:
            net.hybridize()
        if trains:
            with autograd.record():
                l = net(X).sum()
            l.backward()
            trainer.step(1)
        results.append(net(X).asnumpy())
    assert (results[0] == results[1]).all()


def test_what_is_exported_is_one_operator():
    net = d2l.LayerNorm()
    net.initialize()
    gluon.Trainer(net.collect_params(), 'sgd')
    net.hybridize()
    X = np.ones((2, 3))
    with autograd.record():
        net(X)
    graph = json.loads(tracing.trace(net, (X,)).symbol.tojson())
    assert [node['op'] for node in graph['nodes'] if node['op'] != 'null'] == [
        'LayerNorm']
