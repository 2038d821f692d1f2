"""Compiled blocks with a loop over steps, whose number a graph has to know.

MXNet has loops for graphs, but with recurrent layers inside, its ``contrib.foreach``
gave wrong outputs and gradients once compiled (version 1.9.1). So such a loop is
unrolled, and a block keeps a graph for each number of steps that it has met.
"""
from contextlib import contextmanager

__all__ = ['GraphOfEachLength']

GRAPH = ('_cached_graph', '_cached_op', '_cached_op_args', '_in_format', '_out_format')


class GraphOfEachLength:
    """What a HybridBlock inherits first, to compile anew for each number of steps.

    A block that has such a loop takes the number from `num_steps` where it is traced;
    it, and any block that is hybridized with it inside, defines `lengths`.

    Ours, for 12.1
    """

    num_steps = None  # while a graph is made, of how many steps

    def lengths(self, *args) -> dict:
        """{block: its number of steps} of all blocks inside that loop, for a call."""
        return {}

    def _call_cached_op(self, *args):
        key = tuple(self.lengths(*args).values())
        if key != self._key:
            self._graphs[self._key] = {name: getattr(self, name) for name in GRAPH}
            super()._clear_cached_op()
            for name, value in self._graphs.get(key, {}).items():
                setattr(self, name, value)
            self._key = key
        return super()._call_cached_op(*args)

    def _clear_cached_op(self):
        super()._clear_cached_op()
        self._graphs, self._key = {}, ()

    def _get_graph(self, *args):
        with self.traced_for(*args):
            return super()._get_graph(*args)

    @contextmanager
    def traced_for(self, *args):
        """While the block is traced: the numbers of steps are those of a call."""
        lengths = self.lengths(*args)
        for block, steps in lengths.items():
            block.num_steps = steps
        try:
            yield
        finally:
            for block in lengths:
                block.num_steps = None
