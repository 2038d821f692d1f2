import heapq

import numpy as onp
import pytest
from mxnet import np

import d2lmx as d2l
from d2lmx.errors import InputError


def test_the_tree_of_a_textbook():
    # 1 and 1 join first, then their 2 and 3, then their 5 and 7
    nodes, turns = d2l.huffman_tree([7, 1, 3, 1])
    assert abs(turns).sum(axis=1).tolist() == [1, 3, 2, 3]
    assert nodes[:, 0].tolist() == [2, 2, 2, 2]  # the root
    assert len({tuple(row) for row in turns}) == 4


def test_no_tree_has_shorter_paths():
    counts = onp.random.RandomState(1).randint(0, 1000, size=200)
    nodes, turns = d2l.huffman_tree(counts)
    lengths = abs(turns).sum(axis=1)
    assert (2. ** -lengths).sum() == 1  # Kraft: a full tree, its words at leaves alone
    assert nodes.max() == 198 and len(onp.unique(nodes[turns != 0])) == 199
    # the cost of the best tree is the sum of all joins
    heap, cost = sorted(counts.tolist()), 0
    while len(heap) > 1:
        join = heapq.heappop(heap) + heapq.heappop(heap)
        heapq.heappush(heap, join)
        cost += join
    assert (lengths * counts).sum() == cost


def test_probabilities_are_products_of_the_turns():
    # words 1 and 2 join first: 0 is one turn from the root, the others are two
    nodes, turns = d2l.huffman_tree([5, 1, 2])
    v, U = onp.array([.5, -1]), onp.array([[1., .3], [-.2, .8]])
    left = 1 / (1 + onp.exp(-U @ v))
    expected = []
    for path, way in zip(nodes, turns):
        p = [left[node] if turn > 0 else 1 - left[node]
             for node, turn in zip(path, way) if turn]
        expected.append(onp.log(p).sum())
    found = d2l.tree_log_probabilities(*(np.array(a, dtype='float64') for a in (v, U)),
                                       nodes, np.array(turns))
    onp.testing.assert_allclose(found.asnumpy(), expected, rtol=1e-12)


def test_a_tree_of_one_word_is_none():
    with pytest.raises(InputError, match='two words at least, got 1'):
        d2l.huffman_tree([3])


def test_shares_are_counts_too():
    nodes, turns = d2l.huffman_tree([.9, .05, .03, .02])
    lengths = abs(turns).sum(axis=1)
    assert lengths.tolist() == [1, 2, 3, 3]
