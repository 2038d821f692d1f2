"""Networks as pictures of their graph, drawn by the program Graphviz."""
import json
import shutil
from pathlib import Path

import mxnet as mx

from ..errors import InputError, Unavailable
from ..files.whole import whole_file
from .summaries import (in_words, input_shapes, outputs_of, summary_table, those_read,
                        variables)

__all__ = ['GraphvizMissing', 'draw_network']

SUFFIXES = ('.svg', '.png', '.pdf')
DETAILS = ('act_type', 'pool_type', 'mode', 'kernel', 'num_filter', 'num_hidden')
PREFIXES = ('np', 'npi', 'npx', 'contrib')  # of MXNet's operators
LEARNS, BENDS, POOLS, OTHER = '#fbb4ae', '#ffffcc', '#b3cde3', '#f2f2f2'
COLORS = {'null': '#ccebc5', 'Convolution': LEARNS, 'FullyConnected': LEARNS,
          'Embedding': LEARNS, 'RNN': LEARNS, 'BatchNorm': LEARNS, 'LayerNorm': LEARNS,
          'Activation': BENDS, 'LeakyReLU': BENDS, '_npx_relu': BENDS, 'softmax': BENDS,
          'Pooling': POOLS}


class GraphvizMissing(Unavailable, OSError):
    """Graphviz is not installed; the text ends with the network's summary instead.

    Ours, for 7.6
    """


def draw_network(net, inputs, path) -> Path:
    """Draw the graph of a network of HybridBlocks to a file; returns its path.

    One box an operator with the shape of what it gives, from the inputs at the bottom
    to the output at the top. The network need not be initialized.

    Parameters
    ----------
    net
        Called with as many symbols as there are inputs.
    inputs
        An array or a tuple of arrays, of which only the shapes matter.
    path
        File to write; its suffix, .svg, .png or .pdf, is the format. ValueError for
        others, GraphvizMissing where the program `dot` is not installed.

    Ours, for 7.6
    """
    path = Path(path)
    if path.suffix not in SUFFIXES:
        raise InputError(f'a drawing ends in {", ".join(SUFFIXES)}, got {str(path)!r}')
    inputs = inputs if isinstance(inputs, (list, tuple)) else (inputs,)
    if shutil.which('dot') is None:
        raise GraphvizMissing(
            'drawing a network takes the program `dot` of Graphviz, which is not '
            'installed (apt-get install graphviz, brew install graphviz or conda '
            'install graphviz). No picture is written; the network as a table:\n'
            f'{summary_table(net, *inputs)}')
    shapes = input_shapes(inputs)
    with mx.name.NameManager():  # names count from 0, whatever was built before
        graph = mx.sym.Group(outputs_of(net, variables(shapes), inputs))
    picture = _drawing(graph, shapes).pipe(format=path.suffix[1:])
    with whole_file(path) as part:
        part.write_bytes(picture)
    return path


def _drawing(graph, shapes):
    """A box an operator, with its shape, and an arrow from each that it takes."""
    from graphviz import Digraph  # here, as no other figure needs it
    drawing = Digraph(graph_attr={'rankdir': 'BT', 'ranksep': '0.25'}, node_attr={
        'shape': 'box', 'style': 'filled', 'height': '0.3', 'margin': '0.12,0.06'})
    internals = graph.get_internals()
    known = internals.infer_shape(**those_read(shapes, graph))
    written = json.loads(internals.tojson())
    nodes, outputs = written['nodes'], {}
    for (i, *_), shape in zip(written['heads'], known[1]):
        outputs.setdefault(i, []).append(list(shape))
    for i, node in enumerate(nodes):
        if node['op'] == 'null' and node['name'] not in shapes:
            continue  # a parameter
        label = node['name'] if node['op'] == 'null' else _in_words(node)
        drawing.node(str(i), f'{label}\n{in_words(outputs[i])}',
                     fillcolor=COLORS.get(node['op'], OTHER))
        for j, *_ in node['inputs']:
            if nodes[j]['op'] != 'null' or nodes[j]['name'] in shapes:
                drawing.edge(str(j), str(i))
    return drawing


def _in_words(node) -> str:
    """An operator with what tells it from others of its kind."""
    told = node.get('attrs', {})
    details = [told[name].strip('()').replace(', ', ' x ') for name in DETAILS
               if name in told]
    name = node['op'].lstrip('_')
    prefix, _, rest = name.partition('_')
    return f'{rest if prefix in PREFIXES else name} {", ".join(details)}'.rstrip()
