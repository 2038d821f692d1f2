import random

import numpy as onp
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


def test_a_claim_is_json():
    row = d2l.claim('more is more', {'accuracy': [0.5, 0.75]}, onp.bool_(True))
    assert row == {'claim': 'more is more', 'measured': {'accuracy': [0.5, 0.75]},
                   'holds': True}
    assert type(row['holds']) is bool
