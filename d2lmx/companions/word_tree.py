"""Words as the leaves of a binary tree, and the probability of the way to each."""
from heapq import heapify, heappop, heappush

import numpy as onp
from mxnet import np, npx

from ..errors import InputError

__all__ = ['huffman_tree', 'tree_log_probabilities']


def huffman_tree(counts):
    """Nodes from the root to each word, and the turns taken there.

    counts (words,), at least two, else InputError: frequent words get short paths, so
    that no tree has a shorter mean path. Gives nodes, int32, numbers below words - 1,
    and turns: 1 to the left, -1 to the right, and 0 behind the end of a path; both
    (words, longest path).

    Ours, for 14.2
    """
    if len(counts) < 2:
        raise InputError(f'a tree has two words at least, got {len(counts)}')
    num_words, above = len(counts), {}  # child: (inner node, turn to the child)
    heap = [(float(count), word) for word, count in enumerate(counts)]
    heapify(heap)
    for node in range(num_words - 1):
        (left, left_child), (right, right_child) = heappop(heap), heappop(heap)
        above[left_child], above[right_child] = (node, 1), (node, -1)
        heappush(heap, (left + right, num_words + node))
    paths = []
    for child in range(num_words):
        path = []
        while child in above:
            path.append(above[child])
            child = num_words + above[child][0]
        paths.append(path[::-1])
    table = onp.zeros((num_words, max(map(len, paths)), 2), 'int32')
    for row, path in zip(table, paths):
        row[:len(path)] = path
    return table[..., 0], table[..., 1]


def tree_log_probabilities(v, U, nodes, turns):
    """log P(word) of each word, (words,): of the turns on the way to it, all together.

    v (d,), what is known; U (inner nodes, d), whose products with v are the logits of a
    turn to the left; nodes, turns: as of `huffman_tree`, turns as an MXNet array.

    Ours, for 14.2
    """
    scores = np.dot(U, v)[nodes] * turns                    # (words, longest path)
    return -(npx.activation(-scores, act_type='softrelu') * abs(turns)).sum(axis=1)
