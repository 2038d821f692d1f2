"""A traced network, as `HybridBlock.export` writes it, turned into an ONNX graph."""
import json
from ast import literal_eval

import mxnet as mx
from mxnet import np, npx

from ...errors import InputError
# all converters register themselves
from . import anchors, arithmetic, boxes, layers, legacy, shapes
from .graph import CONVERTERS, Graph, Node, Unsupported

__all__ = []

LOOP = '_foreach'


def convert(symbol_file, params_file, arrays):
    """The ONNX graph, and the names in it of the network's outputs, in their order.

    `arrays` maps the network's input names to NumPy arrays, whose dtypes and numbers
    of axes are used. ValueError names every operator that cannot be converted.
    """
    sym = mx.sym.load(str(symbol_file))
    saved = npx.load(str(params_file)) or {}  # a list, where there are none
    params = {key.partition(':')[2]: value.asnumpy() for key, value in saved.items()}
    traced = json.loads(sym.tojson())
    _check_known(traced['nodes'])
    graph = Graph()
    for node in traced['nodes']:
        if node['name'] in params:
            graph.constant(node['name'], params[node['name']])
    known = {name: (array.shape, array.dtype)
             for name, array in {**params, **arrays}.items()}
    outputs, _ = _append(graph, traced, sym, known, params)
    return graph, [outputs[j][k] for j, k, *_ in traced['heads']]


def _append(graph, traced, sym, known, params, names=None):
    """Append a traced graph to an ONNX one, of which it may be the body of a loop.

    known: (shape, dtype) of its inputs; names: their ONNX names, where they differ.
    Returns the ONNX names of each node's outputs, and the types as `_types` gives them.
    """
    types, names = _types(sym, known), names or {}
    nodes, outputs = traced['nodes'], []
    for i, node in enumerate(nodes):
        graph.layer = node['name']
        if node['op'] == 'null':
            outputs.append([names.get(node['name'], node['name'])])
            continue
        entries = [(j, k) for j, k, *_ in node['inputs']]
        inputs = [outputs[j][k] for j, k in entries]
        in_types = [types[entry] for entry in entries]
        if node['op'] == LOOP:
            node['subgraphs'][0]['attrs'] = traced['attrs']  # MXNet's version
            outputs.append(_loop(graph, node, inputs, in_types, params))
            continue
        outputs.append(_converted(graph, Node(
            graph, node, inputs=inputs,
            types=[(len(shape), dtype) for shape, dtype in in_types],
            out_dtype=types[i, 0][1],
            value=lambda i, entries=entries: _value(sym, params, entries[i]))))
    return outputs, types


def _loop(graph, node, inputs, types, params):
    """A loop over the first axis of some inputs, as ONNX's Scan; its outputs' names."""
    places = {key: literal_eval(node['attrs'][key])
              for key in ('in_data_locs', 'in_state_locs', 'remain_locs')}
    data, states, rest = (list(places[key]) for key in places)
    traced = node['subgraphs'][0]
    sym = mx.sym.load_json(json.dumps(traced))
    args = [traced['nodes'][i]['name'] for i in traced['arg_nodes']]
    outer = dict(zip(data + states + rest, zip(inputs, types)))  # by place in args
    known = {args[i]: ((shape[1:], dtype) if i in data else (shape, dtype))
             for i, (_, (shape, dtype)) in outer.items()}
    body = Graph(constants=graph.constants)
    outputs, inner = _append(body, traced, sym, known, params,
                             {args[i]: outer[i][0] for i in rest})
    heads = [(outputs[j][k], inner[j, k][1]) for j, k, *_ in traced['heads']]
    num_data = int(node['attrs']['num_out_data'])
    graph.layer = node['name']
    names = graph.loop(
        body, states=[(outer[i][0], args[i], known[args[i]][1]) for i in states],
        slices=[(outer[i][0], args[i], known[args[i]][1]) for i in data],
        results=heads[num_data:] + heads[:num_data])
    num_states = len(states)
    return names[num_states:] + names[:num_states]


def _types(sym, known):
    """(shape, dtype) of each output in the graph, by (node, output)."""
    known = {name: known[name] for name in sym.list_inputs()}
    internals = sym.get_internals()
    _, out_shapes, _ = internals.infer_shape(
        **{name: shape for name, (shape, _) in known.items()})
    _, dtypes, _ = internals.infer_type(
        **{name: dtype for name, (_, dtype) in known.items()})
    heads = json.loads(internals.tojson())['heads']
    return {(j, k): (shape, dtype)
            for (j, k, *_), shape, dtype in zip(heads, out_shapes, dtypes)}


def _check_known(nodes):
    """ValueError unless every operator has a converter."""
    unknown = {}  # the first layer of each
    for node in _with_bodies(nodes):
        if node['op'] not in ('null', LOOP) and node['op'] not in CONVERTERS:
            unknown.setdefault(node['op'], node['name'])
    if unknown:
        raise InputError(
            'no ONNX converter for '
            + ', '.join(f'operator {operator!r} (layer {name!r})'
                        for operator, name in unknown.items())
            + ': write that part of the network with other operators, or export it '
              'with export_block')


def _with_bodies(nodes):
    """All nodes, those in the bodies of loops among them."""
    for node in nodes:
        yield node
        for body in node.get('subgraphs', ()):
            yield from _with_bodies(body['nodes'])


def _converted(graph, node):
    """The ONNX names of one node's outputs."""
    try:
        outputs = CONVERTERS[node.operator](graph, node)
    except Unsupported as error:
        raise InputError(f'operator {node.operator!r} (layer {node.name!r}) with '
                         f'{error} has no ONNX converter: use another form of it, or '
                         'export the network with export_block') from error
    return [outputs] if isinstance(outputs, str) else outputs


def _value(sym, params, entry):
    """The array of an output in the graph that is computed from parameters alone."""
    internals = sym.get_internals()
    heads = [(j, k) for j, k, *_ in json.loads(internals.tojson())['heads']]
    output = internals[heads.index(entry)]
    arrays = {name: np.array(params[name], dtype=params[name].dtype)
              for name in output.list_inputs()}
    return output.eval(ctx=mx.cpu(), **arrays)[0].asnumpy()

