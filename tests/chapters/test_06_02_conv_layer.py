import numpy as onp
import pytest
from mxnet import autograd, np

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('6.2')


def test_corr2d_of_the_books_example(page):
    assert page.run()['corr2d(X, K)'] == [[19, 25], [37, 43]]


def test_kernel_answers_to_upright_edges_only(page):
    result = page.run()
    assert result['picture'] == [[1, 1, 0, 0, 0, 0, 1, 1]] * 6
    assert result['upright edges'] == [[0, 1, 0, 0, 0, -1, 0]] * 6
    assert result['the same kernel on the picture turned'] == [[0] * 5] * 8


def test_learning_prints_the_books_losses_and_kernel(page):
    result = page.run()
    losses = [round(loss, 3) for loss in result['loss after step'].values()]
    assert losses == [4.949, 0.831, 0.140, 0.024, 0.004]
    onp.testing.assert_allclose(result['learnt kernel'], [[0.9895, -0.9873705]],
                                rtol=1e-5)


def test_more_steps_bring_the_kernel_closer(page):
    result = page.run(num_steps=30)
    assert list(result['loss after step']) == list(range(2, 31, 2))
    onp.testing.assert_allclose(result['learnt kernel'], [[1, -1]], atol=1e-3)


@pytest.mark.parametrize('kernel_size', [(1, 2), (2, 1), (3, 2), (1, 1)])
@pytest.mark.parametrize('hybridize', [False, True])
def test_conv2d_is_corr2d_plus_bias(page, kernel_size, hybridize):
    layer = page.Conv2D(kernel_size)
    layer.initialize()
    layer.bias.set_data(np.array([0.5]))
    layer.hybridize(hybridize)
    X = np.random.normal(size=(5, 7))
    expected = d2l.corr2d(X, layer.weight.data()) + 0.5
    onp.testing.assert_allclose(layer(X).asnumpy(), expected.asnumpy(),
                                rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize('hybridize', [False, True])
def test_gradient_of_conv2d_is_the_sum_of_each_window(page, hybridize):
    layer = page.Conv2D((2, 2))
    layer.initialize()
    layer.hybridize(hybridize)
    X = np.arange(9).reshape(3, 3)
    with autograd.record():
        y = layer(X).sum()
    y.backward()
    # weight (0, 0) meets 0, 1, 3, 4; the next ones the windows to the right and below
    assert layer.weight.grad().tolist() == [[8, 12], [20, 24]]
    assert layer.bias.grad().tolist() == [4]
