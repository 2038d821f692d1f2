"""Models together: bags counted out, and products of chances by hand."""
import itertools

import numpy as onp
import pytest

import d2lmx as d2l


def test_errors_of_bags_are_those_of_all_bags():
    x, y = onp.array([0., 1, 3]), onp.array([2., 5, -1])
    new, truth = onp.array([.4, 2.5]), onp.array([1., 0])
    # all 27 bags of three, equally likely; two models are two of them
    said = onp.array([[y[min(bag, key=lambda i: abs(x[i] - place))] for place in new]
                      for bag in itertools.product(range(3), repeat=3)])
    errors = said - truth
    v, c = d2l.errors_in_bags(x, y, new, truth)
    assert v == pytest.approx((errors ** 2).mean(), rel=1e-12)
    products = [(a * b).mean() for a in errors for b in errors]
    assert c == pytest.approx(onp.mean(products), rel=1e-12)


def test_what_is_nearest_in_a_bag_is_one_of_its_examples(monkeypatch):
    x, y = onp.array([0., 1, 3]), onp.array([10., 20, 30])
    monkeypatch.setattr(onp.random, 'randint', lambda m, size: onp.array(
        [[0, 0, 0], [2, 1, 2]]))
    said = d2l.nearest_in_bags(x, y, onp.array([.9, 2.9]), 2)
    assert said.tolist() == [[10, 10], [20, 30]]


def test_bags_of_many_draws_agree_with_the_formula():
    x, y, new = onp.arange(4.), onp.array([1., -2, 4, 0]), onp.array([.2, 2.4])
    squares = d2l.nearest_in_bags(x, y, new, 20000) ** 2
    v, _ = d2l.errors_in_bags(x, y, new, onp.zeros(2))
    # five standard errors
    means = squares.mean(axis=1)
    assert means.mean() == pytest.approx(v, abs=5 * means.std() / 20000 ** .5)


def test_chances_are_multiplied_and_the_root_is_taken():
    # of (1/2, 1/2) and (4/5, 1/5): sqrt(4/10) to sqrt(1/10), 2 to 1
    scores = onp.log([[[1., 1]], [[4, 1]]]) + [[[700.]], [[-3]]]
    onp.testing.assert_allclose(d2l.geometric_mean(scores), [[2 / 3, 1 / 3]],
                                rtol=1e-12)


def test_examples_that_are_as_near_are_refused():
    with pytest.raises(ValueError, match='as near to a place'):
        d2l.errors_in_bags(onp.array([0., 1]), onp.array([0., 1]), onp.array([.5]),
                           onp.zeros(1))
