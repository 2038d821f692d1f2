"""Graphs of variables 0, 1, ...: which of them tell nothing of which others.

A directed graph is `parents`, a list of those of each variable; an undirected one is
`neighbours`, a set for each. They are small: all ways through them are tried.
"""

__all__ = ['ancestral_order', 'skeleton', 'separated', 'd_separated', 'moral_graph',
           'triangulated']


def ancestral_order(parents) -> list:
    """All variables, each after its parents; ValueError where arrows make a circle.

    Ours, for 23.16
    """
    order = []
    while len(order) < len(parents):
        free = [v for v, some in enumerate(parents)
                if v not in order and {*some} <= {*order}]
        if not free:
            circle = sorted({*range(len(parents))} - {*order})
            raise ValueError(f'arrows make a circle among {circle}')
        order += free
    return order


def skeleton(parents) -> list:
    """Neighbours in a directed graph, whichever way the arrows point.

    Ours, for 23.16
    """
    return [{*some} | {w for w, others in enumerate(parents) if v in others}
            for v, some in enumerate(parents)]


def paths(neighbours, a, b, before=()):
    """All ways from a to b that meet no variable twice."""
    if a == b:
        yield (*before, a)
    else:
        for c in neighbours[a] - {*before}:
            yield from paths(neighbours, c, b, (*before, a))


def check_question(a, b, S):
    """ValueError unless a and b are two variables, and neither is in S."""
    if a == b or S & {a, b}:
        raise ValueError(f'two variables that are not given are needed, got {a}, {b} '
                         f'and given {sorted(S)}')


def separated(neighbours, a: int, b: int, S: set) -> bool:
    """Whether each way from a to b leads through S: then they are independent given S.

    ValueError unless a and b are two variables beside S.

    Ours, for 23.16
    """
    check_question(a, b, S)
    return all(S & {*path} for path in paths(neighbours, a, b))


def with_ancestors(parents, S):
    """S, the parents of its variables, their parents, and so on."""
    return {*S}.union(*(with_ancestors(parents, parents[v]) for v in S))


def d_separated(parents, a: int, b: int, S: set) -> bool:
    """Whether no way from a to b is active given S: then they are independent given S.

    A way is active where all variables on it let pass: one that two arrows meet in, if
    it or what descends from it is in S, and any other if it is not in S. *Deep
    Learning*, 16.2.5. ValueError as of `separated` and of `ancestral_order`.

    Ours, for 23.16
    """
    check_question(a, b, S)
    ancestral_order(parents)
    open_to_two = with_ancestors(parents, S)

    def is_active(path):
        return all(v in open_to_two if {u, w} <= {*parents[v]} else v not in S
                   for u, v, w in zip(path, path[1:], path[2:]))

    return not any(map(is_active, paths(skeleton(parents), a, b)))


def moral_graph(parents) -> list:
    """Neighbours: all arrows as lines, and the parents of each variable joined.

    Ours, for 23.16
    """
    neighbours = skeleton(parents)
    for some in parents:
        for u in some:
            neighbours[u] |= {*some} - {u}
    return neighbours


def triangulated(neighbours) -> list:
    """Parents of a directed graph that holds all that an undirected one does.

    One variable after another is taken away, always one with the fewest lines missing
    between its neighbours: these are joined, and are its parents. *Deep Learning*,
    16.2.6.

    Ours, for 23.16
    """
    left = {v: {*some} for v, some in enumerate(neighbours)}
    parents = [[] for _ in neighbours]

    def missing(v):
        return sum(len(left[v] - left[u]) - 1 for u in left[v])

    while left:
        v = min(left, key=missing)
        some = left.pop(v)
        parents[v] = sorted(some)
        for u in some:
            left[u] = (left[u] | some) - {u, v}
    return parents
