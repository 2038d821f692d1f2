import random

import numpy as onp
import pytest
from mxnet import np

import d2lmx as d2l


def drawn():
    return {'mxnet': float(np.random.uniform()), 'numpy': onp.random.uniform()}


def test_each_seed_gives_a_number_of_its_own_and_the_same_again():
    random.seed(3)
    first = d2l.over_seeds(drawn, 3)
    random.seed(3)
    assert first == d2l.over_seeds(drawn, 3)
    for name in ('mxnet', 'numpy'):
        assert len(set(first[name])) == 3


def test_more_seeds_begin_with_the_same():
    random.seed(3)
    two = d2l.over_seeds(drawn, 2)
    random.seed(3)
    five = d2l.over_seeds(drawn, 5)
    assert five['numpy'][:2] == two['numpy']


@pytest.mark.parametrize('more, less, holds', [
    ([3, 5, 7], [1, 2, 3], True),   # 3 on average, give or take 1 / sqrt(3)
    ([1, 2, 3], [3, 5, 7], False),
    ([2, 9, 1], [1, 2, 3], False),  # 2, give or take 2.6
    ([5, 1], [4, 0], True),         # seed by seed the same gain, though seeds differ
    ([5, 1], [1, 5], False), ([.2], [.1], True), ([.1], [.1], False),
    ([1, 3], 0, True), ([float('nan'), 3], [1, 2], False)])
def test_what_exceeds_does_so_by_more_than_chance(more, less, holds):
    assert d2l.exceeds(more, less) is holds


def test_what_chance_makes_is_the_standard_error_of_scipy():
    stats = pytest.importorskip('scipy.stats')
    rng, found = onp.random.RandomState(0), set()
    for _ in range(50):
        more, less = rng.normal(size=(2, 4))
        gains = more - less
        found.add(expected := bool(gains.mean() > stats.sem(gains)))
        assert d2l.exceeds(more, less) == expected
    assert found == {True, False}


def test_a_claim_is_json():
    row = d2l.claim('more is more', {'accuracy': [0.5, 0.75]}, onp.bool_(True))
    assert row == {'claim': 'more is more', 'measured': {'accuracy': [0.5, 0.75]},
                   'holds': True}
    assert type(row['holds']) is bool
