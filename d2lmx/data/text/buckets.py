"""Minibatches of sentence pairs that are about equally long."""
from collections import defaultdict

import numpy as onp

from ...context import current
from ...errors import InputError
from ..arrays import copied

__all__ = ['BucketIterator']


class BucketIterator:
    """Batches of pairs from buckets, so that little of a batch is padding.

    Both sides of a batch are as long as a multiple of `width`, and no sentence in it
    has `width` or more padding tokens. Every pass draws, from NumPy's global seed,
    which pairs of a bucket come together, and the order of all batches. A bucket's last
    batch holds what is left. ``len`` counts the batches of a pass.

    A worker of ``d2lmx launch`` gets its share of batches `joined_size` large: as many
    as all workers together take at a step, from one bucket. It may be empty.

    Parameters
    ----------
    sources, targets
        Equally many lists of token numbers, at least one in each.
    batch_size, width
        At least 1; else, and for sides that do not match, ValueError.
    pad
        Number of '<pad>', in both vocabularies.
    shuffle
        False: buckets by length, and pairs in their order, in every pass.

    A batch is a list of X (batch, steps), its valid lengths (batch,), Y (batch, steps)
    and its valid lengths, all int32, as `seq2seq_step` takes it.

    Ours, for 9.5, which pads all to one length
    """

    is_shared = True  # among workers, by itself

    def __init__(self, sources, targets, batch_size: int, pad: int, width: int = 4,
                 shuffle: bool = True):
        if len(sources) != len(targets) or not all(map(len, [*sources, *targets])):
            raise InputError('sources and targets must be as many, and none empty, got '
                             f'{len(sources)} and {len(targets)}')
        if batch_size < 1 or width < 1:
            raise InputError('batch_size and width must be at least 1, got '
                             f'{batch_size} and {width}')
        self.batch_size, self.shuffle = batch_size, shuffle
        buckets = defaultdict(list)
        for source, target in zip(sources, targets):
            steps = tuple(-(-len(side) // width) * width for side in (source, target))
            buckets[steps].append((source, target))
        self.buckets = {
            steps: [array for i in (0, 1)
                    for array in padded([pair[i] for pair in pairs], steps[i], pad)]
            for steps, pairs in sorted(buckets.items())}

    def __len__(self):
        return sum(-(-len(arrays[0]) // self.joined_size)
                   for arrays in self.buckets.values())

    @property
    def joined_size(self) -> int:
        """Pairs of a step, at most: batch_size, of every worker."""
        return self.batch_size * current().workers.size

    @property
    def padding(self) -> float:
        """The share of padding in all tokens of a pass, in [0, 1)."""
        sizes = sum(a.size for X, _, Y, _ in self.buckets.values() for a in (X, Y))
        valid = sum(int(lens.sum()) for _, X_lens, _, Y_lens in self.buckets.values()
                    for lens in (X_lens, Y_lens))
        return 1 - valid / sizes

    def __iter__(self):
        batches = []
        for steps, arrays in self.buckets.items():
            rows = onp.arange(len(arrays[0]))
            if self.shuffle:
                onp.random.shuffle(rows)
            batches += [(steps, rows[start:start + self.joined_size])
                        for start in range(0, len(rows), self.joined_size)]
        if self.shuffle:
            onp.random.shuffle(order := onp.arange(len(batches)))
            batches = [batches[i] for i in order]
        for steps, rows in batches:
            rows = current().workers.part(rows)
            yield [copied(onp.take(a, rows, axis=0)) for a in self.buckets[steps]]


def padded(lines, num_steps: int, pad: int):
    """Lists of token numbers as arrays: (lines, num_steps), lengths (lines,), int32."""
    array = onp.full((len(lines), num_steps), pad, dtype='int32')
    for row, line in zip(array, lines):
        row[:len(line)] = line
    return array, onp.array([len(line) for line in lines], dtype='int32')
