"""ONNX files: names, axes, and what is refused."""
import sys

import numpy as onp
import pytest
from mxnet import autograd, np
from mxnet.gluon import nn

from d2lmx import export_onnx, load_onnx
from d2lmx.export.onnx import export
from d2lmx.export.onnx.graph import CONVERTERS

onnx = pytest.importorskip('onnx', reason='needs onnx')
pytest.importorskip('onnxruntime', reason='needs onnxruntime')


def uniform(*shape):
    return np.random.uniform(-2, 2, shape)


def sequential(*layers):
    net = nn.HybridSequential()
    net.add(*layers)
    return net


def test_inputs_and_outputs_have_readable_names_in_the_order_of_the_call(tmp_path,
                                                                         expression):
    def swap(F, X, Y):
        return [Y - X, X + Y * 2]
    one = onnx.load(export_onnx(nn.Flatten(), uniform(2, 3, 5), tmp_path / 'one.onnx'))
    two = onnx.load(export_onnx(expression(swap), (uniform(2, 3), uniform(2, 3)),
                                tmp_path / 'two.onnx'))
    names = [[value.name for value in values] for model in (one, two)
             for values in (model.graph.input, model.graph.output)]
    assert names == [['data'], ['output'], ['data0', 'data1'], ['output0', 'output1']]
    X, Y = onp.float32([[1, 2, 3]]), onp.float32([[10, 20, 30]])
    assert [out.tolist() for out in load_onnx(tmp_path / 'two.onnx')(X, Y)] == [
        [[9, 18, 27]], [[21, 42, 63]]]


def test_first_axis_is_called_batch_and_the_others_are_fixed(tmp_path, initialized):
    net = initialized(nn.Dense(4), uniform(2, 3, 5))
    graph = onnx.load(export_onnx(net, uniform(2, 3, 5), tmp_path / 'net.onnx')).graph
    axes = [[axis.dim_param or axis.dim_value
             for axis in value.type.tensor_type.shape.dim]
            for values in (graph.input, graph.output) for value in values]
    assert axes == [['batch', 3, 5], ['batch', 4]]


def test_training_leaves_no_trace_in_the_file(tmp_path, initialized):
    net = initialized(sequential(nn.Dense(4), nn.BatchNorm(), nn.Dropout(.5)),
                      uniform(2, 5))
    with autograd.record():
        net(uniform(9, 5))
    graph = onnx.load(export_onnx(net, uniform(2, 5), tmp_path / 'net.onnx')).graph
    assert [node.op_type for node in graph.node] == [
        'Flatten', 'Gemm', 'BatchNormalization', 'Identity']


def test_unknown_operator_and_its_layer_are_named(tmp_path, expression):
    def unknown(F, X):
        return F.npx.erfinv(F.np.log1p(X) / 9)
    with pytest.raises(ValueError, match="'_npi_log1p' .layer 'lambda.*'erfinv'"):
        export_onnx(expression(unknown), np.ones((2, 3)), tmp_path / 'net.onnx')
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize('function,reason', [
    (lambda F, X: F.npx.reshape(X, (-2, -1), reverse=True), 'reverse=True'),
    (lambda F, X: F.np.var(X, axis=1, ddof=1), 'ddof=1'),
    (lambda F, X: F.np.squeeze(F.np.expand_dims(X, 0)), 'no axis'),
    (lambda F, X: F.npx.pooling(F.np.expand_dims(X, 1), kernel=(2,), pool_type='sum'),
     "pool_type='sum'"),
], ids=['reshape', 'var', 'squeeze', 'pooling'])
def test_option_without_a_form_in_onnx_is_named(function, reason, tmp_path, expression):
    with pytest.raises(ValueError, match=reason):
        export_onnx(expression(function), uniform(2, 3), tmp_path / 'net.onnx')


def test_unequal_file_is_refused_and_an_older_one_stays(tmp_path, monkeypatch,
                                                        expression):
    path = tmp_path / 'net.onnx'
    path.write_bytes(b'older')
    monkeypatch.setitem(CONVERTERS, '_npi_exp',
                        lambda g, n: g.add('Add', n.inputs[0], onp.float32(1)))
    with pytest.raises(ValueError, match='differs'):
        export_onnx(expression(lambda F, X: F.np.exp(X)), np.ones((2, 3)), path)
    assert [file.name for file in tmp_path.iterdir()] == ['net.onnx']
    assert path.read_bytes() == b'older'


def test_difference_is_told(tmp_path, monkeypatch, expression):
    monkeypatch.setitem(CONVERTERS, '_npi_negative',
                        lambda g, n: g.add('Identity', n.inputs[0]))
    with pytest.raises(ValueError, match='by up to 4 '):  # -2 and 2
        export_onnx(expression(lambda F, X: F.np.negative(X)), np.ones((2, 3)) * 2,
                    tmp_path / 'net.onnx')


def test_a_file_with_fewer_outputs_is_refused(tmp_path, monkeypatch, expression):
    load = export.load_onnx
    monkeypatch.setattr(export, 'load_onnx',
                        lambda path: lambda X: load(path)(X)[:1])
    with pytest.raises(ValueError, match='the ONNX file has 1 outputs, the network 2'):
        export_onnx(expression(lambda F, X: [X + 1, X + 2]), np.ones((2, 3)),
                    tmp_path / 'net.onnx')
    assert not list(tmp_path.iterdir())


def test_frozen_batch_is_refused(tmp_path, monkeypatch):
    monkeypatch.setitem(CONVERTERS, 'Flatten',
                        lambda g, n: g.add('Reshape', n.inputs[0], [2, 15]))
    with pytest.raises(ValueError, match='does not run'):
        export_onnx(nn.Flatten(), uniform(2, 3, 5), tmp_path / 'net.onnx')
    assert not list(tmp_path.iterdir())


def test_invalid_graph_is_refused(tmp_path, monkeypatch):
    monkeypatch.setitem(CONVERTERS, 'Flatten',
                        lambda g, n: g.add('NoSuch', n.inputs[0]))
    with pytest.raises(ValueError, match='NoSuch'):
        export_onnx(nn.Flatten(), uniform(2, 3, 5), tmp_path / 'net.onnx')
    assert not list(tmp_path.iterdir())


def test_without_onnx_the_command_that_installs_it_is_told(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, 'onnx', None)
    with pytest.raises(ImportError, match='pip install onnx onnxruntime'):
        export_onnx(nn.Flatten(), uniform(2, 3), tmp_path / 'net.onnx')


def test_a_loaded_file_has_the_threads_of_mxnet(tmp_path, monkeypatch):
    import onnxruntime
    made, session = [], onnxruntime.InferenceSession

    def watched(path, options, **keywords):
        made.append(options.intra_op_num_threads)
        return session(path, options, **keywords)

    monkeypatch.setattr(onnxruntime, 'InferenceSession', watched)
    monkeypatch.setenv('OMP_NUM_THREADS', '3')
    load_onnx(export_onnx(nn.Flatten(), uniform(2, 3), tmp_path / 'net.onnx'))
    assert made == [3, 3]  # the export looks at its file, too


def test_loaded_file_tells_how_many_arrays_it_takes(tmp_path):
    predict = load_onnx(export_onnx(nn.Flatten(), uniform(2, 3), tmp_path / 'net.onnx'))
    with pytest.raises(ValueError, match=r'takes 1 arrays \(data\), got 2'):
        predict(onp.ones((2, 3)), onp.ones((2, 3)))


@pytest.mark.parametrize('large, difference, equal', [
    (600, 1.2e-4, True),   # corners of boxes in pixels: eps * 600 = 7e-5, twice
    (600, 3e-4, False), (1, 1.2e-4, False), (onp.inf, 1.2e-4, False)])
def test_the_last_digits_of_an_outputs_largest_number_may_differ(large, difference,
                                                                  equal):
    from d2lmx.export.onnx.export import ExportDiffers, _check_equal
    outputs = [[onp.array([large, x], 'float32')] for x in (0, difference)]
    if equal:
        _check_equal(*outputs, '', 1e-5, 1e-5)
    else:
        with pytest.raises(ExportDiffers, match='differs'):
            _check_equal(*outputs, '', 1e-5, 1e-5)
