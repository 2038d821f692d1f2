"""Networks in INT8."""
import json
import os
import subprocess
import sys
import threading

import mxnet as mx
import numpy as onp
import pytest
from mxnet import init, np
from mxnet.gluon import nn

import d2lmx as d2l
from d2lmx.export import int8

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


PREDICTS = """
import sys
from mxnet import np
import d2lmx as d2l
for prefix in sys.argv[1:]:
    predict = d2l.load_int8(f'{prefix}-symbol.json', f'{prefix}-0000.params')
    print(*predict(np.ones((2, 8, 4, 4))).asnumpy().flat)
"""


def test_the_largest_sums_are_right_on_a_processor_without_vnni(tmp_path):
    ones = onp.ones((2, 8, 4, 4), 'float32')
    nets = {'conv': [nn.Conv2D(16, 3)], 'grouped': [nn.Conv2D(16, 1, groups=2)],
            'relu': [nn.Conv2D(16, 3, activation='relu'), nn.Conv2D(16, 1)],
            'dense': [nn.Conv2D(16, 1, activation='relu'), nn.Dense(5)],
            'signed': [nn.Conv2D(16, 1), nn.Dense(5), nn.Dense(5)]}
    expected = {}
    for name, layers in nets.items():
        net = nn.HybridSequential()
        net.add(*layers)
        net.initialize(init.One())
        expected[name] = net(np.array(ones)).asnumpy()
        d2l.export_int8(net, np.array(ones), tmp_path / name, ones)
    child = subprocess.run(
        [sys.executable, '-c', PREDICTS, *(str(tmp_path / name) for name in nets)],
        env={**os.environ, 'DNNL_MAX_CPU_ISA': 'AVX2'}, stdout=subprocess.PIPE,
        check=True, text=True)
    for name, line in zip(nets, child.stdout.splitlines()):
        # one of 127 steps a layer; products that overflow 16 bits give a half
        onp.testing.assert_allclose(onp.array(line.split(), float),
                                    expected[name].reshape(-1), rtol=.02, err_msg=name)


@pytest.mark.parametrize('count', [1, 20, 33])
def test_every_example_counts_however_many_there_are(count, tmp_path):
    net = initialized(nn.Conv2D(1, 1, use_bias=False), nn.Conv2D(1, 1, use_bias=False))
    net[0].weight.set_data(np.ones((1, 3, 1, 1)))
    net[1].weight.set_data(np.ones((1, 1, 1, 1)))
    examples = onp.zeros((count, *SHAPE), 'float32')
    examples[-1] = 5
    files = d2l.export_int8(net, np.array(pictures(1)), tmp_path / 'net',
                            np.array(examples))
    # a range that misses the last example cuts its sum of three off
    Y = d2l.load_int8(*files)(np.array(examples[-1:])).asnumpy()
    onp.testing.assert_allclose(Y, 15, rtol=.02)


@pytest.mark.parametrize('examples,reason', [
    (pictures(0), r'at least one example .* got shape \(0, 3, 12, 10\)'),
    (pictures(4)[:, :2], r'shape \(3, 12, 10\), as X has, got shape \(4, 2, 12, 10\)'),
    (onp.full((4, *SHAPE), onp.nan), 'values that are not finite'),
], ids=['none', 'channels', 'nan'])
def test_what_cannot_calibrate_is_refused(examples, reason, tmp_path):
    net = initialized(nn.Conv2D(8, 3), nn.Dense(5))
    with pytest.raises(ValueError, match=reason):
        d2l.export_int8(net, np.array(pictures(2)), tmp_path / 'net', examples)
    assert left_in(tmp_path) == []


def test_convolutions_and_dense_layers_hold_8_bits(tmp_path):
    net = initialized(nn.Conv2D(8, 3, activation='relu'), nn.Dense(5))
    symbol, _ = d2l.export_int8(net, np.array(pictures(2)), tmp_path / 'net',
                                pictures(32))
    nodes = json.loads(symbol.read_text())['nodes']
    quantized = {node['op'] for node in nodes
                 if node.get('attrs', {}).get('quantized') in ('true', 'True', '1')}
    assert quantized == {'_sg_mkldnn_conv', '_sg_mkldnn_fully_connected'}


@pytest.mark.parametrize('last', [lambda: [nn.Conv2D(2, 1, use_bias=False)], lambda: [
    nn.GlobalAvgPool2D(), nn.Dense(2, use_bias=False)]], ids=['convolution', 'dense'])
def test_each_channel_of_the_weights_has_a_scale_of_its_own(last, tmp_path):
    net = initialized(nn.Conv2D(3, 1, use_bias=False, activation='relu'), *last())
    net[0].weight.set_data(np.eye(3).reshape(3, 3, 1, 1))
    # by one scale for both, in steps of 1 / 127, the second channel would be 0
    W = np.array([[1, -1, 0], [.003, .003, .003]])
    net[-1].weight.set_data(W.reshape(net[-1].weight.shape))
    ones = onp.ones((4, *SHAPE), 'float32')
    files = d2l.export_int8(net, np.array(ones), tmp_path / 'net', ones)
    Y = d2l.load_int8(*files)(np.array(ones)).asnumpy()
    # one of 127 steps a layer
    onp.testing.assert_allclose(Y[:, 1], .009, rtol=.02)


def test_np_arrays_are_as_before_afterwards(tmp_path):
    net = initialized(nn.Conv2D(8, 3), nn.Dense(5))
    files = d2l.export_int8(net, np.array(pictures(2)), tmp_path / 'net', pictures(32))
    assert isinstance(d2l.load_int8(*files)(np.zeros((1, *SHAPE))), np.ndarray)
    assert np.zeros(()).shape == () and np.zeros((0, 3)).shape == (0, 3)


def test_threads_have_numpys_shapes_as_before_afterwards():
    with int8._legacy_arrays():
        pass
    shapes = []
    thread = threading.Thread(target=lambda: shapes.append(np.zeros((0, 3)).shape))
    thread.start()
    thread.join()
    assert shapes == [(0, 3)]


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


@pytest.mark.parametrize('value', [0, onp.nan])
def test_files_that_differ_when_reloaded_are_refused(value, tmp_path, monkeypatch):
    from d2lmx.export import int8

    monkeypatch.setattr(int8, 'load_int8',
                        lambda *files: lambda X: np.full((2, 5), value))
    net = initialized(nn.Conv2D(8, 3), nn.Dense(5))
    with pytest.raises(ValueError, match='differs by up to'):
        d2l.export_int8(net, np.array(pictures(2)), tmp_path / 'net', pictures(32))
    assert left_in(tmp_path) == []


def test_inputs_may_be_on_any_device(tmp_path):
    net = initialized(nn.Conv2D(4, 3, activation='relu'), nn.Dense(5))
    here = d2l.export_int8(net, np.array(pictures(2)), tmp_path / 'here', pictures(8))
    device = mx.cpu(1)
    net.collect_params().reset_ctx(device)
    X = np.array(pictures(2), ctx=device)
    with device:
        there = d2l.export_int8(net, X, tmp_path / 'there', pictures(8), [X[:1]])
        Y = d2l.load_int8(*there)(X)
    onp.testing.assert_array_equal(Y.asnumpy(), d2l.load_int8(*here)(X).asnumpy())


def test_a_network_of_two_outputs_is_refused(tmp_path):
    class Twice(nn.HybridSequential):
        def hybrid_forward(self, F, X):
            Y = super().hybrid_forward(F, X)
            return Y, 2 * Y

    net = Twice()
    net.add(nn.Conv2D(4, 3))
    net.initialize()
    with pytest.raises(ValueError, match='has 2 outputs: INT8 is for networks of one'):
        d2l.export_int8(net, np.array(pictures(2)), tmp_path / 'net', pictures(8))
    assert left_in(tmp_path) == []
