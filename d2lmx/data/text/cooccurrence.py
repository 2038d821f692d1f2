"""How often words stand near each other, counted over a whole corpus at once."""
import numpy as onp

from ...runtime.checks import check_whole

__all__ = ['cooccurrences']


def cooccurrences(corpus, max_window_size: int):
    """Pairs of words that stand near each other, and how often: GloVe's counts.

    Two words of a sentence, d words apart, count 1 / d for each other, in both orders,
    where d is at most max_window_size.

    Parameters
    ----------
    corpus
        A `Corpus`; leave unknown tokens out of it first.
    max_window_size
        At least 1; else InputError.

    Gives centers, contexts, int32, and counts, float32: (pairs,) each, where no pair
    comes twice; in the order of centers, then contexts.

    Ours, for 14.5
    """
    check_whole(max_window_size=max_window_size)
    tokens, sentence = corpus.tokens.astype('int64'), corpus.sentence
    size = int(tokens.max(initial=0)) + 1
    keys, counts = [], []
    for distance in range(1, max(2, min(max_window_size + 1, corpus.longest))):
        left, right = tokens[:-distance], tokens[distance:]
        is_one = sentence[:-distance] == sentence[distance:]
        for centers, contexts in ((left, right), (right, left)):
            pairs, numbers = onp.unique((centers * size + contexts)[is_one],
                                        return_counts=True)
            keys.append(pairs)
            counts.append(numbers / distance)
    pairs, places = onp.unique(onp.concatenate(keys), return_inverse=True)
    totals = onp.bincount(places, onp.concatenate(counts), len(pairs))
    return ((pairs // size).astype('int32'), (pairs % size).astype('int32'),
            totals.astype('float32'))
