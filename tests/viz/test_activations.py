import numpy as onp
import pytest
from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l
from d2lmx.errors import InputError


def network():
    net, inner = nn.HybridSequential(), nn.HybridSequential()
    inner.add(nn.MaxPool2D(2), d2l.Residual(3))
    net.add(nn.Conv2D(3, kernel_size=3), inner, nn.GlobalAvgPool2D(), nn.Dense(2))
    net.initialize()
    return net


def test_maps_are_those_of_the_layers_called_one_after_another():
    net, X = network(), np.random.uniform(size=(1, 1, 8, 10))
    conv, inner = net[0], net[1]
    Y = conv(X)
    expected = [('Conv2D', Y), ('MaxPool2D', inner[0](Y)), ('Residual', inner(Y))]
    net.hybridize()
    net(X)
    found = d2l.feature_maps(net, X)  # as of a network that was trained, compiled
    assert [name for name, _ in found] == [name for name, _ in expected]
    for (_, maps), (_, Y) in zip(found, expected):
        onp.testing.assert_allclose(maps, Y[0].asnumpy(), rtol=1e-5, atol=1e-6)
    assert not net._forward_hooks and not conv._forward_hooks


def test_a_block_whose_output_is_no_map_is_opened():
    class Scores(nn.HybridBlock):
        def __init__(self):
            super().__init__()
            self.body, self.end = nn.Conv2D(2, kernel_size=3), nn.Dense(4)

        def hybrid_forward(self, F, X):
            return self.end(self.body(X))

    net = Scores()
    net.initialize()
    (name, maps), = d2l.feature_maps(net, np.ones((1, 1, 6, 5)))
    assert name == 'Conv2D' and maps.shape == (2, 4, 3)


def test_outputs_of_a_kind_stand_in_the_order_of_their_calls():
    net, X = network(), np.random.uniform(size=(2, 1, 8, 10))
    net.hybridize()
    net(X)
    first, *others = d2l.block_outputs(net, X, nn.Conv2D)
    onp.testing.assert_allclose(first, net[0](X).asnumpy(), rtol=1e-5, atol=1e-6)
    block, Y = net[1][1], net[1][0](net[0](X))
    onp.testing.assert_allclose(others[0], block.conv1(Y).asnumpy(), rtol=1e-5,
                                atol=1e-6)
    assert len(others) == 2 and first.shape[0] == 2
    with pytest.raises(InputError, match='HybridSequential has no Dropout'):
        d2l.block_outputs(net, X, nn.Dropout)


def test_a_network_without_maps_is_told():
    net = nn.Dense(3)
    net.initialize()
    with pytest.raises(InputError, match='Dense makes no maps of a picture'):
        d2l.feature_maps(net, np.ones((1, 1, 6, 5)))


def test_a_figure_has_a_row_a_layer_and_eight_channels_at_most():
    maps = [['A', onp.ones((3, 4, 4))], ['B', onp.ones((20, 2, 2))]]
    axes = d2l.show_activations(maps, onp.zeros((4, 4, 3)))
    assert axes.shape == (3, 8)
    assert [[len(ax.images) for ax in row] for row in axes] == [
        [1] + [0] * 7, [1] * 3 + [0] * 5, [1] * 8]
    assert [row[0].get_title(loc='left') for row in axes] == [
        'picture 4 x 4 x 3', 'A 3 x 4 x 4', 'B 20 x 2 x 2']


def test_many_layers_are_drawn_by_some_of_them():
    maps = [[str(i), onp.ones((1, 2, 2))] for i in range(50)]
    axes = d2l.show_activations(maps)
    assert [row[0].get_title(loc='left').split()[0] for row in axes] == [
        str(i) for i in range(0, 50, 3)]
