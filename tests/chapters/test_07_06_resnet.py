import pytest

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('7.6')


def test_blocks_have_the_shapes_that_the_book_prints(page):
    assert page.residual_shapes() == {
        'Residual(3)': [4, 3, 6, 6],
        'Residual(6, use_1x1conv=True, strides=2)': [4, 6, 3, 3]}


def test_layers_have_the_shapes_that_the_book_prints(page):
    X, = page.example_inputs(batch_size=1, size=224)
    layers = d2l.layer_shapes(page.build_net(), X)
    assert [shape for _, shape in layers] == [
        [1, 64, 112, 112], [1, 64, 112, 112], [1, 64, 112, 112], [1, 64, 56, 56],
        [1, 64, 56, 56], [1, 128, 28, 28], [1, 256, 14, 14], [1, 512, 7, 7],
        [1, 512, 1, 1], [1, 10]]


def test_parameters_by_hand(page):
    def conv(before, after, kernel_size):
        return kernel_size**2 * before * after + after

    def block(before, after):  # two batch normalizations have gamma and beta each
        return (conv(before, after, 3) + conv(after, after, 3) + 4 * after
                + (conv(before, after, 1) if before != after else 0))

    stages = sum(block(before, after) + block(after, after) for before, after
                 in ((64, 64), (64, 128), (128, 256), (256, 512)))
    rows = d2l.summary(page.build_net(), *page.example_inputs())
    assert rows[-1][2] == conv(1, 64, 7) + 2 * 64 + stages + 5120 + 10


def test_eighteen_layers_learn_beside_the_three_shortcuts(page):
    names = page.build_net()._collect_params_with_prefix()
    layers = [name for name in names if 'weight' in name]
    assert len([name for name in layers if 'conv3' not in name]) == 18
    assert len([name for name in layers if 'conv3' in name]) == 3
