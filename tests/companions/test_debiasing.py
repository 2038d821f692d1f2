"""Vectors without a direction."""
import numpy as onp
import pytest

import d2lmx as d2l

RNG = onp.random.RandomState(0)
A, B, WORDS = (d2l.unit_rows(RNG.normal(size=(n, 5))) for n in (4, 4, 7))
DIRECTION = RNG.normal(size=5)


def test_neutral_words_have_nothing_of_the_direction():
    found = d2l.neutralize(WORDS, DIRECTION)
    assert found @ DIRECTION == pytest.approx(onp.zeros(7), abs=1e-12)
    assert onp.linalg.norm(found, axis=1) == pytest.approx(onp.ones(7))
    # what is left points where it did: the part is taken away, nothing else
    g = DIRECTION / onp.linalg.norm(DIRECTION)
    for word, row in zip(WORDS, found):
        left = word - (word @ g) * g
        assert row == pytest.approx(left / onp.linalg.norm(left))


def test_pairs_are_as_far_from_each_neutral_word():
    first, second = d2l.equalize(A, B, DIRECTION)
    neutral = d2l.neutralize(WORDS, DIRECTION)
    onp.testing.assert_allclose(neutral @ first.T, neutral @ second.T, atol=1e-12)
    for part in (first, second):
        assert onp.linalg.norm(part, axis=1) == pytest.approx(onp.ones(4))
    assert (onp.sign((first - second) @ DIRECTION) == onp.sign((A - B) @ DIRECTION)
            ).all()  # each stays on its side
    along = onp.outer((first - second) @ DIRECTION, DIRECTION) / (DIRECTION ** 2).sum()
    onp.testing.assert_allclose(first - second, along, atol=1e-12)


def test_by_hand():
    # along the first axis; what is common is (0, .8 / 2 + .6 / 2) without it
    first, second = d2l.equalize(onp.array([[.6, .8]]), onp.array([[-.8, .6]]),
                                 onp.array([2., 0]))
    assert first == pytest.approx(onp.array([[.51 ** .5, .7]]))
    assert second == pytest.approx(onp.array([[-.51 ** .5, .7]]))


def test_zeros_stay_and_equal_words_are_told():
    assert d2l.unit_rows(onp.zeros((1, 3))).tolist() == [[0, 0, 0]]
    with pytest.raises(ValueError, match='does not differ'):
        d2l.equalize(A, A, DIRECTION)
