"""The calls of chapter 8: each name in each section that uses it, on toy data.

Contexts of the CPU stand for GPUs.
"""
import re

import mxnet as mx
import numpy as onp
import pytest
from mxnet import autograd, gluon, init, nd
from mxnet.gluon import loss as gloss
from mxnet.gluon import nn

# the names that a section takes from the package, and does not define itself
USES = {'8.3': 'Benchmark', '8.4': 'evaluate_accuracy load_data_fashion_mnist sgd',
        '8.5': 'Residual evaluate_accuracy load_data_fashion_mnist'}
CTX = [mx.cpu(0), mx.cpu(1)]


def uses_all(d2l, section):
    return d2l.used >= set(USES[section].split())


def test_8_3_what_each_block_took_is_told_in_turn(d2l, capsys):
    x = nd.ones((30, 30))
    with d2l.Benchmark('Run on CPU.'):
        nd.dot(x, x).wait_to_read()
    with d2l.Benchmark('Then copy to it.'):
        x.copyto(mx.cpu(1)).wait_to_read()
    assert re.fullmatch(r'Run on CPU. time: \d+\.\d{4} sec\n'
                        r'Then copy to it. time: \d+\.\d{4} sec\n',
                        capsys.readouterr().out)
    assert uses_all(d2l, '8.3')


def test_8_4_copies_of_the_parameters_stay_one_and_learn_as_on_one_device(d2l):
    train_iter, test_iter = d2l.load_data_fashion_mnist(64)
    X, y = next(iter(train_iter))
    start = [nd.random.normal(scale=.01, shape=(784, 10)), nd.zeros(10)]
    loss = gloss.SoftmaxCrossEntropyLoss()

    def net(X, params):
        return nd.dot(X.reshape((-1, 784)), params[0]) + params[1]

    def trained(ctx):
        copies = [[param.copyto(device) for param in start] for device in ctx]
        parts = [gluon.utils.split_and_load(array, ctx) for array in (X, y)]
        for params in copies:
            for param in params:
                param.attach_grad()
        with autograd.record():
            ls = [loss(net(x, params), labels)
                  for x, labels, params in zip(*parts, copies)]
        for l in ls:
            l.backward()
        for i in range(len(start)):  # the page's allreduce
            total = sum(params[i].grad.as_in_context(ctx[0]) for params in copies)
            for params in copies:
                params[i].grad[:] = total.as_in_context(params[i].context)
        for params in copies:
            d2l.sgd(params, .2, X.shape[0])
        return copies

    (one,), two = trained(CTX[:1]), trained(CTX)
    for params in two:
        for param, alone in zip(params, one):
            onp.testing.assert_allclose(param.asnumpy(), alone.asnumpy(), atol=1e-6)
    accuracy = d2l.evaluate_accuracy([next(iter(test_iter))],
                                     lambda X: net(X, two[0]), CTX[0])
    X, y = next(iter(test_iter))
    right = net(X, one).asnumpy().argmax(1) == y.asnumpy()
    assert accuracy == pytest.approx(right.mean()) and uses_all(d2l, '8.4')


def test_8_5_accuracy_over_devices_is_that_of_one(d2l):
    net = nn.Sequential()
    net.add(nn.Conv2D(4, 3, 2), d2l.Residual(4), nn.GlobalAvgPool2D(), nn.Dense(10))
    net.initialize(init=init.Normal(sigma=.1), ctx=CTX)
    train_iter, test_iter = d2l.load_data_fashion_mnist(32)
    X, y = next(iter(train_iter))
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': .1})
    with autograd.record():
        ls = [gloss.SoftmaxCrossEntropyLoss()(net(x), labels) for x, labels in zip(
            *(gluon.utils.split_and_load(array, CTX) for array in (X, y)))]
    autograd.backward(ls)
    trainer.step(32)
    first, second = net[3].weight.list_data()
    onp.testing.assert_allclose(first.asnumpy(), second.asnumpy(), atol=1e-6)
    X, y = next(iter(test_iter))
    right = net(X.as_in_context(CTX[0])).asnumpy().argmax(1) == y.asnumpy()
    # each device has statistics of its own half: those of the first on both
    for param in net.collect_params('.*running').values():
        param.set_data(param.data(CTX[0]))
    assert d2l.evaluate_accuracy([(X, y)], net, CTX) == pytest.approx(right.mean())
    assert uses_all(d2l, '8.5')
