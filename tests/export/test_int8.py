"""Networks in INT8."""
import json

import numpy as onp
import pytest
from mxnet import init, np
from mxnet.gluon import nn

import d2lmx as d2l

SHAPE = (3, 12, 10)


class Branches(nn.HybridBlock):
    """A sum and a concatenation, as residual and inception blocks have."""

    def __init__(self):
        super().__init__()
        self.first, self.second = (nn.Conv2D(8, 3, padding=1) for _ in range(2))
        self.norm = nn.BatchNorm()

    def hybrid_forward(self, F, X):
        Y = F.npx.relu(self.norm(self.first(X)) + self.second(X))
        return F.np.concatenate([Y, self.second(X)], axis=1)


def initialized(*layers):
    net = nn.HybridSequential()
    net.add(*layers)
    net.initialize(init.Xavier())
    net(np.zeros((1, *SHAPE)))
    return net


def pictures(count):
    return onp.random.RandomState(count).rand(count, *SHAPE).astype('float32')


def left_in(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize('layers', [
    lambda: (nn.Conv2D(8, 3, activation='relu'), nn.MaxPool2D(2), nn.Dense(5)),
    lambda: (Branches(), nn.GlobalAvgPool2D(), nn.Dense(5)),
    lambda: (d2l.Residual(8, use_1x1conv=True), nn.GlobalAvgPool2D(), nn.Dense(5)),
    lambda: (nn.Conv2D(6, 3), nn.BatchNorm(), nn.Activation('sigmoid'), nn.AvgPool2D(2),
             nn.Dropout(.5), nn.Dense(5)),
], ids=['plain', 'sum and concatenation', 'residual', 'norm and sigmoid'])
def test_outputs_are_those_of_the_float_network_but_for_rounding(layers, tmp_path):
    net = initialized(*layers())
    files = d2l.export_int8(net, np.array(pictures(2)), tmp_path / 'net', pictures(64),
                            [np.array(pictures(5))])
    assert [file.name for file in files] == left_in(tmp_path)[::-1] == [
        'net-symbol.json', 'net-0000.params']
    X = np.array(pictures(7))
    Y, expected = d2l.load_int8(*files)(X).asnumpy(), net(X).asnumpy()
    # of 256 steps for each range, several layers on end; a wrong scale or order of
    # channels is off by the whole range
    assert 0 < abs(Y - expected).max() < .1 * (expected.max() - expected.min())


def test_convolutions_and_dense_layers_hold_8_bits(tmp_path):
    net = initialized(nn.Conv2D(8, 3, activation='relu'), nn.Dense(5))
    symbol, _ = d2l.export_int8(net, np.array(pictures(2)), tmp_path / 'net',
                                pictures(32))
    nodes = json.loads(symbol.read_text())['nodes']
    quantized = {node['op'] for node in nodes
                 if node.get('attrs', {}).get('quantized') in ('true', 'True', '1')}
    assert quantized == {'_sg_mkldnn_conv', '_sg_mkldnn_fully_connected'}


def test_np_arrays_are_as_before_afterwards(tmp_path):
    net = initialized(nn.Conv2D(8, 3), nn.Dense(5))
    files = d2l.export_int8(net, np.array(pictures(2)), tmp_path / 'net', pictures(32))
    assert isinstance(d2l.load_int8(*files)(np.zeros((1, *SHAPE))), np.ndarray)
    assert np.zeros(()).shape == () and np.zeros((0, 3)).shape == (0, 3)


@pytest.mark.parametrize('layers,reason', [
    (lambda: [nn.Conv2D(8, 3), nn.HybridLambda(lambda F, X: F.np.exp(X))],
     "cannot quantize operator '_npi_exp'"),
    (lambda: [nn.Dense(5)], 'has no convolution'),
], ids=['operator', 'dense'])
def test_what_mxnet_cannot_quantize_is_refused(layers, reason, tmp_path):
    net = initialized(*layers())
    with pytest.raises(ValueError, match=reason):
        d2l.export_int8(net, np.array(pictures(2)), tmp_path / 'net', pictures(32))
    assert left_in(tmp_path) == []


def test_a_network_that_fails_when_called_again_is_refused(tmp_path):
    # MXNet's static memory, where 1 x 1 pixel is left: the second call raises an error
    net = initialized(nn.Conv2D(8, 3, strides=4, padding=1),
                      d2l.Residual(8, use_1x1conv=True, strides=4),
                      nn.GlobalAvgPool2D(), nn.Dense(5))
    with pytest.raises(ValueError, match='larger ones; nothing is written'):
        d2l.export_int8(net, np.array(pictures(2)), tmp_path / 'net', pictures(32))
    assert left_in(tmp_path) == []


def test_files_that_differ_when_reloaded_are_refused(tmp_path, monkeypatch):
    from d2lmx.export import int8

    monkeypatch.setattr(int8, 'load_int8', lambda *files: lambda X: d2l.zeros((2, 5)))
    net = initialized(nn.Conv2D(8, 3), nn.Dense(5))
    with pytest.raises(ValueError, match='differs by up to'):
        d2l.export_int8(net, np.array(pictures(2)), tmp_path / 'net', pictures(32))
    assert left_in(tmp_path) == []
