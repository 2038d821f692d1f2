import pytest
from mxnet import np

import d2lmx as d2l

# channels before, and the four paths, of the nine blocks (Szegedy et al., table 1)
BLOCKS = [(192, 64, 96, 128, 16, 32, 32), (256, 128, 128, 192, 32, 96, 64),
          (480, 192, 96, 208, 16, 48, 64), (512, 160, 112, 224, 24, 64, 64),
          (512, 128, 128, 256, 24, 64, 64), (512, 112, 144, 288, 32, 64, 64),
          (528, 256, 160, 320, 32, 128, 128), (832, 256, 160, 320, 32, 128, 128),
          (832, 384, 192, 384, 48, 128, 128)]


@pytest.fixture
def page(section):
    return section('7.4')


def test_stages_have_the_shapes_that_the_book_prints(page):
    layers = d2l.layer_shapes(page.build_net(), *page.example_inputs(batch_size=1))
    assert [shape for _, shape in layers] == [
        [1, 64, 24, 24], [1, 192, 12, 12], [1, 480, 6, 6], [1, 832, 3, 3],
        [1, 1024, 1, 1], [1, 10]]


def test_a_block_joins_its_four_paths_in_order():
    blk = d2l.Inception(2, (1, 3), (1, 4), 5)
    blk.initialize()
    X = np.random.normal(size=(2, 3, 6, 6))
    Y = blk(X).asnumpy()
    paths = [blk.p1_1(X), blk.p2_2(blk.p2_1(X)), blk.p3_2(blk.p3_1(X)),
             blk.p4_2(blk.p4_1(X))]
    assert Y.shape == (2, 2 + 3 + 4 + 5, 6, 6)
    for path, start, stop in zip(paths, (0, 2, 5, 9), (2, 5, 9, 14)):
        assert (Y[:, start:stop] == path.asnumpy()).all()


def test_parameters_by_hand(page):
    def conv(before, after, kernel_size):
        return kernel_size**2 * before * after + after

    stem = conv(1, 64, 7) + conv(64, 64, 1) + conv(64, 192, 3)
    blocks = sum(conv(c, c1, 1) + conv(c, c2, 1) + conv(c2, c3, 3) + conv(c, c4, 1)
                 + conv(c4, c5, 5) + conv(c, c6, 1) for c, c1, c2, c3, c4, c5, c6
                 in BLOCKS)
    rows = d2l.summary(page.build_net(), *page.example_inputs())
    assert rows[-1][2] == stem + blocks + 1024 * 10 + 10
