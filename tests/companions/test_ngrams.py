from collections import Counter

import numpy as onp
import pytest

import d2lmx as d2l
from d2lmx.errors import InputError

# a b a c a b
TOKENS = [0, 1, 0, 2, 0, 1]


def test_chances_by_hand():
    model = d2l.BackOffModel(TOKENS, 2, 4, discount=.5)
    # of six words a is three, b two, c one; a discount of 1.5 / 6 is left for d
    one = onp.array([2.5, 1.5, .5, 1.5]) / 6
    onp.testing.assert_allclose(model(()), one, rtol=1e-12)
    # after a came b twice and c once: 1 / 3 is left for a and d, 2.5 and 1.5 to share
    onp.testing.assert_allclose(model((0,)), [2.5 / 12, 1.5 / 3, .5 / 3, 1.5 / 12],
                                rtol=1e-12)
    # after d nothing was counted
    onp.testing.assert_allclose(model((3,)), one, rtol=1e-12)


def test_counts_are_those_of_all_ngrams():
    tokens = onp.random.RandomState(0).randint(0, 5, 400).tolist()
    model = d2l.BackOffModel(tokens, 3, 5)
    pairs, triples = (Counter(zip(*(tokens[i:] for i in range(n)))) for n in (2, 3))
    for a, b, c in [(0, 1, 2), (3, 3, 3), (4, 0, 1)]:
        assert model.count((a, b), c) == triples[a, b, c]
        assert model.count((b,), c) == pairs[b, c]
    assert model.count((), 2) == tokens.count(2)


@pytest.mark.parametrize('n', [1, 2, 3, 4])
def test_all_words_add_up_to_one_after_whatever(n):
    tokens = onp.random.RandomState(1).zipf(1.5, 300).clip(max=29).tolist()
    model = d2l.BackOffModel(tokens, n, 31, discount=.7)
    for context in [(), (1,), (29, 30), (30, 1, 1), *zip(tokens, tokens[1:])]:
        P = model(context)
        assert P.shape == (31,) and P.min() > 0
        assert P.sum() == pytest.approx(1, abs=1e-12)


def test_longer_contexts_are_cut_to_the_models_own():
    model = d2l.BackOffModel(TOKENS, 2, 4)
    assert model((3, 2, 0)).tolist() == model((0,)).tolist()
    assert d2l.BackOffModel(TOKENS, 1, 4)((2, 0)).tolist() == model(()).tolist()


def test_where_all_words_were_counted_nothing_is_given_away():
    model = d2l.BackOffModel([0, 1, 0, 0, 1], 2, 2)
    assert model((0,)).tolist() == pytest.approx([1 / 3, 2 / 3])
    assert model(()).tolist() == pytest.approx([3 / 5, 2 / 5])


@pytest.mark.parametrize('words, reason', [
    (([0, 4], 2, 4), 'numbers from 0 to 3'), (([0], 0, 4), 'n must be'),
    (([0], 2, 4, 1), 'above 0 and below 1, got 1'),
    (([0], 2, 4, float('nan')), 'got nan')])
def test_what_is_no_model_says_why(words, reason):
    with pytest.raises(InputError, match=reason):
        d2l.BackOffModel(*words)
