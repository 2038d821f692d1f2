"""Codes with many zeros: by hand, and held to scikit-learn."""
import itertools

import numpy as onp
import pytest

import d2lmx as d2l


@pytest.fixture
def problem():
    """X (6, 8), W (8, 12) and a lambda that leaves a few numbers of each code."""
    rng = onp.random.RandomState(0)
    return rng.normal(size=(6, 8)), rng.normal(size=(8, 12)), 4.


def test_numbers_move_to_zero_and_no_further():
    assert d2l.soft_threshold(onp.array([3., 1, -.5, -4, 0]), 1).tolist() == [
        2, 0, 0, -3, 0]


def test_a_code_of_one_column_is_a_formula():
    # (3 - 2 h)^2 + 4 |h| has its least value at h = 1: there it is 1 + 4
    X, W = onp.array([[3.], [-3]]), onp.array([[2.]])
    H = d2l.sparse_codes(X, W, 4.)
    onp.testing.assert_allclose(H, [[1], [-1]], atol=1e-12)
    onp.testing.assert_allclose(d2l.sparse_loss(X, H, W, 4.), [5, 5], atol=1e-12)
    # from 0, theta = 6 is shortened to 2, where 3 * 2 - 2^2 / 4 = 5; the loss is 9
    assert d2l.duality_gap(X, 0 * H, W, 4.).tolist() == [4, 4]


@pytest.mark.parametrize('is_fast', [True, False], ids=['FISTA', 'ISTA'])
def test_codes_are_those_of_scikit_learns_lasso(problem, is_fast):
    linear_model = pytest.importorskip('sklearn.linear_model')
    X, W, lambd = problem
    theirs = linear_model.Lasso(lambd / 2 / len(W), fit_intercept=False, tol=1e-14,
                                max_iter=10 ** 5).fit(W, X.T).coef_
    H = next(itertools.islice(d2l.code_steps(X, W, lambd, is_fast=is_fast), 3000, None))
    onp.testing.assert_allclose(H, theirs, atol=1e-6)
    assert 0 < (theirs != 0).mean() < .7
    # what is found by its gap is as near
    onp.testing.assert_allclose(d2l.sparse_codes(X, W, lambd, 1e-12), theirs, atol=1e-5)


def test_the_gap_is_more_than_what_is_missed(problem):
    X, W, lambd = problem
    best = d2l.sparse_loss(X, d2l.sparse_codes(X, W, lambd, 1e-12), W, lambd)
    for H in itertools.islice(d2l.code_steps(X, W, lambd), 20):
        missed = d2l.sparse_loss(X, H, W, lambd) - best
        assert (d2l.duality_gap(X, H, W, lambd) >= missed - 1e-9).all()


def test_slow_steps_never_raise_a_loss_and_go_on_where_they_were(problem):
    X, W, lambd = problem
    codes = list(itertools.islice(d2l.code_steps(X, W, lambd, is_fast=False), 30))
    losses = [d2l.sparse_loss(X, H, W, lambd).sum() for H in codes]
    assert max(onp.diff(losses)) < 1e-12
    again = d2l.code_steps(X, W, lambd, codes[9], is_fast=False)
    assert (next(again) == codes[10]).all()


def test_so_large_a_lambda_leaves_nothing(problem):
    X, W, _ = problem
    assert (d2l.sparse_codes(X, W, 2 * abs(X @ W).max()) == 0).all()


def test_a_dictionary_loses_as_little_as_scikit_learns(problem):
    decomposition = pytest.importorskip('sklearn.decomposition')
    rng = onp.random.RandomState(1)
    W = rng.normal(size=(8, 5))
    W /= onp.linalg.norm(W, axis=0)
    X = rng.laplace(size=(40, 5)) * (rng.uniform(size=(40, 5)) < .4) @ W.T
    start = onp.linalg.qr(rng.normal(size=(8, 5)))[0]
    found, H, losses = d2l.learn_dictionary(X, start, .2, num_rounds=100)
    assert max(onp.diff(losses)) < 1e-12
    assert onp.linalg.norm(found, axis=0).max() < 1 + 1e-12
    theirs = decomposition.DictionaryLearning(
        5, alpha=.1, max_iter=50, tol=1e-8, fit_algorithm='cd', dict_init=start.T,
        code_init=onp.zeros((40, 5)), random_state=0).fit(X).components_.T
    codes = d2l.sparse_codes(X, theirs, .2)
    assert losses[-1] < 1.02 * d2l.sparse_loss(X, codes, theirs, .2).mean()


def test_a_column_without_use_stays():
    X = onp.array([[2., 0], [3, 0], [-1, 0]])
    W, H, _ = d2l.learn_dictionary(X, onp.eye(2), .1, num_rounds=3)
    onp.testing.assert_allclose(W, onp.eye(2), atol=1e-12)
    assert (H[:, 1] == 0).all()


def test_what_has_no_code_is_refused(problem):
    X, W, _ = problem
    with pytest.raises(ValueError, match='8 numbers have no code by a W of 12 rows'):
        d2l.sparse_codes(X, W.T, 1.)
    with pytest.raises(ValueError, match='lambda must be above 0, got 0'):
        d2l.sparse_codes(X, W, 0)
    with pytest.raises(ValueError, match='no codes are found within 10 steps'):
        d2l.sparse_codes(X, W, 4., max_steps=10)
