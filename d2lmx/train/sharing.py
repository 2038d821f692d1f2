"""One step's batches, shared out among the workers that train together."""
import itertools
import math

import numpy as onp
from mxnet import np

from ..context import current
from ..errors import InputError


def share(batches, go_on: bool = False):
    """This worker's share of each pass; the same object where there is nothing to do.

    n workers take n batches that follow each other, one each, as one process would take
    them joined. What the last of such groups holds is divided among all. ValueError for
    batches whose rows go on in the next, unless they share themselves.
    """
    if current().workers.size == 1 or getattr(batches, 'is_shared', False):
        return batches
    if go_on:
        raise InputError('a state is carried from batch to batch: several workers need '
                         'batches that share their rows, as those of a SeqDataLoader')
    return Share(batches)


class Share:
    """Batches, lists or tuples of arrays with one row an example, of this worker."""

    is_shared = True

    def __init__(self, batches):
        self.batches = batches

    def __len__(self):
        return math.ceil(len(self.batches) / current().workers.size)

    def __iter__(self):
        workers, batches = current().workers, iter(self.batches)
        while group := list(itertools.islice(batches, workers.size)):
            if len(group) == workers.size and len({len(b[0]) for b in group}) == 1:
                workers.part(onp.arange(workers.size))  # a sign of life
                yield group[workers.rank]
                continue
            joined = [np.concatenate(arrays) for arrays in zip(*group)]
            rows = workers.part(onp.arange(len(joined[0])))
            first = int(rows[0]) if len(rows) else 0
            yield [array[first:first + len(rows)] for array in joined]
