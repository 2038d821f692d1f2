import pytest

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('7.1')


def test_layers_have_the_shapes_that_the_book_prints(page):
    layers = d2l.layer_shapes(page.build_net(), *page.example_inputs(batch_size=1))
    assert [shape for _, shape in layers] == [
        [1, 96, 54, 54], [1, 96, 26, 26], [1, 256, 26, 26], [1, 256, 12, 12],
        [1, 384, 12, 12], [1, 384, 12, 12], [1, 256, 12, 12], [1, 256, 5, 5],
        [1, 4096], [1, 4096], [1, 4096], [1, 4096], [1, 10]]


def test_parameters_by_hand(page):
    rows = d2l.summary(page.build_net(), *page.example_inputs())
    assert [row[2] for row in rows if row[2]][:-1] == [
        96 * 121 + 96, 256 * 96 * 25 + 256, 384 * 256 * 9 + 384, 384 * 384 * 9 + 384,
        256 * 384 * 9 + 256, 6400 * 4096 + 4096, 4096 * 4096 + 4096, 40960 + 10]
    assert rows[-1][2] == 46764746


def test_pictures_too_small_to_pool_are_named(page):
    with pytest.raises(ValueError, match='MaxPool2D.* cannot take an input of shape'):
        d2l.layer_shapes(page.build_net(), *page.example_inputs(size=66))
