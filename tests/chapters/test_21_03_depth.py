import itertools

import numpy as onp
import pytest
from mxnet import np

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('21.3')


def test_patterns_are_odd_where_the_number_of_ones_is(page):
    X, y = page.all_patterns(3)
    assert dict(zip(map(tuple, X), y)) == {
        bits: bits[0] ^ bits[1] ^ bits[2]
        for bits in itertools.product((0, 1), repeat=3)}


@pytest.mark.parametrize('num_bits', range(2, 8))
def test_networks_by_hand_are_right_on_all_patterns(page, num_bits):
    rows = page.built(num_bits)
    assert [row['error'] for row in rows.values()] == [0, 0, 0]
    assert rows['each_pattern'] == {'layers': 1, 'units': 2 ** (num_bits - 1),
                                    'error': 0}
    assert rows['counting'] == {'layers': 1, 'units': num_bits, 'error': 0}
    assert 2 ** rows['tree']['layers'] >= num_bits > 2 ** (rows['tree']['layers'] - 1)


@pytest.mark.parametrize('num_bits, layers, units', [
    (2, 1, 2), (4, 2, 6), (8, 3, 14),
    (3, 2, 5),    # a pair and a bit alone, then a pair
    (7, 3, 13)])  # three pairs and a bit alone, two pairs, a pair
def test_a_tree_has_two_units_a_pair_and_one_for_a_bit_alone(page, num_bits, layers,
                                                             units):
    tree = page.built(num_bits)['tree']
    assert (tree['layers'], tree['units']) == (layers, units)


def test_a_unit_of_a_pattern_answers_to_it_alone(page):
    (weight, bias), _ = page.each_pattern(4)
    X, y = page.all_patterns(4)
    answers = onp.maximum(X @ weight.T + bias, 0)
    assert (answers.sum(axis=0) == 1).all() and (answers.sum(axis=1) == y).all()


def test_units_of_a_network_are_its_hidden_ones(page):
    for variant, expected in (('deep', 15), ('shallow', 5)):
        net = page.build_net(variant, 5)
        net.initialize()
        net(np.zeros((1, 4)))
        assert page.count_units(net) == expected


def test_either_is_tried_with_as_many_units_in_all(page):
    assert list(page.widths('shallow', 24)) == [3, 6, 12, 24]
    assert list(page.widths('deep', 24)) == [1, 2, 4, 8]


def test_the_first_that_gets_all_right_ends_the_search(page, monkeypatch):
    def train(variant, width, *_):
        history = d2l.History()
        history.add(1, {'acc': .5 if width < 12 else 1})
        return history

    monkeypatch.setattr(page, 'train', train)
    units, histories = page.fewest_units('shallow', None, 48)
    assert units == 12 and list(histories) == [3, 6, 12]
    assert page.fewest_units('shallow', None, 6)[0] == 12  # none: twice the most


def test_exclusive_or_is_learnt(page):
    d2l.set_seed(1)
    history = page.train('shallow', 16, page.all_patterns(2), 100, .03, 4)
    assert history['acc'] == 1


def test_a_claim_holds_or_not_by_what_was_measured(page):
    rows, found = page.built(8), {'shallow': [24, 36], 'deep': [12, 12]}
    assert [row['holds'] for row in page.claims(rows, found)] == [True, False, True]
    rows['counting']['error'] = 1
    found['deep'] = [36, 12]
    assert [row['holds'] for row in page.claims(rows, found)] == [False, True, False]


def test_the_smoke_run_counts_and_draws(smoke_run):
    smoke = smoke_run('21.3')
    assert smoke.result['by hand']['tree']['units'] == 5
    titles = [figure.axes[0].get_title() for figure in smoke.figures]
    assert titles == ['shallow', 'deep']
