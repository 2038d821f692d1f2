"""Items that users have not taken, drawn for many examples at once."""
import numpy as onp
import pytest

import d2lmx as d2l

SEEN = onp.array([[1, 0, 1, 0, 0], [0, 1, 1, 1, 1], [0, 0, 0, 0, 0]], bool)


def test_interactions_become_a_matrix():
    assert (d2l.as_matrix({0: [2, 0], 1: [1, 2, 3, 4]}, 3, 5) == SEEN).all()
    assert d2l.as_matrix({1: [4, 1]}, 2, 3).tolist() == [
        [False] * 3, [False, True, False]]  # without item 4
    assert not d2l.as_matrix({}, 2, 3).any()


def test_each_unseen_item_is_drawn_as_often_and_no_seen_one():
    onp.random.seed(0)
    users = onp.repeat([0, 1, 2], 6000).astype('int32')
    items = d2l.UnseenItems(SEEN).draw(users)
    counts = onp.zeros((3, 5))
    onp.add.at(counts, (users, items), 1)
    chances = ~SEEN / (~SEEN).sum(axis=1, keepdims=True)
    bound = 4 * onp.sqrt(6000 * chances * (1 - chances))  # four standard deviations
    assert (abs(counts - 6000 * chances) <= bound).all()


def test_a_user_who_has_taken_all_is_told():
    with pytest.raises(d2l.InputError, match='user 2 has taken every item'):
        d2l.UnseenItems(onp.array([[0, 1], [1, 1]], bool)).draw(onp.array([0, 1]))


def test_batches_are_the_examples_with_items_drawn_anew_in_each_pass():
    users = onp.arange(40, dtype='int32') % 3
    arrays = [users, onp.arange(80, dtype='int32').reshape(40, 2)]
    batches, passes = d2l.RankingBatches(arrays, SEEN, 16), []
    onp.random.seed(0)
    for _ in range(2):
        parts = list(batches)
        assert [len(part[0]) for part in parts] == [16, 16, 8] and len(batches) == 3
        u, pairs, negative = (onp.concatenate([a.asnumpy() for a in column])
                              for column in zip(*parts))
        assert not SEEN[u, negative].any()
        assert (u == pairs[:, 0] // 2 % 3).all()  # rows stay together
        assert sorted(pairs[:, 0]) == list(range(0, 80, 2))
        passes.append(negative[pairs[:, 0].argsort()])
    assert (passes[0] != passes[1]).any()
