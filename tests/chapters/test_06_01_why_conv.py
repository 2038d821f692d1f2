import numpy as onp
import pytest
from matplotlib import pyplot as plt
from mxnet import np


@pytest.fixture
def page(section):
    return section('6.1')


def test_megapixel_picture_needs_the_books_billion_weights(page):
    counts = page.run()['parameters']
    assert counts['dense, to the hidden units'] == 10 ** 6 * 10 ** 3
    assert counts['dense, to a hidden image'] == 10 ** 6 * 10 ** 6
    # offsets from -999 to 999 on each axis; then from -1 to 1
    assert counts['with translation invariance'] == 1999 ** 2
    assert counts['with locality too'] == 9


def test_conv_is_the_double_sum_over_offsets(page):
    rng = onp.random.RandomState(0)
    X, V = rng.normal(size=(6, 7)), rng.normal(size=(5, 5))
    expected = onp.zeros((6, 7))
    for i, j in onp.ndindex(6, 7):
        for a, b in onp.ndindex(5, 5):
            k, l = i + a - 2, j + b - 2
            if 0 <= k < 6 and 0 <= l < 7:
                expected[i, j] += V[a, b] * X[k, l]
    H = page.conv(np.array(X), np.array(V))
    onp.testing.assert_allclose(H.asnumpy(), expected, rtol=1e-5, atol=1e-6)


def test_dense_is_the_double_sum_over_pixels(page):
    rng = onp.random.RandomState(0)
    X, W = rng.normal(size=(3, 4)), rng.normal(size=(3, 4, 3, 4))
    H = page.dense(np.array(X), np.array(W))
    onp.testing.assert_allclose(H.asnumpy(), onp.einsum('ijkl,kl->ij', W, X),
                                rtol=1e-5, atol=1e-6)


def test_shift_commutes_with_the_convolution_and_not_with_the_dense_layer(page):
    result = page.run()['translation invariance']
    assert result['convolution: H moved, less H of X moved'] == 0
    # sums of five weights of standard deviation 0.1: the 256 differences reach 0.3
    assert result['dense layer: H moved, less H of X moved'] > 0.3
    # the corner moved to (4, 5); the centre of 3 x 3 pixels is one further
    assert result["strongest response, at Waldo's centre"] == (5, 6)


def test_pixel_reaches_a_window_of_the_convolution_and_all_of_the_dense_layer(page):
    assert page.locality(delta=1) == {'convolution': 9, 'dense layer': 16 ** 2}
    assert page.locality(delta=2)['convolution'] == 25


def test_convolution_equals_scipys_and_commutes(page):
    signal = pytest.importorskip('scipy.signal', reason='needs scipy')
    rng = onp.random.RandomState(0)
    f, g = rng.normal(size=(4, 5)), rng.normal(size=(3, 2))
    ours = page.convolve(np.array(f), np.array(g)).asnumpy()
    onp.testing.assert_allclose(ours, signal.convolve2d(f, g), rtol=1e-4, atol=1e-5)
    result = page.run()['convolution']
    assert result['f * g'] == result['g * f']
    # by hand: (f * g)[1, 1] = 1*3 + 2*2 + 4*1 + 5*0
    assert result['f * g'][1][1] == 11


def test_sum_over_channels_is_gluons_convolutional_layer(page):
    result = page.run()['channels']
    assert result['shape of V'] == [3, 3, 3, 4]
    assert result['parameters'] == 3 * 3 * 3 * 4
    assert result['shape of H'] == [16, 16, 4]
    assert result['largest difference from Conv2D'] < 1e-6


def test_figure_shows_two_pictures_and_four_hidden_images(page):
    page.run()
    titles = [axes.get_title() for axes in plt.gcf().axes]
    assert len(titles) == 6 and all(titles)
