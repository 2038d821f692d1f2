"""Batches of subsequences, and the tokens that follow them."""
import random

import numpy as onp

from ...errors import InputError
from ..arrays import copied

__all__ = ['seq_data_iter_random', 'seq_data_iter_sequential']


def seq_data_iter_random(corpus, batch_size: int, num_steps: int):
    """One pass over a corpus, cut into subsequences that come in random order.

    corpus: token numbers. Gives pairs X, Y (batch_size, num_steps), int32, where Y is X
    one token later. The cuts start at a random token below num_steps. ValueError for a
    batch_size or num_steps below 1, or a corpus too short for a batch.

    Book: 8.3 (sec_language_model)
    """
    needed = (batch_size + 1) * num_steps
    corpus = _checked(corpus, batch_size, num_steps, needed)
    corpus = corpus[random.randint(0, num_steps - 1):]
    num_subseqs = (len(corpus) - 1) // num_steps  # the last Y needs one token more
    starts = list(range(0, num_subseqs * num_steps, num_steps))
    random.shuffle(starts)
    num_batches = num_subseqs // batch_size
    starts = onp.reshape(starts[:num_batches * batch_size],
                         (num_batches, batch_size, 1))
    places = starts + onp.arange(num_steps)    # (num_batches, batch_size, num_steps)
    return _pairs(corpus[places], corpus[places + 1])


def seq_data_iter_sequential(corpus, batch_size: int, num_steps: int):
    """One pass over a corpus; each row goes on in the same row of the next batch.

    corpus, the pairs and errors as in `seq_data_iter_random`. The first row starts at a
    random token, at most num_steps from the beginning.

    Book: 8.3 (sec_language_model)
    """
    needed = (batch_size + 1) * num_steps + 1
    corpus = _checked(corpus, batch_size, num_steps, needed)
    offset = random.randint(0, num_steps)
    length = (len(corpus) - offset - 1) // batch_size  # of a row
    num_batches = length // num_steps

    def batches(start):
        rows = corpus[start:start + batch_size * length].reshape(batch_size, length)
        rows = rows[:, :num_batches * num_steps]
        return rows.reshape(batch_size, num_batches, num_steps).swapaxes(0, 1)

    return _pairs(batches(offset), batches(offset + 1))


def _checked(corpus, batch_size, num_steps, needed):
    """The corpus as a NumPy array; ValueError where it may hold no batch.

    needed: how many tokens there must be for a batch even from the latest start.
    """
    if min(batch_size, num_steps) < 1:
        raise InputError('batch_size and num_steps must be at least 1, got '
                         f'{batch_size} and {num_steps}')
    if len(corpus) < needed:
        raise InputError(f'{batch_size} sequences of {num_steps} steps need a corpus '
                         f'of {needed} tokens, got {len(corpus)}: choose a smaller '
                         'batch_size or num_steps, or more tokens')
    return onp.asarray(corpus, dtype='int32')


def _pairs(Xs, Ys):
    """Pairs of MXNet arrays, one by one."""
    return ((copied(X), copied(Y)) for X, Y in zip(Xs, Ys))
