"""The book's framework-neutral spellings, in cells of its kind."""
import numpy as onp
import pytest
from matplotlib import pyplot as plt
from mxnet import np

import d2lmx as d2l

X = np.array([[1., 2., 3.], [4., 5., 6.]])


def test_plt_is_pyplot():
    assert d2l.plt is plt


@pytest.mark.parametrize('cell,values', [
    (lambda: d2l.tensor([[1, 2]]), [[1, 2]]),
    (lambda: d2l.zeros((2, 1)), [[0], [0]]),
    (lambda: d2l.ones(2), [1, 1]),
    (lambda: d2l.eye(2), [[1, 0], [0, 1]]),
    (lambda: d2l.arange(1, 7, 2), [1, 3, 5]),
    (lambda: d2l.linspace(0, 1, 3), [0, .5, 1]),
    (lambda: d2l.reshape(X, (3, 2)), [[1, 2], [3, 4], [5, 6]]),
    (lambda: d2l.reshape(X, -1), [1, 2, 3, 4, 5, 6]),
    (lambda: d2l.transpose(X), [[1, 4], [2, 5], [3, 6]]),
    (lambda: d2l.concat([X, X[:1]], 0), [[1, 2, 3], [4, 5, 6], [1, 2, 3]]),
    (lambda: d2l.concat((X, X[:, :1]), axis=1), [[1, 2, 3, 1], [4, 5, 6, 4]]),
    (lambda: d2l.stack([X[0], X[1]], axis=1), [[1, 4], [2, 5], [3, 6]]),
    (lambda: d2l.matmul(X, d2l.ones((3, 1))), [[6], [15]]),
    (lambda: d2l.reduce_sum(X, 0), [5, 7, 9]),
    (lambda: d2l.reduce_sum(X, 1, keepdims=True), [[6], [15]]),
    (lambda: d2l.argmax(X, axis=1), [2, 2]),
    (lambda: d2l.abs(-X[0]), [1, 2, 3]),
    (lambda: d2l.meshgrid(np.arange(2), np.arange(3))[0], [[0, 1]] * 3),
    (lambda: d2l.astype(np.array([1.7, 2.2]), d2l.int32), [1, 2])])
def test_spelling_gives_the_values(cell, values):
    assert cell().tolist() == values


@pytest.mark.parametrize('name', ['sin', 'cos', 'sinh', 'cosh', 'tanh', 'exp', 'log'])
def test_functions_are_the_mathematical_ones(name):
    x = onp.array([.5, 1., 2.], dtype='float32')
    onp.testing.assert_allclose(getattr(d2l, name)(np.array(x)).asnumpy(),
                                getattr(onp, name)(x), rtol=1e-6)


def test_size_counts_elements_and_numpy_leaves_mxnet():
    assert d2l.size(X) == 6
    assert type(d2l.numpy(X)) is onp.ndarray and d2l.numpy(X).tolist() == X.tolist()


def test_random_numbers_have_the_shape_asked_for():
    assert d2l.normal(0, 1, (2, 3)).shape == d2l.rand(2, 3).shape == (2, 3)
    values = d2l.normal(5, .1, size=(1000,))
    # the mean of 1000 draws is within 5 standard errors
    assert float(values.mean()) == pytest.approx(5, abs=5 * .1 / 1000 ** .5)


def test_types_name_what_arrays_hold():
    assert d2l.astype(X, d2l.int32).dtype == 'int32'
    assert d2l.tensor([1], dtype=d2l.float32).dtype == 'float32'
