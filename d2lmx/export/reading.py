"""Symbol files are read as text before MXNet loads them: it trusts whatever they say.

A symbol file may come from a friend. MXNet runs any operator that it names, some of
which jump to an address, and looks up inputs and outputs by numbers without a look at
how many there are.
"""
import ctypes
import json
from ast import literal_eval
from pathlib import Path

import mxnet as mx
from mxnet import MXNetError
from mxnet.base import _LIB, OpHandle, c_str, check_call
from mxnet.symbol._internal import _symbol_creator

from ..errors import MissingFile
from ..files.archives import BadData
from .operators import FUSED, LOOP, PLAIN
from .tracing import last_line

__all__ = []

MOST_BYTES = 64 * 2 ** 20   # of a symbol file; that of a ResNet-152 has 0.3 MB
MOST_PARTS = 10_000         # inputs, or outputs, of one operator
COUNTS = ('num_args', 'num_outputs', 'num_weights', 'sections')
NODE = {'op': str, 'name': str, 'inputs': list}
VERSION = {'mxnet_version': ['int', 10901]}  # what others wrote, MXNet would convert
GROUPS = ('num_group', 'num_groups')  # MXNet divides by them
RESHAPED = ('BlockGrad', 'Cast', 'Reshape', '_np_copy', '_np_reshape', '_np_squeeze',
            '_npx_reshape', 'expand_dims', 'repeat', 'slice', 'slice_axis', 'squeeze')
FUSED_EXTRA = 8             # ranges, which come after a fused operator's own inputs


class _Fault(Exception):
    """What is wrong with a graph."""


def read_symbol(path):
    """(symbol, its graph as a dict) of a symbol file, loaded only if it is harmless.

    MissingFile where there is none; BadData, naming the file, where it is damaged, or
    names an operator that no exported network has.
    """
    graph = read_json(path)
    try:
        text = json.dumps(_checked(graph))
        return mx.sym.load_json(text), graph
    except (_Fault, RecursionError, MXNetError) as error:
        raise BadData(f'{path} is no symbol file of an exported network, or it is '
                      f'damaged: {last_line(error)}. '
                      'Export the network again') from error


def read_json(path, most_bytes: int = MOST_BYTES):
    """What a JSON file holds; MissingFile or BadData, naming the file, otherwise."""
    path = Path(path)
    if not path.is_file():
        raise MissingFile(f'there is no file {path}')
    try:
        with open(path, 'rb') as file:
            content = file.read(most_bytes + 1)
        if len(content) > most_bytes:
            raise ValueError(f'it has more than {most_bytes:,} bytes')
        return json.loads(content.decode('utf-8'))
    except (ValueError, RecursionError) as error:
        raise BadData(f'{path} is damaged ({error}): write it again') from error


def _need(condition, otherwise):
    if not condition:
        raise _Fault(otherwise)


def _checked(graph) -> dict:
    """The parts of a graph that MXNet needs, found harmless; else a _Fault."""
    _need(isinstance(graph, dict) and all(isinstance(graph.get(key), list) for key in
                                          ('nodes', 'arg_nodes', 'heads')),
          'it has no lists of nodes, arg_nodes and heads')
    nodes = graph['nodes']
    for i, node in enumerate(nodes):
        _check_node(node, nodes, i)
    variables = [i for i, node in enumerate(nodes) if node['op'] == 'null']
    _need(graph['arg_nodes'] == variables, 'arg_nodes are not its variables')
    _need(graph['heads'], 'it has no output')
    for entry in graph['heads']:
        _check_entry(entry, nodes, len(nodes), 'an output')
    attrs = graph.get('attrs', {})
    _need(isinstance(attrs, dict) and all(
        isinstance(pair, list) and len(pair) == 2 and pair[0] == 'int'
        and type(pair[1]) is int for pair in attrs.values()), 'its attrs are odd')
    return {**{key: graph[key] for key in ('nodes', 'arg_nodes', 'heads')},
            'attrs': {**attrs, **VERSION}}


def _check_node(node, nodes, i):
    """One node: of a known operator, with as many inputs as that takes."""
    _need(isinstance(node, dict)
          and all(isinstance(node.get(key), kind) for key, kind in NODE.items())
          and set(node) <= {*NODE, 'attrs', 'subgraphs'}, f'node {i} is odd')
    where = f'layer {node["name"]!r}'
    attrs = node.get('attrs', {})
    _need(isinstance(attrs, dict) and all(isinstance(value, str)
                                          for value in attrs.values()),
          f'{where} has options that are no text')
    operator = node['op']
    _need(operator in PLAIN or operator in FUSED or operator in ('null', LOOP),
          f'{where} is of operator {operator!r}, which no exported network has')
    _need(bool(node.get('subgraphs')) == (operator == LOOP or operator in FUSED),
          f'{where} holds, or lacks, a graph of its own')
    for entry in node['inputs']:
        _check_entry(entry, nodes, i, f'an input of {where}')
    if operator == 'null':
        _need(not node['inputs'], f'{where} is a variable with inputs')
    elif operator in PLAIN:
        _need(len(node['inputs']) == len(_arguments(node)),
              f'{where} has {len(node["inputs"])} inputs')
        _check_options(node, nodes, where)
    else:
        _check_body(node, where)


def _check_options(node, nodes, where):
    """No option by which MXNet would divide by 0, or leave the memory of an array."""
    attrs = node.get('attrs', {})
    for key in GROUPS:
        _need(attrs.get(key, '1').isdigit() and int(attrs.get(key, '1')) > 0,
              f'{where} has {key}={attrs.get(key)}')
    masks = node['op'] == 'SequenceMask' and len(node['inputs']) == 2
    if masks or attrs.get('use_length', 'False') not in ('False', '0'):
        lengths = nodes[node['inputs'][1][0]]
        _need(masks and _are_lengths(lengths, nodes) or _is_given(lengths, nodes),
              f'{where} takes lengths that are no input of the network: MXNet leaves '
              "its arrays for odd ones. Mask by np.maximum(lengths.astype('int32'), 0)")


def _are_lengths(node, nodes) -> bool:
    """Whether a node is of whole numbers of at least 0, whatever its inputs are."""
    if node['op'] in ('_npi_argmax', '_npi_argmin'):
        return True
    if node['op'] != '_maximum_scalar' or (
            node.get('attrs', {}).get('scalar') not in ('0', '0.0')):
        return False
    whole = nodes[node['inputs'][0][0]]
    return whole['op'] == 'Cast' and whole['attrs'].get('dtype') == 'int32'


def _is_given(node, nodes) -> bool:
    """Whether a node is an input of the call, in another shape perhaps."""
    while node['op'] in RESHAPED:
        node = nodes[node['inputs'][0][0]]
    return node['op'] == 'null' and node['name'].rstrip('0123456789') == 'data'


def _check_entry(entry, nodes, before, what):
    """An entry [node, output, version] of a node that stands before."""
    _need(isinstance(entry, list) and 2 <= len(entry) <= 3
          and all(type(number) is int and number >= 0 for number in entry),
          f'{what} is no list of whole numbers')
    j, k = entry[:2]
    _need(j < before, f'{what} is node {j}, of {before} before it')
    _need(k == 0 or k < _num_outputs(nodes[j]),
          f'{what} is output {k} of layer {nodes[j]["name"]!r}, which has not as many')


def _num_outputs(node) -> int:
    """How many outputs a node has, which a graph of it alone tells."""
    if node['op'] == 'null':
        return 1
    variables = [{'op': 'null', 'name': f'input{i}', 'inputs': []}
                 for i in range(len(node['inputs']))]
    alone = {**node, 'inputs': [[i, 0, 0] for i in range(len(variables))]}
    symbol = mx.sym.load_json(json.dumps({
        'nodes': [*variables, alone], 'arg_nodes': list(range(len(variables))),
        'heads': [[len(variables), 0, 0]], 'attrs': VERSION}))
    return len(symbol.get_internals().list_outputs()) - len(variables)


def _arguments(node) -> list:
    """The names of the inputs that an operator takes with a node's options."""
    created = _created(node)
    return created.list_arguments() + created.list_auxiliary_states()


def _created(node):
    """A node's operator with its options, and new variables as its inputs."""
    options = {key: value for key, value in node.get('attrs', {}).items()
               if not key.startswith('__')}
    for key in COUNTS:
        _need(not options.get(key, '').isdigit() or int(options[key]) <= MOST_PARTS,
              f'layer {node["name"]!r} has {key}={options.get(key)}')
    handle = OpHandle()
    check_call(_LIB.NNGetOpHandle(c_str(node['op']), ctypes.byref(handle)))
    return _symbol_creator(handle.value, None, None, list(options),
                           list(options.values()), node['name'], False)


def _check_body(node, where):
    """The graph that an operator holds, and how it is called."""
    _need(len(node['subgraphs']) == 1, f'{where} holds several graphs')
    body = _checked(node['subgraphs'][0])
    num_inputs, given = len(body['arg_nodes']), len(node['inputs'])
    if node['op'] in FUSED:
        _need(num_inputs <= given <= num_inputs + FUSED_EXTRA,
              f'{where} has {given} inputs')
        return
    try:
        data, states, rest = (list(literal_eval(node['attrs'][f'{name}_locs']))
                              for name in ('in_data', 'in_state', 'remain'))
        num_data, num_outputs, num_args = (
            int(node['attrs'][key]) for key in ('num_out_data', 'num_outputs',
                                                'num_args'))
    except (KeyError, TypeError, ValueError, SyntaxError) as error:
        raise _Fault(f'{where} has odd options ({error!r})') from error
    _need(sorted(data + states + rest) == list(range(num_inputs))
          and given == num_inputs == num_args - 1
          and num_outputs == len(body['heads']) == num_data + len(states),
          f'{where} and its body do not fit')
