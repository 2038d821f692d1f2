"""What `fit` works with: an object that trains on one batch at a time."""
from mxnet import gluon

from ..context import current

__all__ = ['Step']

STATIC = dict(static_alloc=True, static_shape=True)  # memory and shapes planned once


class Step:
    """Trains on one batch: ``step(*batch) -> {name: (sum, count)}``; does not wait.

    Sums may be arrays still being computed; their means over the batches are what a
    `History` gets. A subclass, or a function given here, says how. Where the run in
    force wants it, as ``d2lmx run`` does, the networks that are trained are compiled;
    elsewhere they stay as their owner made them.

    Parameters
    ----------
    function
        What a call does.
    trains
        All that a call changes: blocks, trainers and arrays, in lists, tuples or dicts,
        which may hold numbers as well. `Checkpoints` save it, and change it in place
        when a training is resumed; the networks that are compiled are the blocks among
        it, alone or in a list or tuple. Functions do not say what they train: where a
        network or an updater is one, its arrays are named here.

    Attributes
    ----------
    in_order
        Whether a row of a batch must go on in the same row of the next.
    counts_tokens
        Whether the count of 'train loss' is one of tokens, for a history's throughput.
    num_labels
        How many of a batch's arrays, the last ones, are what is to be learnt.
    graphs
        Blocks that are called in place of those that are trained, which they contain.

    Ours, for 3.6; what stands in the body of a page's loop
    """

    in_order = False
    counts_tokens = False
    num_labels = 1
    graphs = ()

    def __init__(self, function=None, trains=None):
        self._function, self.trains = function, trains
        if current().compiles:  # the one place where a run's networks are hybridized
            for part in trains if isinstance(trains, (list, tuple)) else [trains]:
                # a second step goes on with the graph; what cannot be traced stays
                if isinstance(part, gluon.Block) and getattr(part, 'takes_F', True):
                    if not getattr(part, '_active', False):
                        part.hybridize(**STATIC)

    def __call__(self, *batch) -> dict:
        return self._function(*batch)

    def begin_epoch(self) -> None:
        """What is to be done before an epoch's first batch; nothing, mostly."""
