"""8-bit ONNX files: numbers within the steps of 7 and 8 bits, bytes, failing input."""
import numpy as onp
import pytest
from mxnet import init, np
from mxnet.gluon import nn

import d2lmx as d2l
from d2lmx.errors import InputError

onnx = pytest.importorskip('onnx')
pytest.importorskip('onnxruntime')


@pytest.fixture
def dense(tmp_path):
    """A dense layer of given weights, its ONNX file, and inputs in [-1, 1]."""
    W = onp.random.RandomState(0).uniform(-1, 1, size=(5, 8)).astype('float32')
    net = nn.Dense(5, in_units=8, use_bias=False)
    net.initialize(init.Constant(0))
    net.weight.set_data(np.array(W))
    X = np.array(onp.random.RandomState(1).uniform(-1, 1, size=(64, 8)),
                 dtype='float32')
    return W, X, d2l.export_onnx(net, X, tmp_path / 'net.onnx')


def test_numbers_are_within_the_steps_of_their_bits(dense, tmp_path):
    W, X, file = dense
    path = d2l.quantize_onnx(file, tmp_path / 'int8.onnx', X)
    assert path == tmp_path / 'int8.onnx'
    X = X.asnumpy()
    Y, Y8 = X @ W.T, d2l.load_onnx(path)(X)
    # half a step of each weight, input and output; a step: the range by its levels,
    # a row's own of its weights
    w, x = abs(W).max(axis=1) / 63, (X.max() - X.min()) / 127
    y = (Y.max() - Y.min()) / 127
    bound = abs(X).sum(axis=1, keepdims=True) * w / 2 + abs(W).sum(axis=1) * x / 2 + (
        8 * w * x / 4 + y / 2)
    assert (abs(Y8 - Y) < 1.01 * bound).all()
    assert abs(Y8 - Y).max() > 1e-4  # numbers of 8 bits indeed


def test_weights_are_of_seven_bits(dense, tmp_path):
    *_, X, file = dense
    graph = onnx.load(str(d2l.quantize_onnx(file, tmp_path / 'int8.onnx', X))).graph
    weights = [onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer
               if len(tensor.dims) == 2]
    assert [array.dtype for array in weights] == [onp.dtype('int8')]
    assert set(abs(weights[0].astype(int)).max(axis=1)) <= {63, 64}  # of each output


def test_a_file_takes_a_byte_a_weight_with_any_batch(tmp_path):
    net = d2l.lenet5(10)
    net.initialize(init.Xavier())
    X = np.random.uniform(size=(32, 1, 28, 28))
    file = d2l.export_onnx(net, X, tmp_path / 'net.onnx')
    path = d2l.quantize_onnx(file, tmp_path / 'int8.onnx', X)
    count = 6 * 26 + 16 * 151 + 120 * 401 + 84 * 121 + 10 * 85
    assert count < path.stat().st_size < count + 20000
    scores, exact = d2l.load_onnx(path)(X[:3].asnumpy()), net(X[:3]).asnumpy()
    assert abs(scores - exact).max() < .05 * abs(exact).max()


def test_slips_are_told_and_leave_no_file(dense, tmp_path):
    *_, X, file = dense
    out = tmp_path / 'out' / 'int8.onnx'
    for source, inputs, error, words in (
            (file, X[:, :7], InputError, 'does not run'),
            (file, (X, X), InputError, 'takes 1 arrays'),
            (tmp_path / 'none.onnx', X, FileNotFoundError, 'there is no ONNX file')):
        with pytest.raises(error, match=words):
            d2l.quantize_onnx(source, out, inputs)
    broken = tmp_path / 'broken.onnx'
    broken.write_bytes(file.read_bytes()[:100])
    with pytest.raises(ValueError, match='damaged'):
        d2l.quantize_onnx(broken, out, X)
    assert not out.exists()
