import csv
import json
from pathlib import Path

import mxnet as mx
import numpy as onp
import pandas as pd
import pytest
from mxnet import gluon, np
from mxnet.gluon import nn

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('13.13')


def small_net(seed=0):
    d2l.set_seed(seed)
    net = nn.HybridSequential()
    net.add(nn.Dense(3))
    net.initialize(mx.init.Normal(.5))
    net(np.zeros((1, 4)))
    return net


def test_the_network_is_that_of_12_6_for_coloured_pictures(page, section):
    ours, theirs = (d2l.summary(p.build_net(), *p.example_inputs())[-1][2]
                    for p in (page, section('12.6')))
    assert ours - theirs == 64 * 2 * 9  # two channels more in the first windows
    assert page.get_net([mx.cpu()], 4)(np.zeros((2, 3, 32, 32))).shape == (2, 4)


def test_initial_weights_are_xaviers(page):
    net = page.get_net([mx.cpu()])
    net(np.zeros((1, 3, 32, 32)))
    weight = net[0].weight.data().asnumpy()
    bound = (6 / (3 * 9 + 64 * 9)) ** .5  # uniform, over the mean of both fans
    assert .98 * bound < abs(weight).max() <= bound


def test_training_is_sgd_with_momentum_decay_and_a_falling_rate(page):
    rng = onp.random.RandomState(0)
    X, y = rng.normal(size=(6, 4)).astype('float32'), onp.array([0, 1, 2, 0, 1, 1])
    net = small_net()
    W, b = (net[0].weight.data().asnumpy().astype('float64'),
            net[0].bias.data().asnumpy().astype('float64'))
    batches = [(np.array(X), np.array(y, dtype='int32'))] * 2
    page.train(net, batches, None, num_epochs=5, lr=.4, wd=.01, devices=[mx.cpu()],
               lr_period=2, lr_decay=.5)
    momentum_W, momentum_b = 0, 0
    for epoch in range(5):
        lr = .4 * [1, 1, .5, .5, .25][epoch]
        for _ in batches:
            scores = X @ W.T + b
            p = onp.exp(scores) / onp.exp(scores).sum(axis=1, keepdims=True)
            error = (p - onp.eye(3)[y]) / len(y)
            momentum_W = .9 * momentum_W - lr * (error.T @ X + .01 * W)
            momentum_b = .9 * momentum_b - lr * (error.sum(axis=0) + .01 * b)
            W, b = W + momentum_W, b + momentum_b
    # float32 against float64, over ten steps
    onp.testing.assert_allclose(net[0].weight.data().asnumpy(), W, rtol=1e-4, atol=1e-5)
    onp.testing.assert_allclose(net[0].bias.data().asnumpy(), b, rtol=1e-4, atol=1e-5)


def test_validation_is_of_all_pictures_and_only_where_there_are_any(page, capsys):
    net = small_net()
    X, y = np.eye(4), np.array([0, 1, 2, 0], dtype='int32')
    batches, rest = [(X, y)], [(X[:3], y[:3]), (X[3:], y[3:])]
    options = dict(num_epochs=2, lr=0, wd=0, devices=[mx.cpu()], lr_period=4,
                   lr_decay=.9)
    history = page.train(net, batches, rest, **options)
    right = (net(X).argmax(axis=1).astype('int32') == y).astype('float32').mean()
    assert history['valid acc'] == pytest.approx(float(right))
    assert ', valid acc ' in capsys.readouterr().out
    assert 'valid acc' not in page.train(net, batches, None, **options).series
    assert 'valid acc' not in capsys.readouterr().out
