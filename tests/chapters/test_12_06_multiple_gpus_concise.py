import mxnet as mx
import pytest

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('12.6')


def test_layers_keep_the_size_of_small_pictures_at_first(page):
    X, = page.example_inputs(batch_size=1)
    assert [shape for _, shape in d2l.layer_shapes(page.build_net(), X)] == [
        [1, 64, 28, 28], [1, 64, 28, 28], [1, 64, 28, 28], [1, 64, 28, 28],
        [1, 128, 14, 14], [1, 256, 7, 7], [1, 512, 4, 4], [1, 512, 1, 1], [1, 10]]


def test_parameters_differ_from_section_7_6_in_the_first_layer_alone(page, section):
    ours, theirs = (d2l.summary(p.build_net(), *p.example_inputs())[-1][2]
                    for p in (page, section('7.6')))
    # a 3 x 3 window on one channel there, 7 x 7 here
    assert theirs - ours == 64 * (49 - 9)


def test_classes_and_channels_are_free():
    net = d2l.resnet18(3)
    net.initialize()
    assert net(mx.np.zeros((2, 3, 16, 16))).shape == (2, 3)


def test_each_device_gets_its_share_and_the_same_weights(page):
    assert page.initialization_on_devices([mx.cpu(0), mx.cpu(1)]) == {
        'shapes of the scores': [[2, 10], [2, 10]], 'weights are equal': True}
