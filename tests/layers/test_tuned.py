"""Tuned forms: the numbers and gradients of the sections' own functions."""
import numpy as onp
import pytest
from mxnet import autograd, np, npx

import d2lmx as d2l
from d2lmx.pages import sections

RECURRENT = {'8.5': ('rnn', 'get_params', 1), '9.1': ('gru', 'get_params', 1),
             '9.2': ('lstm', 'get_lstm_params', 2)}


def page(number):
    return sections.load(sections.find(number))


def results(forward, arrays, num_states):
    """Outputs and all gradients, in float64, of a sum with different weights."""
    arrays = [array.copy() for array in arrays]
    for array in arrays:
        array.attach_grad()
    states, params = arrays[1:1 + num_states], arrays[1 + num_states:]
    with autograd.record():
        Y, ends = forward(arrays[0], tuple(states), params)
        l = sum((A * np.cos(np.arange(A.size, dtype='float64')).reshape(A.shape)).sum()
                for A in (Y, *ends))
    l.backward()
    return [A.asnumpy() for A in (Y, *ends, *(array.grad for array in arrays))]


@pytest.mark.parametrize('number', RECURRENT)
def test_recurrent_function_gives_the_numbers_and_gradients_of_the_page(number):
    name, get_params, num_states = RECURRENT[number]
    params = getattr(page(number), get_params)(5, 4, npx.cpu())
    shapes = [(6, 2, 5)] + [(2, 4)] * num_states + [param.shape for param in params]
    arrays = [np.random.normal(size=shape, dtype='float64') for shape in shapes]
    ours = results(getattr(d2l, f'tuned_{name}'), arrays, num_states)
    pages = results(getattr(page(number), name), arrays, num_states)
    for a, b in zip(ours, pages):
        assert a.dtype == onp.float64 and abs(b).max() > 0.01
        onp.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize('number', RECURRENT)
def test_compiled_training_is_the_same_with_the_same_parameters(number):
    """Of more steps than a static graph adds gradients up for without care."""
    _, _, num_states = RECURRENT[number]
    X = np.random.randint(0, 28, size=(2, 20), dtype='int32')
    state = [np.random.normal(size=(2, 6)) for _ in range(num_states)]
    gradients = []
    for variant in ('scratch', 'tuned'):
        d2l.set_seed(1)
        net = page(number).build_net(variant, num_hiddens=6)
        for param in net.params:
            param[:] = np.random.normal(size=param.shape)
        net.hybridize(static_alloc=True, static_shape=True)
        for _ in range(2):
            with autograd.record():
                Y, _ = net(X, state)
                l = (Y * np.cos(np.arange(Y.size)).reshape(Y.shape)).sum()
            l.backward()
        gradients.append([param.grad.asnumpy() for param in net.params])
    for a, b in zip(*gradients):
        # float32 sums in another order
        onp.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5 * abs(b).max())


@pytest.mark.parametrize('hybridize', [False, True])
@pytest.mark.parametrize('shape', [(6, 3), (4, 3, 5, 2)])
def test_batch_norm_gives_the_numbers_gradients_and_averages_of_the_page(
        shape, hybridize):
    layers = [layer(3, num_dims=len(shape))
              for layer in (page('7.5').BatchNorm, d2l.TunedBatchNorm)]
    names = list(layers[0]._collect_params_with_prefix())
    assert names == list(layers[1]._collect_params_with_prefix())
    for layer in layers:
        layer.initialize()
        layer.cast('float64')
        layer.hybridize(hybridize, static_alloc=True, static_shape=True)
    for name in ('gamma', 'beta'):
        value = np.random.normal(size=(3,), dtype='float64')
        for layer in layers:
            getattr(layer, name).set_data(value)
    for _ in range(3):
        X = np.random.normal(3, 2, size=shape, dtype='float64')
        weights = np.random.normal(size=shape, dtype='float64')
        found = [trained(layer, X, weights) for layer in layers]
        for pages, ours in zip(*found):
            onp.testing.assert_allclose(ours, pages, rtol=1e-8, atol=1e-10)
    pages, ours = (layer(X).asnumpy() for layer in layers)  # by the averages
    onp.testing.assert_allclose(ours, pages, rtol=1e-8, atol=1e-10)


def trained(layer, X, weights):
    """Output, gradients and moving averages of a step in training."""
    X = X.copy()
    X.attach_grad()
    with autograd.record():
        Y = layer(X)
        l = (Y * weights).sum()
    l.backward()
    npx.waitall()  # reading a running average waits for no backward pass
    return [a.asnumpy() for a in (
        Y, X.grad, layer.gamma.grad(), layer.beta.grad(), layer.moving_mean.data(),
        layer.moving_var.data())]
