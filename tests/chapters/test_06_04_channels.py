import numpy as onp
import pytest
from mxnet import np
from mxnet.gluon import nn


@pytest.fixture
def page(section):
    return section('6.4')


def test_run_shows_the_books_numbers(page):
    result = page.run()
    assert result['multiple input channels'] == [[56, 72], [104, 120]]
    assert result['multiple output channels'] == {
        'shape of K': [3, 2, 2, 2],
        'Y': [[[56, 72], [104, 120]], [[76, 100], [148, 172]], [[96, 128], [192, 224]]]}


def test_one_by_one_convolution_is_a_dense_layer_over_channels(page):
    # the book's own bound on the sum of 18 differences
    assert page.run()['1 x 1 convolution, difference from a dense layer'] < 1e-6
    X = np.array([[[1.0, 2.0]], [[3.0, 4.0]], [[5.0, 6.0]]])  # (3, 1, 2)
    K = np.array([[1.0, 0.0, 2.0], [0.0, 1.0, -1.0]]).reshape(2, 3, 1, 1)
    assert page.corr2d_multi_in_out_1x1(X, K).tolist() == [[[11, 14]], [[-2, -2]]]


def test_multiple_channels_equal_gluons_layer(page):
    layer = nn.Conv2D(4, kernel_size=(3, 2), in_channels=5, use_bias=False)
    layer.initialize('normal')
    X = np.random.normal(size=(5, 6, 7))
    Y = page.corr2d_multi_in_out(X, layer.weight.data())
    onp.testing.assert_allclose(Y.asnumpy(), layer(X[None])[0].asnumpy(),
                                rtol=1e-4, atol=1e-6)


def test_kernel_of_other_size_than_the_picture_is_refused(page):
    with pytest.raises(ValueError, match='larger than the input'):
        page.corr2d_multi_in(np.ones((2, 3, 3)), np.ones((2, 4, 1)))
