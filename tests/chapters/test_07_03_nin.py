import pytest

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('7.3')


def test_layers_have_the_shapes_that_the_book_prints(page):
    layers = d2l.layer_shapes(page.build_net(), *page.example_inputs(batch_size=1))
    assert [shape for _, shape in layers] == [
        [1, 96, 54, 54], [1, 96, 26, 26], [1, 256, 26, 26], [1, 256, 12, 12],
        [1, 384, 12, 12], [1, 384, 5, 5], [1, 384, 5, 5], [1, 10, 5, 5],
        [1, 10, 1, 1], [1, 10]]


def test_parameters_by_hand(page):
    def block(before, after, kernel_size):
        return kernel_size**2 * before * after + after + 2 * (after * after + after)

    rows = d2l.summary(page.build_net(), *page.example_inputs())
    assert rows[-1][2] == (block(1, 96, 11) + block(96, 256, 5) + block(256, 384, 3)
                           + block(384, 10, 3))


def test_any_size_of_picture_gives_ten_scores(page):
    net = page.build_net()
    net.initialize()
    for size in (67, 96):
        assert net(*page.example_inputs(size=size)).shape == (2, 10)
