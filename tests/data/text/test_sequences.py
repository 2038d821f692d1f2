import random

import numpy as onp
import pytest

import d2lmx as d2l

ITERATORS = [d2l.seq_data_iter_random, d2l.seq_data_iter_sequential]


def passed(iterator, corpus, batch_size, num_steps):
    """One pass as NumPy arrays: X and Y, each (batches, batch_size, num_steps)."""
    pairs = [(X.asnumpy(), Y.asnumpy())
             for X, Y in iterator(corpus, batch_size, num_steps)]
    return [onp.stack(arrays) for arrays in zip(*pairs)]


@pytest.mark.parametrize('iterator', ITERATORS)
def test_labels_are_the_tokens_one_later_and_no_token_is_read_twice(iterator):
    corpus = [10 * i for i in range(50)]
    for _ in range(20):  # each from another start
        X, Y = passed(iterator, corpus, 3, 4)
        assert X.shape[1:] == (3, 4) and X.dtype == onp.int32
        assert (Y == X + 10).all() and Y.max() <= corpus[-1]
        assert len(set(X.ravel())) == X.size


def test_sequential_rows_go_on_in_the_next_batch():
    X, Y = passed(d2l.seq_data_iter_sequential, range(50), 2, 5)
    assert (X[1:, :, 0] == Y[:-1, :, -1]).all()
    assert X[0, 0, 0] <= 5  # the offset is at most num_steps


def test_random_subsequences_are_shuffled_and_start_below_num_steps():
    X, _ = passed(d2l.seq_data_iter_random, range(1000), 2, 5)
    starts = X[:, :, 0].ravel()
    assert starts.min() < 5 and (starts % 5 == starts[0] % 5).all()
    assert sorted(starts) != list(starts)


def test_book_example_gives_three_batches():
    # (35 - 1) // 5 = 6 subsequences make 3 batches of 2, whatever the start
    assert {len(passed(d2l.seq_data_iter_random, range(35), 2, 5)[0])
            for _ in range(20)} == {3}
    # rows of (35 - offset - 1) // 2 tokens: 17 without offset, 14 with the largest
    assert {len(passed(d2l.seq_data_iter_sequential, range(35), 2, 5)[0])
            for _ in range(50)} == {2, 3}


@pytest.mark.parametrize('iterator, needed', zip(ITERATORS, (8, 9)))
def test_shortest_corpus_gives_a_batch_from_every_start(iterator, needed):
    for seed in range(20):
        random.seed(seed)
        assert len(passed(iterator, range(needed), 3, 2)[0]) >= 1
    with pytest.raises(ValueError, match=f'{needed} tokens, got {needed - 1}'):
        iterator(range(needed - 1), 3, 2)


@pytest.mark.parametrize('iterator', ITERATORS)
def test_sizes_below_one_are_refused(iterator):
    with pytest.raises(ValueError, match='at least 1, got 0 and 5'):
        iterator(range(35), 0, 5)
