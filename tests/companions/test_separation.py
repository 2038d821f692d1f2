"""Which variables a graph keeps apart: by hand, and as networkx says."""
import itertools

import numpy as onp
import pytest

import d2lmx as d2l

# 0 and 1 are parents of 2, that of 3; 1 is parent of 4, too
HOUSE = [[], [], [0, 1], [2], [1]]


def every_question(n):
    for a, b in itertools.combinations(range(n), 2):
        others = sorted({*range(n)} - {a, b})
        for bits in itertools.product([False, True], repeat=n - 2):
            yield a, b, {v for v, is_in in zip(others, bits) if is_in}


@pytest.mark.parametrize('a, b, S, apart', [
    (0, 1, set(), True), (0, 1, {2}, False), (0, 1, {3}, False),  # an effect of both
    (0, 3, set(), False), (0, 3, {2}, True),                      # a chain
    (2, 4, set(), False), (2, 4, {1}, True),                      # a common cause
    (0, 4, {3}, False), (0, 4, {1, 3}, True)])
def test_ways_are_blocked_by_what_is_given_and_opened_by_effects(a, b, S, apart):
    assert d2l.d_separated(HOUSE, a, b, S) is d2l.d_separated(HOUSE, b, a, S) is apart


def test_every_answer_is_that_of_networkx():
    nx = pytest.importorskip('networkx')
    rng = onp.random.RandomState(0)
    for _ in range(5):
        # arrows by coins, in an order that is not that of the numbers
        order = rng.permutation(5).tolist()
        parents = [[u for u in range(5) if order[u] < order[v] and rng.uniform() < .6]
                   for v in range(5)]
        graph = nx.DiGraph([(u, v) for v in range(5) for u in parents[v]])
        graph.add_nodes_from(range(5))
        lines = d2l.moral_graph(parents)
        moral = nx.algorithms.moral.moral_graph(graph)
        assert lines == [{*moral.neighbors(v)} for v in range(5)]
        is_apart = getattr(nx, 'is_d_separator', None) or nx.d_separated
        for a, b, S in every_question(5):
            assert d2l.d_separated(parents, a, b, S) == is_apart(graph, {a}, {b}, S)
            left = moral.subgraph({*range(5)} - S)
            assert d2l.separated(lines, a, b, S) != nx.has_path(left, a, b)


def test_an_order_puts_parents_first_and_refuses_circles():
    assert d2l.ancestral_order([[2], [0], []]) == [2, 0, 1]
    for ask in (d2l.ancestral_order,
                lambda parents: d2l.d_separated(parents, 0, 1, {2})):
        with pytest.raises(ValueError, match=r'a circle among \[1, 2\]'):
            ask([[], [0, 2], [1]])


def test_a_question_has_two_variables_that_are_not_given():
    for ask in (d2l.d_separated, lambda parents, *question: d2l.separated(
            d2l.skeleton(parents), *question)):
        with pytest.raises(ValueError, match=r'got 1, 1 and given \[\]'):
            ask(HOUSE, 1, 1, set())
        with pytest.raises(ValueError, match=r'got 0, 1 and given \[1, 2\]'):
            ask(HOUSE, 0, 1, {1, 2})


def test_parents_are_joined_in_a_moral_graph():
    assert d2l.skeleton(HOUSE) == [{2}, {2, 4}, {0, 1, 3}, {2}, {1}]
    assert d2l.moral_graph(HOUSE) == [{1, 2}, {0, 2, 4}, {0, 1, 3}, {2}, {1}]
    assert HOUSE == [[], [], [0, 1], [2], [1]]


@pytest.mark.parametrize('n', [3, 4, 7])
def test_a_loop_gets_three_chords_less_than_it_has_variables(n):
    parents = d2l.triangulated([{(v - 1) % n, (v + 1) % n} for v in range(n)])
    assert sum(map(len, parents)) == n + n - 3


def test_a_triangulated_graph_has_all_lines_and_no_parents_to_be_joined():
    nx = pytest.importorskip('networkx')
    rng = onp.random.RandomState(2)
    for _ in range(5):
        pairs = [pair for pair in itertools.combinations(range(7), 2)
                 if rng.uniform() < .4]
        lines = [{u for pair in pairs if v in pair for u in pair} - {v}
                 for v in range(7)]
        parents = d2l.triangulated(lines)
        assert len(d2l.ancestral_order(parents)) == 7
        found = d2l.skeleton(parents)
        assert d2l.moral_graph(parents) == found
        assert all(some <= more for some, more in zip(lines, found))
        graph = nx.Graph([(u, v) for v in range(7) for u in found[v]])
        assert nx.is_chordal(graph)


def test_a_tree_needs_no_chords():
    lines = [{1, 2}, {0}, {0, 3}, {2}]
    assert d2l.skeleton(d2l.triangulated(lines)) == lines
