import itertools

import pytest
from mxnet import np
from mxnet.gluon import nn


@pytest.fixture
def page(section):
    return section('6.3')


def test_output_shapes_are_the_books(page):
    assert page.run()['output shapes'] == {
        'kernel_size 3, padding 1': [8, 8],
        'kernel_size (5, 3), padding (2, 1)': [8, 8],
        'kernel_size 3, padding 1, strides 2': [4, 4],
        'kernel_size (3, 5), padding (0, 1), strides (3, 4)': [2, 2]}


def test_ten_layers_leave_200_of_240_pixels(page):
    assert page.run()['240 pixels after ten 5 x 5 layers'] == 200


def test_formula_gives_the_sizes_that_gluon_gives(page):
    X = np.ones((9, 12))
    for k, padding, s in itertools.product((1, 2, 5), (0, 1, 2), (1, 2, 3)):
        Y = page.comp_conv2d(nn.Conv2D(1, kernel_size=k, padding=padding, strides=s), X)
        # padding is on both sides, the formula counts all of it
        assert Y.shape == tuple(page.output_size(n, k, 2 * padding, s) for n in X.shape)
