import numpy as onp
import pytest
from matplotlib import pyplot as plt
from mxnet import init, np

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('21.2')


@pytest.mark.parametrize('variant, function', [
    ('tanh', onp.tanh), ('sigmoid', lambda x: 1 / (1 + onp.exp(-x))),
    ('relu', lambda x: onp.maximum(x, 0)),
    ('leaky', lambda x: onp.where(x > 0, x, x / 100)), ('linear', lambda x: x)])
def test_a_network_is_its_formula(page, variant, function):
    net = page.build_net(variant, 3)
    net.initialize(init.Normal(1))
    X = onp.random.RandomState(0).normal(size=(4, 2)).astype('float32')
    Y = net(np.array(X)).asnumpy()
    W1, b1, W2, b2 = (param.data().asnumpy() for param in net.collect_params().values())
    onp.testing.assert_allclose(Y, function(X @ W1.T + b1) @ W2.T + b2, rtol=1e-4,
                                atol=1e-6)


def test_two_linear_layers_are_their_product(page):
    net = page.build_net('linear', 2)
    net.initialize()
    net(np.ones((1, 2)))
    first, second = net
    first.weight.set_data(np.array([[1, 2], [3, 4]]))
    first.bias.set_data(np.array([1, -1]))
    second.weight.set_data(np.array([[1, -1]]))
    second.bias.set_data(np.array([.5]))
    w, b = page.collapse(net)
    # (1 - 3, 2 - 4), and 1 - -1 + 1/2
    assert w.tolist() == [[-2, -2]] and b.tolist() == [2.5]
    X = onp.random.RandomState(0).normal(size=(9, 2)).astype('float32')
    assert page.distance_from_one_layer(net, X) < 1e-6


def test_what_is_not_linear_is_far_from_one_layer(page):
    net = page.build_net('tanh', 4)
    net.initialize(init.Normal(2))
    net(np.ones((1, 2)))
    scores = net(np.array(d2l.flower(50)[0]))
    W1, b1, W2, b2 = (param.data() for param in net.collect_params().values())
    one = np.dot(np.array(d2l.flower(50)[0]), np.dot(W2, W1).T) + np.dot(W2, b1) + b2
    assert float(abs(scores - one).max() / abs(scores).max()) > .1


def test_symmetry_is_broken_by_chance_alone(page):
    data = d2l.flower(100)
    row = page.measure_symmetry(data, 4, num_epochs=3, lr=.5, batch_size=50)
    assert row['spread, zero'] == 0 and row['spread, constant'] < 1e-6
    assert row['spread, chance'] > .1
    # units of weight zero are told nothing, so that all points get one score
    assert row['acc, zero'] in (pytest.approx(data[1].mean()),
                                pytest.approx(1 - data[1].mean()))


def test_activations_are_drawn_with_their_derivatives(page):
    page.show_activations()
    lines = {plt.figure(n).axes[0].get_title(): plt.figure(n).axes[0].lines
             for n in plt.get_fignums()}
    x = lines['tanh'][0].get_xdata()
    away = abs(x) > .01  # ReLUs have no derivative at 0
    for name, slope in {
            'tanh': 1 - onp.tanh(x) ** 2, 'relu': x > 0,
            'sigmoid': onp.exp(-x) / (1 + onp.exp(-x)) ** 2,
            'leaky': onp.where(x > 0, 1, .01)}.items():
        onp.testing.assert_allclose(lines[name][1].get_ydata()[away], slope[away],
                                    rtol=1e-4, atol=1e-6)


def test_a_claim_holds_or_not_by_what_was_measured(page):
    good = {'spread, zero': [0], 'spread, constant': [0], 'spread, chance': [1.],
            'acc, zero': [.5], 'acc, constant': [.5], 'acc, chance': [.9],
            'distance from one layer': [1e-7], 'acc, linear': [.6], 'acc, tanh': [.9],
            'loss, sigmoid': [.6], 'loss, tanh': [.4], 'loss, relu': [.3],
            'loss, leaky': [.2]}
    assert [row['holds'] for row in page.claims(good)] == [True] * 5
    for name, value, number in (
            ('spread, constant', .1, 0), ('acc, zero', .9, 0),
            ('distance from one layer', .1, 1), ('loss, tanh', .7, 2),
            ('loss, leaky', .35, 4)):
        holds = [row['holds'] for row in page.claims({**good, name: [value]})]
        assert holds == [i != number for i in range(5)]


def test_the_smoke_run_draws_what_it_learnt(smoke_run):
    smoke = smoke_run('21.2')
    assert smoke.result['claims'][1]['measured']['distance from one layer'][0] < 1e-5
    assert len(smoke.figures) == 4 + 1 + 5
