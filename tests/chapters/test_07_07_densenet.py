import pytest
from mxnet import np

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('7.7')


def test_blocks_have_the_shapes_that_the_book_prints(page):
    assert page.block_shapes() == {'DenseBlock(2, 10)': [4, 23, 8, 8],
                                   'transition_block(10)': [4, 10, 4, 4]}


def test_a_dense_block_hands_its_input_through(page):
    blk = page.DenseBlock(2, 10)
    blk.initialize()
    X = np.random.normal(size=(4, 3, 8, 8))
    Y = blk(X)
    assert (Y[:, :3] == X).all()
    # the second convolution block sees the input and the first one's ten channels
    assert (blk.net[1](Y[:, :13]) == Y[:, 13:]).all()


def test_layers_shrink_and_grow_as_the_page_says(page):
    layers = d2l.layer_shapes(page.build_net(), *page.example_inputs(batch_size=1))
    assert [shape for _, shape in layers] == [
        [1, 64, 48, 48], [1, 64, 48, 48], [1, 64, 48, 48], [1, 64, 24, 24],
        [1, 192, 24, 24], [1, 96, 12, 12], [1, 224, 12, 12], [1, 112, 6, 6],
        [1, 240, 6, 6], [1, 120, 3, 3], [1, 248, 3, 3], [1, 248, 3, 3],
        [1, 248, 3, 3], [1, 248, 1, 1], [1, 10]]


def test_parameters_by_hand(page):
    def conv(before, after, kernel_size):  # and gamma and beta of what stands before
        return 2 * before + kernel_size**2 * before * after + after

    def dense(c):
        return sum(conv(c + 32 * i, 32, 3) for i in range(4))

    stem = 49 * 64 + 64 + 2 * 64
    blocks = sum(dense(c) for c in (64, 96, 112, 120))
    transitions = conv(192, 96, 1) + conv(224, 112, 1) + conv(240, 120, 1)
    rows = d2l.summary(page.build_net(), *page.example_inputs())
    assert rows[-1][2] == stem + blocks + transitions + 2 * 248 + 2480 + 10
