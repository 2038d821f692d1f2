"""Trees: grown, climbed, and what a network says of each node of any of them."""
import numpy as onp
import pytest
from mxnet import np

import d2lmx as d2l


def at_random(n):
    return onp.random.randint(1, n)


def test_trees_have_their_leaves_in_order():
    assert d2l.grow_tree(range(4), lambda n: n // 2) == ((0, 1), (2, 3))
    assert d2l.grow_tree('abcd', lambda n: n - 1) == ((('a', 'b'), 'c'), 'd')
    shapes = {d2l.grow_tree(range(4), at_random) for _ in range(200)}
    assert len(shapes) == 5  # all that there are
    for tree in shapes:
        assert d2l.climb_tree(tree, lambda i: [i], lambda a, b: a + b) == [0, 1, 2, 3]


def test_brackets_matter():
    # 1 - (2 - 3) and (1 - 2) - 3
    for tree, value in (((1, (2, 3)), 2), (((1, 2), 3), -4)):
        assert d2l.climb_tree(tree, lambda x: x, lambda a, b: a - b) == value


def test_each_example_has_a_tree_of_its_own():
    net, X = d2l.RecursiveNetwork(3, 5, 4), onp.random.randint(0, 3, (2, 4))
    net.initialize()
    # ((0, 1), (2, 3)) and (((1, 2), 0), 3)
    parts = [[[0, 1], [2, 3], [4, 5]], [[1, 2], [4, 0], [5, 3]]]
    Y = net(np.array(X), np.array(parts)).asnumpy()
    E, W, b, V, c = (param.data().asnumpy() for param in net.collect_params().values())

    def node(left, right):
        return 1 / (1 + onp.exp(-(W @ onp.concatenate([left, right]) + b)))

    for x, pairs, scores in zip(X, parts, Y):
        states = [E[value] for value in x]
        for left, right in pairs:
            states.append(node(states[left], states[right]))
        onp.testing.assert_allclose(scores, onp.array(states[4:]) @ V.T + c, rtol=1e-4,
                                    atol=1e-6)


@pytest.mark.parametrize('sizes', [(3, 4, 1), (0, 4, 2), (3, .5, 2)])
def test_sizes_of_no_tree_are_refused(sizes):
    with pytest.raises(d2l.InputError, match='must be a whole number of at least'):
        d2l.RecursiveNetwork(*sizes)
