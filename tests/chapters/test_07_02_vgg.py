import pytest

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('7.2')


def test_blocks_of_vgg_11_have_the_shapes_that_the_book_prints(page):
    layers = d2l.layer_shapes(page.build_net(ratio=1),
                              *page.example_inputs(batch_size=1))
    assert [shape for _, shape in layers] == [
        [1, 64, 112, 112], [1, 128, 56, 56], [1, 256, 28, 28], [1, 512, 14, 14],
        [1, 512, 7, 7], [1, 4096], [1, 4096], [1, 4096], [1, 4096], [1, 10]]


@pytest.mark.parametrize('ratio', [1, 4])
def test_parameters_by_hand(page, ratio):
    channels = [1] + [c // ratio for c in (64, 128, 256, 256, 512, 512, 512, 512)]
    convolutions = sum(9 * before * after + after
                       for before, after in zip(channels, channels[1:]))
    dense = (channels[-1] * 49 * 4096 + 4096) + (4096 * 4096 + 4096) + (40960 + 10)
    rows = d2l.summary(page.build_net(ratio=ratio), *page.example_inputs())
    assert rows[-1][2] == convolutions + dense


def test_eleven_layers_learn(page):
    net = page.build_net()
    weights = [name for name in net._collect_params_with_prefix() if 'weight' in name]
    assert len(weights) == 11
