from collections import defaultdict

import numpy as onp
import pytest

import d2lmx as d2l
from d2lmx.errors import InputError


def corpus_of(*sentences):
    offsets = onp.cumsum([0, *map(len, sentences)])
    return d2l.Corpus(onp.array(sum(map(list, sentences), []), 'int32'), offsets)


def counted(corpus, window):
    """{(center, context): count} by a loop over all places."""
    counts = defaultdict(float)
    for line in corpus.lists():
        for i, center in enumerate(line):
            for j, context in enumerate(line):
                if 0 < abs(i - j) <= window:
                    counts[center, context] += 1 / abs(i - j)
    return counts


def test_counts_by_hand():
    centers, contexts, counts = d2l.cooccurrences(corpus_of([1, 2, 1], [2], [3, 1]), 2)
    assert list(zip(centers.tolist(), contexts.tolist(), counts.tolist())) == [
        (1, 1, 1.), (1, 2, 2.), (1, 3, 1.), (2, 1, 2.), (3, 1, 1.)]
    assert centers.dtype == contexts.dtype == 'int32' and counts.dtype == 'float32'


@pytest.mark.parametrize('window', [1, 3, 10, 11, 50, 10**9])
def test_counts_are_those_of_a_loop(window):
    rng = onp.random.RandomState(window)
    corpus = corpus_of(*(rng.randint(0, 9, rng.randint(0, 12)) for _ in range(40)))
    centers, contexts, counts = d2l.cooccurrences(corpus, window)
    expected = counted(corpus, window)
    assert list(zip(centers, contexts)) == sorted(expected)
    onp.testing.assert_allclose(counts, [expected[pair] for pair in sorted(expected)],
                                rtol=1e-6)  # rounded to float32


def test_no_pair_is_no_count():
    parts = d2l.cooccurrences(corpus_of([1], [], [2]), 5)
    assert [len(part) for part in parts] == [0, 0, 0]
    with pytest.raises(InputError, match='max_window_size'):
        d2l.cooccurrences(corpus_of([1, 2]), 0)
