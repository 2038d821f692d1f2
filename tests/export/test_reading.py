"""Symbol files from others: what they name is looked at before MXNet runs it."""
import json
import subprocess
import sys

import mxnet as mx
import pytest
from mxnet import np
from mxnet.gluon import nn, rnn

import d2lmx as d2l
from d2lmx.errors import MissingFile
from d2lmx.export.operators import PLAIN
from d2lmx.export.onnx.graph import CONVERTERS
from d2lmx.files.archives import BadData


@pytest.fixture(scope='module')
def exported(tmp_path_factory):
    """The two files of a small network, and its symbol file as a dict."""
    net = nn.HybridSequential()
    net.add(nn.Embedding(5, 3), nn.Dense(2))
    net.initialize()
    files = d2l.export_block(net, np.zeros((2, 3)),
                             tmp_path_factory.mktemp('net') / 'net')
    return files, json.loads(files[0].read_text())


def operator(graph, name):
    return next(node for node in graph['nodes'] if node['op'] == name)


def native(graph):
    node = operator(graph, 'Embedding')
    node.update(op='_Native', inputs=[[0, 0, 0]],
                attrs={'info': '0x4141414141414141', 'need_top_grad': 'False'})


def no_such_output(graph):
    operator(graph, 'Embedding')['inputs'][0] = [0, 999999, 0]


def no_such_output_of_an_operator(graph):
    embedding = graph['nodes'].index(operator(graph, 'Embedding'))
    operator(graph, 'FullyConnected')['inputs'][0] = [embedding, 7, 0]


def no_such_node(graph):
    operator(graph, 'FullyConnected')['inputs'][0] = [999, 0, 0]


def circle(graph):
    last = len(graph['nodes']) - 1
    operator(graph, 'Embedding')['inputs'][0] = [last, 0, 0]


def no_such_head(graph):
    graph['heads'] = [[10 ** 6, 0, 0]]


def too_few_inputs(graph):
    operator(graph, 'FullyConnected')['inputs'] = []


def number_for_text(graph):
    operator(graph, 'Embedding')['attrs']['input_dim'] = 5


def a_thousand_million_inputs(graph):
    operator(graph, 'Embedding').update(op='Concat', attrs={'num_args': '1000000000'})


def groups_of_nothing(graph):
    operator(graph, 'FullyConnected').update(
        op='Convolution', attrs={'kernel': '(1,)', 'num_filter': '2', 'num_group': '0'})


def lengths_of_softmax(graph):
    operator(graph, 'Embedding').update(op='softmax', attrs={'use_length': 'True'})


def any_lengths_of_a_mask(graph):
    operator(graph, 'Embedding').update(  # of the weights, which are in the file
        op='SequenceMask', attrs={'use_sequence_length': 'True'})


def region_by_number(graph):
    operator(graph, 'Embedding').update(
        op='_contrib_ROIAlign', attrs={'pooled_size': '(2, 2)', 'spatial_scale': '1'})


FAULTS = {
    native: "'_Native', which no exported network has",
    no_such_output: 'output 999999 of layer', no_such_output_of_an_operator: 'output 7',
    no_such_node: 'is node 999', circle: 'before it', no_such_head: 'an output is node',
    too_few_inputs: 'has 0 inputs', number_for_text: 'options that are no text',
    a_thousand_million_inputs: 'num_args=1000000000',
    groups_of_nothing: 'num_group=0', lengths_of_softmax: 'that are no input',
    any_lengths_of_a_mask: 'that are no input', region_by_number: "'_contrib_ROIAlign'"}
# read in one process of its own, which a fault of MXNet would end
READ_ALL = '''
import sys
import d2lmx as d2l
params, *files = sys.argv[1:]
for file in files:
    for load in (d2l.load_exported, d2l.load_int8):
        try:
            load(file, params)
        except ValueError as error:
            print(type(error).__name__, error)
'''


@pytest.mark.slow
def test_crafted_files_are_refused_and_end_no_process(exported, tmp_path):
    (_, params), graph = exported
    for fault in FAULTS:
        crafted = json.loads(json.dumps(graph))
        fault(crafted)
        (tmp_path / fault.__name__).write_text(json.dumps(crafted))
    run = subprocess.run([sys.executable, '-c', READ_ALL, params,
                          *(tmp_path / fault.__name__ for fault in FAULTS)],
                         capture_output=True, text=True)
    assert run.returncode == 0, run.stderr[-500:]
    lines = [line for line in run.stdout.splitlines() if line]
    assert len(lines) == 2 * len(FAULTS)
    for i, (fault, reason) in enumerate(FAULTS.items()):
        for line in lines[2 * i:2 * i + 2]:
            assert line.startswith('BadData') and reason in line
            assert str(tmp_path / fault.__name__) in line


@pytest.mark.parametrize('content,reason', [
    (b'', 'damaged'), (b'\xff\xfe', 'damaged'), (b'[' * 100_000, 'damaged'),
    (b'[]', 'no lists of nodes'), (b'{"nodes": []}', 'no lists of nodes'),
    (b'{"nodes": [3], "arg_nodes": [], "heads": [[0, 0]]}', 'node 0 is odd'),
    (b'{"nodes": [], "arg_nodes": [], "heads": []}', 'no output')])
def test_what_is_no_symbol_file_is_told_with_its_name(exported, tmp_path, content,
                                                      reason):
    (tmp_path / 'net-symbol.json').write_bytes(content)
    with pytest.raises(BadData, match=f'net-symbol.json .*{reason}'):
        d2l.load_exported(tmp_path / 'net-symbol.json', exported[0][1])


@pytest.mark.parametrize('content', [b'', b'garbage of some length', b'\0' * 100])
def test_damaged_parameters_are_told_with_their_name(exported, tmp_path, content):
    (symbol, params), _ = exported
    for damaged in (content, params.read_bytes()[:-20]):
        (tmp_path / 'net-0000.params').write_bytes(damaged)
        with pytest.raises(BadData, match='net-0000.params'):
            d2l.load_exported(symbol, tmp_path / 'net-0000.params')
    with pytest.raises(MissingFile, match='none.params'):
        d2l.load_exported(symbol, tmp_path / 'none.params')
    with pytest.raises(MissingFile, match='none.json'):
        d2l.load_exported(tmp_path / 'none.json', params)


def test_a_network_that_makes_its_lengths_is_told_how_to_mask(tmp_path):
    net = nn.HybridLambda(lambda F, X: F.npx.softmax(
        X, F.np.sum(X, axis=1).astype('int32'), use_length=True, axis=1))
    with pytest.raises(d2l.InputError, match='cannot be exported: layer .*takes len'):
        d2l.export_block(net, np.ones((2, 3)), tmp_path / 'net')
    assert not list(tmp_path.iterdir())


def test_files_of_two_networks_do_not_fit(exported, tmp_path):
    net = nn.Dense(4, prefix='other_')
    net.initialize()
    _, others = d2l.export_block(net, np.zeros((2, 3)), tmp_path / 'net')
    with pytest.raises(BadData, match=r"needs '\w+', which the .*from one export"):
        d2l.load_exported(exported[0][0], others)


LAYERS = [
    nn.Conv1D(2, 3), nn.Conv2DTranspose(2, 3), nn.Conv3D(2, 1), nn.MaxPool1D(2),
    nn.AvgPool3D(1), nn.GlobalAvgPool1D(), nn.BatchNorm(), nn.LayerNorm(), nn.Swish(),
    nn.PReLU(), nn.ELU(), nn.SELU(), nn.GELU(), nn.Embedding(3, 2), nn.Flatten()]


@pytest.mark.parametrize('layer', LAYERS, ids=lambda layer: type(layer).__name__)
def test_gluons_layers_are_no_strangers(layer):
    symbol = layer(mx.sym.var('data').as_np_ndarray())
    assert {node['op'] for node in json.loads(symbol.tojson())['nodes']} <= {
        'null', *PLAIN}


def test_what_onnx_knows_may_stand_in_a_file_and_what_calls_out_may_not():
    assert set(CONVERTERS) <= PLAIN
    assert not PLAIN & {'Custom', '_npi_Custom', '_Native', '_NDArray', '_CachedOp',
                        '_CustomFunction', '_cvimread', 'sgd_update', '_cond'}


def test_a_recurrent_network_comes_back(tmp_path):
    # the operator RNN has several outputs, of which others are inputs
    class Net(nn.HybridBlock):
        def __init__(self):
            super().__init__()
            self.rnn = rnn.LSTM(3)

        def hybrid_forward(self, F, X, *state):
            Y, (H, C) = self.rnn(X, list(state))
            return Y + H, C

    net = Net()
    net.initialize()
    call = np.ones((4, 2, 3)), np.ones((1, 2, 3)), np.zeros((1, 2, 3))
    files = d2l.export_block(net, call, tmp_path / 'net')
    assert d2l.load_exported(*files, num_inputs=3)(*call)[1].tolist() == (
        net(*call)[1].tolist())


class Loop(nn.HybridBlock):
    """A running sum, by an operator that holds a graph of its own."""

    def hybrid_forward(self, F, X, S):
        Y, (S,) = d2l.over_steps(F, lambda x, s: (x + s, [x + s]), X, [S])
        return Y, S


@pytest.mark.parametrize('key,value', [
    ('in_state_locs', '(99,)'), ('in_data_locs', '(1,)'), ('num_outputs', '9'),
    ('num_args', '2'), ('remain_locs', '__import__("os")')])
def test_a_loop_and_its_body_must_fit(key, value, tmp_path):
    call = np.ones((3, 2)), np.zeros(2)
    files = d2l.export_block(Loop(), call, tmp_path / 'net')
    assert d2l.load_exported(*files, num_inputs=2)(*call)[0].tolist() == [
        [1, 1], [2, 2], [3, 3]]
    graph = json.loads(files[0].read_text())
    assert key in operator(graph, '_foreach')['attrs']
    operator(graph, '_foreach')['attrs'][key] = value
    files[0].write_text(json.dumps(graph))
    with pytest.raises(BadData, match='foreach.*(do not fit|odd options)'):
        d2l.load_exported(*files, num_inputs=2)


def test_operators_in_the_body_of_a_loop_are_looked_at_too(tmp_path):
    files = d2l.export_block(Loop(), (np.ones((3, 2)), np.zeros(2)), tmp_path / 'net')
    graph = json.loads(files[0].read_text())
    body = operator(graph, '_foreach')['subgraphs'][0]
    operator(body, '_npi_add')['op'] = '_NDArray'
    files[0].write_text(json.dumps(graph))
    with pytest.raises(BadData, match="'_NDArray', which no exported network has"):
        d2l.load_exported(*files, num_inputs=2)
