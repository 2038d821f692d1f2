"""Networks as pictures of their graph, drawn by the program Graphviz."""
import shutil
from pathlib import Path

import mxnet as mx

from ..errors import InputError, Unavailable
from ..files.whole import whole_file
from .summaries import input_shapes, outputs_of, summary_table, variables

__all__ = ['GraphvizMissing', 'draw_network']

SUFFIXES = ('.svg', '.png', '.pdf')


class GraphvizMissing(Unavailable, OSError):
    """Graphviz is not installed; the text ends with the network's summary instead.

    Ours, for 7.6
    """


def draw_network(net, inputs, path) -> Path:
    """Draw the graph of a network of HybridBlocks to a file; returns its path.

    One box an operator, from the input at the bottom to the output at the top, with the
    shape of one example at each arrow. The network need not be initialized.

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
    drawing = mx.viz.plot_network(graph, shape=shapes,
                                  node_attrs={'fixedsize': 'false'})
    picture = drawing.pipe(format=path.suffix[1:])
    with whole_file(path) as part:
        part.write_bytes(picture)
    return path
