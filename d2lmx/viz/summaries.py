"""Networks as tables: what each layer gives, how much it learns and how much it costs.
"""
import json
import math

import mxnet as mx
from mxnet.gluon import nn

from ..errors import InputError
from .tables import table

__all__ = ['layer_shapes', 'summary', 'summary_table', 'multiply_adds']

CHAINS = nn.Sequential, nn.HybridSequential  # of layers, one after another


def input_shapes(inputs) -> dict:
    """{name: shape} of arrays: `data`, or `data0`, `data1`, ... as in an export."""
    names = ['data'] if len(inputs) == 1 else [f'data{i}' for i in range(len(inputs))]
    return {name: X.shape for name, X in zip(names, inputs)}


def those_read(shapes, graph) -> dict:
    """The shapes of the inputs that a graph reads, without those that it does not."""
    return {name: shapes[name] for name in graph.list_inputs() if name in shapes}


def variables(names) -> list:
    """Symbols of these names, to call a network with."""
    return [mx.sym.var(name).as_np_ndarray() for name in names]


def outputs_of(net, symbols, inputs) -> list:
    """All outputs of a block as symbols, states too, in order.

    symbols: what it is called with; inputs: arrays of the same shapes, by which a block
    that unrolls a loop (of the seq2seq models) is told its number of steps.
    """
    lengths = net.lengths(*inputs) if hasattr(net, 'lengths') else {}
    for block, steps in lengths.items():
        block.num_steps = steps
    try:
        return list(_flat(net(*symbols)))
    finally:
        for block in lengths:
            block.num_steps = None


def _flat(outputs):
    """The symbols in nested lists and tuples, in order."""
    if isinstance(outputs, (list, tuple)):
        for part in outputs:
            yield from _flat(part)
    else:
        yield outputs


def layer_shapes(net, *inputs) -> list:
    """[name, output shape] of each layer of a sequential network, in order.

    An encoder-decoder has two, any other block counts as one layer. A layer with
    several outputs, such as states, has a list of shapes. Only the shapes of the inputs
    matter: nothing is computed and the network need not be initialized. ValueError
    names the layer that cannot take what comes to it.

    Ours, for 7.1
    """
    return [[name, shape] for name, shape, _ in _layers(net, inputs)]


def summary(net, *inputs) -> list:
    """[name, output shape, parameters] of each layer, and a last row 'total'.

    Parameters are the numbers that are learnt, without the running statistics of batch
    normalization. One shared by two layers counts in both, but once in the total.
    Else as `layer_shapes`.

    Ours, for 7.1
    """
    rows, all_sizes = [], {}
    for name, shape, sizes in _layers(net, inputs):
        rows.append([name, shape, sum(sizes.values())])
        all_sizes.update(sizes)
    return rows + [['total', shape, sum(all_sizes.values())]]


def summary_table(net, *inputs) -> str:
    """The `summary` as lines of text.

    Ours, for 7.1
    """
    return table([{'layer': name, 'output shape': in_words(shape),
                   'parameters': f'{count:,}'}
                  for name, shape, count in summary(net, *inputs)])


def in_words(shape) -> str:
    """A shape, or several: '2 x 3', '2 x 3, 5'."""
    shapes = shape if any(isinstance(part, list) for part in shape) else [shape]
    return ', '.join(' x '.join(map(str, part)) for part in shapes)


def _stages(net, symbols, inputs):
    """(layer, its outputs as symbols) of each layer, in order."""
    forwards = {'forward', 'hybrid_forward'} & vars(type(net)).keys()
    if type(net) in CHAINS or isinstance(net, CHAINS) and not forwards:
        for layer in net._children.values():
            symbols = outputs_of(layer, symbols, inputs)
            yield layer, symbols
    elif len(symbols) > 1 and hasattr(net, 'encoder') and hasattr(net, 'decoder'):
        X, _, *others = symbols
        yield net.encoder, list(_flat(net.encoder(X, *others)))
        yield net.decoder, outputs_of(net, symbols, inputs)
    else:
        yield net, outputs_of(net, symbols, inputs)


def _layers(net, inputs):
    """(name, output shape, {parameter name: size}) of each layer, by tracing."""
    known = input_shapes(inputs)
    shape = [list(X.shape) for X in inputs]
    for layer, outputs in _stages(net, variables(known), inputs):
        graph = mx.sym.Group(outputs)
        try:
            arg_shapes, out_shapes, _ = graph.infer_shape(**those_read(known, graph))
        except mx.MXNetError as error:
            raise InputError(f'{layer} cannot take an input of shape '
                             f'{", ".join(map(str, shape))}') from error
        shape = [list(s) for s in out_shapes]
        learnt = {name for name, param in layer.collect_params().items()
                  if param.grad_req != 'null'}
        yield (type(layer).__name__, shape[0] if len(shape) == 1 else shape,
               {name: math.prod(s) for name, s
                in zip(graph.list_arguments(), arg_shapes) if name in learnt})


def multiply_adds(net, *inputs) -> int:
    """How many multiplications and additions a prediction takes, in pairs.

    Counted are convolutions, transposed ones too, dense and recurrent layers and
    products of batches of matrices, which are nearly all. Only the shapes of the inputs
    matter, as in `layer_shapes`.

    Ours, for 12.1
    """
    known = input_shapes(inputs)
    return products_of(mx.sym.Group(outputs_of(net, variables(known), inputs)), known)


def products_of(graph, known) -> int:
    """`multiply_adds` of a graph, a symbol; known: {input or parameter: shape}."""
    internals = graph.get_internals()
    _, outputs, _ = internals.infer_shape(**those_read(known, graph))
    shapes = {}
    for output, shape in zip(internals, outputs):
        shapes.setdefault(output.name, shape)  # of a node, its first output's
    nodes, count = json.loads(graph.tojson())['nodes'], 0
    for node in nodes:
        result = shapes[node['name']]
        inputs = [shapes[nodes[place[0]]['name']] for place in node['inputs'][:2]]
        if node['op'] in ('Convolution', 'FullyConnected'):
            # each output takes as many products as a filter, or a row, has weights
            count += math.prod(result) * math.prod(inputs[1][1:])
        elif node['op'] == 'Deconvolution':  # and each input, as a filter of it has
            count += math.prod(inputs[0]) * math.prod(inputs[1][1:])
        elif node['op'] == 'RNN':  # (steps, batch, d), and all parameters in a row
            count += math.prod(inputs[0][:2]) * math.prod(inputs[1])
        elif node['op'] == 'batch_dot':
            is_turned = node.get('attrs', {}).get('transpose_a') == 'True'
            count += math.prod(result) * inputs[0][1 if is_turned else 2]
    return count
