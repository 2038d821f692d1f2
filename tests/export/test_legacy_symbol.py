"""Exports of legacy arrays: a folder of today computes the same, or a line says why."""
import json

import numpy as onp
import pytest
from mxnet import init, nd, np
from mxnet.gluon import nn, rnn

import d2lmx as d2l
from d2lmx import commands
from d2lmx.runtime.threads import legacy_arrays


def convolutions():
    net = nn.HybridSequential()
    net.add(nn.Conv2D(3, kernel_size=3, activation='relu'), nn.BatchNorm(),
            nn.MaxPool2D(pool_size=2, strides=2), nn.Dense(4), nn.Dropout(0.5),
            nn.Dense(2))
    return net


def recurrent():
    net = nn.HybridSequential()
    net.add(nn.Embedding(7, 4), rnn.LSTM(5, bidirectional=True), nn.Dense(3))
    return net


class Printed(nn.HybridBlock):
    """Operators of the first edition: concat, codes of reshape, argmax as floats."""

    def hybrid_forward(self, F, x):
        Y = F.reshape(F.concat(x, F.relu(-x), dim=1), shape=(0, -4, 2, -1))
        return F.dot(Y.sum(axis=2), F.ones((2, 2))), F.argmax(x, axis=1)


def exported(build, X, prefix):
    """Files of the network with random weights, and what it made of X."""
    with legacy_arrays():
        net = build()
        net.initialize(init.Uniform(1))
        net.hybridize()
        Y = net(nd.array(X))
        net.export(str(prefix))
        Y = [part.asnumpy() for part in (Y if isinstance(Y, (list, tuple)) else [Y])]
    return f'{prefix}-symbol.json', f'{prefix}-0000.params', Y


@pytest.mark.parametrize('build,shape', [
    (convolutions, (2, 1, 8, 8)), (recurrent, (2, 5)), (Printed, (2, 3))])
def test_the_folder_computes_the_same(build, shape, tmp_path, capsys):
    X = onp.random.RandomState(0).uniform(0, 7, shape).astype('float32')
    *files, expected = exported(build, X, tmp_path / 'old')
    size = 'x'.join(map(str, shape[1:]))
    assert commands.call('convert', [*files, str(tmp_path / 'new'),
                                     '--input-shape', size]) == 0
    assert 'equal to it on a batch of 2' in capsys.readouterr().out
    actual = d2l.load_model(tmp_path / 'new')(np.array(X))
    actual = actual if isinstance(actual, list) else [actual]
    assert len(actual) == len(expected)
    for now, then in zip(actual, expected):
        assert abs(now.asnumpy() - then).max() <= 1e-6 * abs(then).max()


def test_of_two_inputs_both_are_taken(tmp_path):
    class Sum(nn.HybridBlock):
        def hybrid_forward(self, F, x, y):
            return F.broadcast_add(x, 2 * y)

    with legacy_arrays():
        net = Sum()
        net.hybridize()
        net(nd.ones((2, 3)), nd.ones((1, 3)))
        net.export(str(tmp_path / 'old'))
    assert d2l.convert_exported(tmp_path / 'old-symbol.json',
                                tmp_path / 'old-0000.params', tmp_path / 'new',
                                [(2, 3), (1, 3)]) == 2
    model = d2l.load_model(tmp_path / 'new')
    assert model(np.ones((2, 1)), np.array([[1., 2.]])).tolist() == [[3, 5]] * 2


@pytest.fixture
def refusal(tmp_path, capsys):
    """``refusal(change)``: the line on two files of which one was changed."""
    def refusal(change, *options, status=1):
        X = onp.zeros((2, 1, 8, 8), 'float32')
        symbol, params, _ = exported(convolutions, X, tmp_path / 'old')
        capsys.readouterr()
        change(symbol, params)
        assert commands.call('convert', [symbol, params, str(tmp_path / 'new'),
                                         *options]) == status
        assert not (tmp_path / 'new').exists()
        text, line = capsys.readouterr()
        assert text == '' and line.count('\n') == 1
        return line

    return refusal


def of_another_operator(symbol, params):
    with open(symbol, encoding='utf-8') as file:
        graph = json.load(file)
    node = next(node for node in graph['nodes'] if node['op'] == 'Pooling')
    node.update(op='Custom', attrs={'op_type': 'mine'})
    with open(symbol, 'w', encoding='utf-8') as file:
        json.dump(graph, file)


def without_an_array(symbol, params):
    with legacy_arrays():
        values = nd.load(params)
        del values[next(name for name in values if name.endswith('dense1_bias')
                        or name.endswith('bias'))]
        nd.save(params, values)


def of_another_shape(symbol, params):
    with legacy_arrays():
        values = nd.load(params)
        name = next(name for name in values if name.endswith('running_mean'))
        nd.save(params, {**values, name: nd.zeros(7)})


def of_numpy_semantics(symbol, params):
    with open(symbol, encoding='utf-8') as file:
        graph = json.load(file)
    graph['attrs']['is_np_shape'] = ['int', 2]
    with open(symbol, 'w', encoding='utf-8') as file:
        json.dump(graph, file)


def without_names(symbol, params):
    with legacy_arrays():
        nd.save(params, list(nd.load(params).values()))


def cut(symbol, params):
    with open(params, 'rb+') as file:
        file.truncate(100)


@pytest.mark.parametrize('change,reason,status', [
    (of_another_operator, "is of operator 'Custom', which no exported network has", 1),
    (without_an_array, "_bias', which the parameter file has not", 1),
    (cut, 'is no file of MXNet arrays, or it is damaged', 1),
    (of_numpy_semantics, 'was not exported with legacy arrays', 2),
    (without_names, 'arrays without names', 2)])
def test_what_cannot_be_converted_is_one_line(refusal, change, reason, status):
    assert reason in refusal(change, status=status)


def test_a_folder_of_other_things_is_not_replaced(tmp_path):
    (tmp_path / 'mine').mkdir()
    (tmp_path / 'mine' / 'thesis.txt').write_text('years')
    *files, _ = exported(convolutions, onp.zeros((2, 1, 8, 8)), tmp_path / 'old')
    with pytest.raises(ValueError, match='no model that could give way'):
        d2l.convert_exported(*files, tmp_path / 'mine')
    assert (tmp_path / 'mine' / 'thesis.txt').read_text() == 'years'
    for _ in range(2):  # what is a model may be made anew
        d2l.convert_exported(*files, tmp_path / 'new')


def test_an_array_of_another_shape_is_one_line(refusal):
    line = refusal(of_another_shape, '--input-shape', '1x8x8', status=2)
    assert "running_mean' has shape (7,) in" in line and 'needs (3,)' in line


def test_a_picture_that_the_graph_cannot_take_is_one_line(refusal):
    line = refusal(lambda *_: None, '--input-shape', '1x2x2', status=2)
    assert 'does not run on inputs of shapes (2, 1, 2, 2)' in line
