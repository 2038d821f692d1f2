"""Blocks, and what is counted of their outputs, as one graph.

Where networks are small, most of a step's time is Python's calls of one operator each;
a graph is one call, whatever it holds.
"""
import mxnet as mx
from mxnet import gluon
from mxnet.gluon import nn

from ..layers.functional import without_gradient

__all__ = ['Joint', 'Measure']


class Joint(nn.HybridBlock):
    """A function of blocks and arrays as a block: its outputs are ``function(F,
    *blocks, *arrays)``.

    F: as of ``hybrid_forward``. It is compiled alone; the blocks stay as they are, and
    what is changed of them later is not seen.

    Ours, for 16.3
    """

    def __init__(self, function, *blocks):
        super().__init__()
        self.function, self.blocks = function, blocks
        for block in blocks:
            self.register_child(block)

    def hybridize(self, active=True, **options):
        self._active, self._flags = active, list(options.items())
        self._clear_cached_op()

    def follow(self, net):
        """Be compiled where net is, and with its options; gives itself."""
        if getattr(net, '_active', False):
            self.hybridize(**dict(net._flags))
        return self

    def hybrid_forward(self, F, *arrays):
        return self.function(F, *self.blocks, *arrays)


class Measure:
    """What a `measured_step` measures: by one graph, where the network is compiled and
    all blocks can be part of it.

    Called with a device's part of a batch it gives its loss, and {name: (sum, examples
    of the batch)}.

    Parameters
    ----------
    names
        Of the sums, such as ['train loss', 'train acc'].
    function
        ``function(F, net, *blocks, X, Y, ...)`` gives the sums, an array each, in a
        tuple or alone; the first is that of the losses, whose gradient is followed.
    net, blocks
        The network that is trained, and what else function takes, such as a loss.

    Attributes: ``graph``, the `Joint`; None where a block has not ``hybrid_forward``.

    Ours, for 16.3
    """

    def __init__(self, names, function, net, *blocks):
        self.names, self.function, self.blocks = names, function, (net, *blocks)
        self.graph = None
        if all(map(is_graph, self.blocks)):
            self.graph = Joint(self.sums, *self.blocks)

    def sums(self, F, *blocks_and_arrays) -> list:
        """Those of the function, of which the first has a gradient."""
        sums = self.function(F, *blocks_and_arrays)
        first, *others = sums if isinstance(sums, (list, tuple)) else [sums]
        return [first, *(without_gradient(F, s) for s in others)]

    def __call__(self, *batch):
        if is_compiled(self.blocks[0], self.graph):
            sums = self.graph(*batch)
        else:
            sums = self.sums(mx.nd, *self.blocks, *batch)
        sums = sums if isinstance(sums, (list, tuple)) else [sums]  # of one output
        return sums[0], {name: (total, len(batch[-1]))
                         for name, total in zip(self.names, sums)}


def is_graph(block) -> bool:
    """Whether all that a block does is written as a ``hybrid_forward``."""
    return (isinstance(block, gluon.HybridBlock) and getattr(block, 'takes_F', True)
            and type(block).forward is gluon.HybridBlock.forward)


def beside(net, function, loss):
    """The `Joint` of a loss with what is counted of it, for a compiled network; None
    where the loss is a reader's, who need not have written it for graphs.
    """
    package = type(loss).__module__.partition('.')[0]
    if package in ('mxnet', 'd2lmx') and is_graph(loss):
        return Joint(function, loss).follow(net)
    return None


def is_compiled(net, graph) -> bool:
    """Whether a network is compiled now, and its `Joint`, or None, with it."""
    return graph is not None and graph._active and getattr(net, '_active', False)
