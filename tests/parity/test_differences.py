"""How far two arrays are from each other."""
import numpy as onp
import pytest

from d2lmx.parity.differences import difference, worst


def test_difference_is_relative_to_the_largest_magnitude():
    ours, theirs = onp.array([1.0, -4.0]), onp.array([1.2, -4.1])
    assert difference(ours, theirs) == pytest.approx(
        {'absolute': 0.2, 'relative': 0.2 / 4.1})
    assert difference(ours, theirs, scale=10)['relative'] == pytest.approx(0.02)


@pytest.mark.parametrize('theirs', [onp.ones((2, 1)), onp.array([1, onp.nan]),
                                    onp.array([1, onp.inf])])
def test_other_shapes_and_values_that_are_not_finite_differ_infinitely(theirs):
    assert difference(onp.ones(2), theirs)['relative'] == onp.inf


def test_zeros_do_not_differ():
    assert difference(onp.zeros(3), onp.zeros(3)) == {'absolute': 0, 'relative': 0}


def test_the_worst_is_the_largest_relative_difference_with_its_place():
    small, large = {'absolute': 9, 'relative': 0.1}, {'absolute': 1, 'relative': 0.2}
    assert worst({'a': small, 'b': large}) == {**large, 'at': 'b'}
