import mxnet as mx
import numpy as onp
import pytest
from mxnet import autograd, np
from mxnet.gluon import nn

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('5.2')


def test_run_prints_the_books_numbers(page):
    result = page.run()
    # eight printed digits, of which other builds of MXNet may change the last
    near = dict(rtol=1e-5)
    onp.testing.assert_allclose(result['net(X)'], [[0.0054572], [0.00488594]], **near)
    onp.testing.assert_allclose(  # sums of terms of both signs cancel: fewer digits
        result['rgnet(X)'][0],
        [-6.3465846e-09, -1.1096752e-09, 6.4161787e-09, 6.6354140e-09, -1.1265507e-09,
         1.3284951e-10, 9.3619388e-09, 3.2229084e-09, 5.9429879e-09, 8.8181435e-09],
        rtol=1e-4)
    onp.testing.assert_allclose(
        result['Normal(0.01), first row of net[0]'],
        [-0.00324057, -0.00895028, -0.00698632, 0.01030831], **near)
    onp.testing.assert_allclose(
        result['Xavier, first row of net[0]'],
        [-0.17594433, 0.02314097, -0.1992535, 0.09509248], **near)
    onp.testing.assert_allclose(
        result['MyInit, first rows of net[0]'],
        [[0, 0, 0, 8.522827], [0, -8.828651, 0, -5.6012006]], **near)
    onp.testing.assert_allclose(
        result['set by hand, first row of net[0]'], [42, 1, 1, 9.522827], **near)


def test_run_names_parameters_as_the_book_prints_them(page, capsys):
    nn.Dense(1)  # a layer made before must not shift the names
    result = page.run()
    assert result['params of net[1]'] == {'dense1_weight': (1, 8), 'dense1_bias': (1,)}
    assert list(result['params of net']) == [
        'dense0_weight', 'dense0_bias', 'dense1_weight', 'dense1_bias']
    assert list(result['params of rgnet'])[::17] == ['dense2_weight', 'dense10_bias']
    assert capsys.readouterr().out == (
        'Init dense0_weight (8, 4)\nInit dense1_weight (1, 8)\n')


def test_fresh_parameters_are_small_weights_zero_biases_and_zero_gradients(page):
    result = page.run()
    assert result['net[1].bias']['value'] == result['value by name'] == [0]
    assert result['gradient of net[1].weight'] == [[0] * 8]
    assert result['rgnet[0][1][0].bias'] == [0] * 32


def test_nested_network_has_nine_layers_and_its_sizes_follow(page):
    shapes = [tuple(shape) for shape in page.run()['params of rgnet'].values()]
    assert shapes == [(32, 4), (32,), (16, 32), (16,)] + 3 * [
        (32, 16), (32,), (16, 32), (16,)] + [(10, 16), (10,)]


def test_constant_initializer_fills_weights_and_leaves_biases_zero(page):
    result = page.run()
    assert result['Constant(1), first row of net[0]'] == [1] * 4
    assert result['Constant(42), net[1]'] == [[42] * 8]


def test_my_init_gives_zero_half_the_time_and_else_a_value_from_5_to_10(page):
    layer = nn.Dense(100, in_units=100)
    layer.initialize(page.MyInit())
    values = onp.abs(layer.weight.data().asnumpy())
    zeros = values == 0
    assert ((5 <= values) & (values < 10) | zeros).all()
    # 10,000 draws of chance 1/2: standard deviation 0.005, four of them allowed
    assert zeros.mean() == pytest.approx(0.5, abs=0.02)
    assert (layer.bias.data() == 0).all()


def test_tied_layers_stay_equal_when_one_changes(page):
    result = page.run()['tied layers']
    assert result == {'equal': [True] * 8, 'equal after a change of net[1]': [True] * 8}


def test_tied_layers_are_one_parameter_with_the_sum_of_both_gradients(page):
    tied = page.tied_net()
    free = nn.HybridSequential()
    free.add(*(nn.Dense(8, activation='relu') for _ in range(3)), nn.Dense(10))
    X = np.random.uniform(size=(2, 20))
    gradients = []
    for net in (tied, free):
        net.initialize(mx.init.Xavier())
        net(X)
    for ours, theirs in zip(free, tied):
        ours.weight.set_data(theirs.weight.data())
    for net in (tied, free):
        with autograd.record():
            y = net(X).sum()
        y.backward()
        gradients.append([layer.weight.grad().asnumpy() for layer in net])
    assert len(tied.collect_params().keys()) == 6
    assert len(free.collect_params().keys()) == 8
    onp.testing.assert_allclose(
        gradients[0][1], gradients[1][1] + gradients[1][2], rtol=1e-5, atol=1e-7)


def test_tied_network_keeps_the_contract(page):
    d2l.check_hybrid_block(page.tied_net, (np.random.uniform(size=(2, 20)),))
