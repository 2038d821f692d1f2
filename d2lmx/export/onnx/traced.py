"""A traced network, as `HybridBlock.export` writes it, turned into an ONNX graph."""
import json
from functools import partial

import mxnet as mx
from mxnet import npx

from . import arithmetic, layers, shapes  # their converters register themselves
from .graph import CONVERTERS, Graph, Node, Unsupported

__all__ = []


def convert(symbol_file, params_file, arrays):
    """The ONNX graph, and the names in it of the network's outputs, in their order.

    `arrays` maps the network's input names to NumPy arrays, whose dtypes and numbers
    of axes are used. ValueError names every operator that cannot be converted.
    """
    sym = mx.sym.load(str(symbol_file))
    saved = npx.load(str(params_file)) or {}  # a list, where there are none
    params = {key.partition(':')[2]: value.asnumpy() for key, value in saved.items()}
    traced = json.loads(sym.tojson())
    nodes = traced['nodes']
    _check_known(nodes)
    types = _types(sym, {**params, **arrays})
    graph = Graph()
    outputs = []  # of each MXNet node, their ONNX names
    for i, node in enumerate(nodes):
        graph.layer = node['name']
        if node['op'] == 'null':
            if node['name'] in params:
                graph.constant(node['name'], params[node['name']])
            outputs.append([node['name']])
            continue
        entries = [(j, k) for j, k, *_ in node['inputs']]
        outputs.append(_converted(graph, Node(
            graph, node, inputs=[outputs[j][k] for j, k in entries],
            types=[types[entry] for entry in entries], out_dtype=types[i, 0][1],
            leaves=partial(_leaves, nodes, params, node))))
    return graph, [outputs[j][k] for j, k, *_ in traced['heads']]


def _types(sym, known):
    """(number of axes, dtype) of each output in the graph, by (node, output)."""
    known = {name: known[name] for name in sym.list_inputs()}
    internals = sym.get_internals()
    _, out_shapes, _ = internals.infer_shape(
        **{name: array.shape for name, array in known.items()})
    _, dtypes, _ = internals.infer_type(
        **{name: array.dtype for name, array in known.items()})
    heads = json.loads(internals.tojson())['heads']
    return {(j, k): (len(shape), dtype)
            for (j, k, *_), shape, dtype in zip(heads, out_shapes, dtypes)}


def _check_known(nodes):
    """ValueError unless every operator has a converter."""
    unknown = {}  # the first layer of each
    for node in nodes:
        if node['op'] != 'null' and node['op'] not in CONVERTERS:
            unknown.setdefault(node['op'], node['name'])
    if unknown:
        raise ValueError(
            'no ONNX converter for '
            + ', '.join(f'operator {operator!r} (layer {name!r})'
                        for operator, name in unknown.items())
            + ': write that part of the network with other operators, or export it '
              'with export_block')


def _converted(graph, node):
    """The ONNX names of one node's outputs."""
    try:
        outputs = CONVERTERS[node.operator](graph, node)
    except Unsupported as error:
        raise ValueError(f'operator {node.operator!r} (layer {node.name!r}) with '
                         f'{error} has no ONNX converter: use another form of it, or '
                         'export the network with export_block') from error
    return [outputs] if isinstance(outputs, str) else outputs


def _leaves(nodes, params, node, i):
    """The parameters that a node's input i is computed from, in order."""
    def walk(j):
        if nodes[j]['op'] == 'null':
            yield params[nodes[j]['name']]
        for child, *_ in nodes[j]['inputs']:
            yield from walk(child)
    return list(walk(node['inputs'][i][0]))
