"""Structured models: counts by hand, dependence, and claims that fail."""
import math

import numpy as onp
import pytest

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('23.16')


@pytest.mark.parametrize('parents, k, number', [
    ([[], [0], [1]], 100, 99 + 9900 + 9900), ([[], [], [0, 1]], 2, 1 + 1 + 4),
    ([[], [0], [0, 1]], 3, 26)])  # arrows between all: as many as one table has
def test_parameters_are_counted(page, parents, k, number):
    assert page.num_parameters(parents, k) == number


def test_tables_are_chances_given_parents(page):
    parents = [[], [0], [0, 1]]
    tables = page.random_tables(parents, 3)
    for (v, *some), table in tables:
        assert some == parents[v] and table.shape == (3,) * (1 + len(some))
        assert table.sum(axis=0) == pytest.approx(onp.ones(table.shape[1:]))
    assert d2l.joint_table(tables).sum() == pytest.approx(1)


def test_there_are_as_many_questions_as_sets(page):
    found = list(page.queries(4))
    assert len(found) == 6 * 4
    assert [(a, b, sorted(S)) for a, b, S in found[:4]] == [
        (0, 1, []), (0, 1, [2]), (0, 1, [3]), (0, 1, [2, 3])]


def test_dependence_is_how_far_from_a_product(page):
    # equal coins: 1/2 where independent ones have 1/4
    assert page.dependence(onp.eye(2) / 2, 0, 1, set()) == .25
    assert page.dependence(onp.outer([.2, .8], [.3, .7]), 0, 1, set()) < 1e-15
    # the parity of two coins: nothing of either alone, all given the other one
    parity = onp.array([[[1, 0], [0, 1]], [[0, 1], [1, 0]]]) / 4
    assert page.dependence(parity, 0, 2, set()) == 0
    assert page.dependence(parity, 0, 2, {1}) == .25


def test_divergence_and_entropy_are_scipys(page):
    stats = pytest.importorskip('scipy.stats', reason='needs scipy')
    p, q = onp.random.RandomState(0).dirichlet(onp.ones(6), 2).reshape(2, 2, 3)
    assert page.kl(p, q) == pytest.approx(stats.entropy(p.ravel(), q.ravel()))
    assert page.entropy(p) == pytest.approx(stats.entropy(p.ravel()))


def test_a_tree_of_factors_has_no_loop(page):
    for _ in range(5):
        factors = page.random_tree(6)
        # in a tree of factors and variables there is one line less than of both
        lines = sum(len(variables) for variables, _ in factors)
        variables = {v for some, _ in factors for v in some}
        assert lines == len(factors) + len(variables) - 1
        assert variables == {*range(len(variables))}


def test_rules_that_let_through_colliders_are_found(page, monkeypatch):
    assert all(row['holds'] for row in page.claims_of_separation(in_lists(
        page.measure_separation(3))))
    monkeypatch.setattr(d2l, 'd_separated', lambda parents, *question: d2l.separated(
        d2l.skeleton(parents), *question))
    rows = page.claims_of_separation(in_lists(page.measure_separation(10)))
    assert [row['holds'] for row in rows] == [False, True, True]


def in_lists(row):
    row.pop('curves', None)
    return {name: [value] for name, value in row.items()}


def test_a_moral_graph_that_joins_no_parents_is_found(page, monkeypatch):
    assert all(row['holds'] for row in page.claims_of_conversions(in_lists(
        page.measure_conversions(5))))
    monkeypatch.setattr(d2l, 'moral_graph', d2l.skeleton)
    monkeypatch.setattr(d2l, 'triangulated', lambda lines: [
        [u for u in some if u < v] for v, some in enumerate(lines)])
    rows = page.claims_of_conversions(in_lists(page.measure_conversions(5)))
    assert [row['holds'] for row in rows] == [False, False]
    assert rows[1]['measured']['lost with chords'] == rows[1]['measured'][
        'lost without']


def test_samples_of_other_chances_are_found(page, monkeypatch):
    assert page.measure_samples(5000)['largest deviation'] < 5
    right = d2l.ancestral_samples
    monkeypatch.setattr(d2l, 'ancestral_samples', lambda tables, num: right(
        [(names, table ** 1.5 / (table ** 1.5).sum(axis=0)) for names, table in tables],
        num))
    assert page.measure_samples(5000)['largest deviation'] > 5


def test_the_smoke_run_holds_every_claim(smoke_run):
    smoke = smoke_run('23.16')
    rows = smoke.result['claims']
    assert len(rows) == 13 and all(row['holds'] for row in rows)
    graphs, dependence, loops = smoke.figures
    assert [ax.get_title() for ax in graphs.axes] == ['arrows', 'moral graph', 'loop',
                                                      'arrows with chords']
    apart, others = (line.get_ydata() for line in dependence.axes[0].lines)
    assert max(apart) < 1e-12 < min(others) and len(apart) + len(others) == 4 * 80
    missed = loops.axes[0].lines[0].get_ydata()
    # powers of the eigenvalues (5 -+ sqrt(5)) / 2
    assert missed[0] == pytest.approx(math.log1p(((5 - 5 ** .5) / (5 + 5 ** .5)) ** 3))
