"""Minibatches of texts, and of sentence pairs, that are about equally long."""
from collections import defaultdict

import numpy as onp

from ...context import current
from ...errors import InputError
from ..arrays import BatchIterator, copied

__all__ = ['BucketIterator', 'TextIterator']

POOL = 50   # batches among whose texts those of like lengths come together
WIDTH = 20  # texts of a batch are as long as a multiple of it


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
        Equally many lists of token numbers, at least one in each; a token of either may
        also be a row of several, as of `word_features`: X is (batch, steps, k) then.
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
        sizes = sum(a.shape[0] * a.shape[1] for X, _, Y, _ in self.buckets.values()
                    for a in (X, Y))
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


class TextIterator(BatchIterator):
    """Batches of labelled texts of like lengths, without the padding that all have.

    A batch is X (batch, steps), as long as its longest text, made up to a multiple of
    20 where the texts given are so long, and y (batch,); for networks to which padding
    makes no difference. Shuffled, each pass draws an order from NumPy's global seed,
    sorts the texts of POOL batches at a time by their lengths, and gives the batches in
    any order; else it goes from short texts to long.

    Parameters
    ----------
    tokens, labels
        (texts, steps), numbers of tokens, and (texts,); as `BatchIterator` takes them.
    batch_size, shuffle
        As of `BatchIterator`, also with ``d2lmx launch``.
    pad
        Number of '<pad>', which stands behind a text.

    Ours, for 15.2
    """

    def __init__(self, tokens, labels, batch_size: int, pad: int,
                 shuffle: bool = False):
        super().__init__((tokens, labels), batch_size, shuffle, self.trimmed)
        self.pad = pad
        is_token = self.arrays[0] != pad
        steps = onp.arange(1, is_token.shape[1] + 1)
        self.lens = (is_token * steps).max(axis=1, initial=0)

    def divided(self, order, size):
        pool = size * POOL if self.shuffle else max(len(order), 1)
        batches = []
        for start in range(0, len(order), pool):
            part = order[start:start + pool]
            part = part[onp.argsort(self.lens[part], kind='stable')]
            batches += super().divided(part, size)
        if self.shuffle:
            onp.random.shuffle(places := onp.arange(len(batches)))
            batches = [batches[i] for i in places]
        return batches

    def trimmed(self, X):
        """The first steps of X, as many as its longest text and WIDTH say."""
        columns = onp.flatnonzero((X != self.pad).any(axis=0))
        longest = columns[-1] + 1 if len(columns) else 1
        return X[:, :-(-longest // WIDTH) * WIDTH]


def padded(lines, num_steps: int, pad: int):
    """Lists of token numbers as arrays: (lines, num_steps), lengths (lines,), int32."""
    shape = len(lines), num_steps, *onp.shape(lines[0])[1:]
    array = onp.full(shape, pad, dtype='int32')
    for row, line in zip(array, lines):
        row[:len(line)] = line
    return array, onp.array([len(line) for line in lines], dtype='int32')
