import numpy as onp
import pytest
from mxnet import np
from mxnet.gluon import nn


@pytest.fixture
def page(section):
    return section('6.5')


def test_run_shows_the_books_numbers(page):
    result = page.run()
    assert result['maximum'] == [[4, 5], [7, 8]]
    assert result['average'] == [[2, 3], [5, 6]]
    assert result['X'] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11], [12, 13, 14, 15]]
    assert list(result['padding and stride'].values()) == [
        [[10]], [[5, 7], [13, 15]], [[0, 3], [8, 11], [12, 15]]]
    assert result['two channels'] == [[[5, 7], [13, 15]], [[6, 8], [14, 16]]]


def test_maximum_pooling_still_answers_where_an_edge_moved_by_a_pixel(page):
    maps = page.edge_moved()
    still, moved = onp.array(maps['pooled']), onp.array(maps['pooled, moved'])
    edge = 2  # the edge's column
    assert (still[:, edge] == 1).all() and (moved[:, edge] == 1).all()


@pytest.mark.parametrize('mode, layer', [('max', nn.MaxPool2D), ('avg', nn.AvgPool2D)])
def test_pool2d_equals_gluons_layer_with_stride_1(page, mode, layer):
    X = np.random.normal(size=(5, 7))
    expected = layer((2, 3), strides=1)(X[None, None])[0, 0]
    onp.testing.assert_allclose(page.pool2d(X, (2, 3), mode).asnumpy(),
                                expected.asnumpy(), rtol=1e-5, atol=1e-6)


def test_pool2d_refuses_other_modes_and_windows_larger_than_the_input(page):
    with pytest.raises(ValueError, match="'max' or 'avg', got 'min'"):
        page.pool2d(np.ones((3, 3)), (2, 2), 'min')
    with pytest.raises(ValueError, match=r'\(4, 1\) is larger than the input \(3, 3\)'):
        page.pool2d(np.ones((3, 3)), (4, 1))
