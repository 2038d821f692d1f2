"""Hidden Markov models: counts by hand, and the likeliest of all paths."""
import itertools

import numpy as onp
import pytest

import d2lmx as d2l


def test_the_likeliest_states_are_those_of_all_paths():
    rng = onp.random.RandomState(1)
    for _ in range(20):
        start, transition, emission = (onp.log(rng.dirichlet(onp.ones(3), size))
                                       for size in ((), 3, 5))

        def score(path):
            return (start[path[0]] + emission[range(5), path].sum()
                    + sum(transition[a, b] for a, b in zip(path, path[1:])))

        best = max(itertools.product(range(3), repeat=5),
                   key=lambda path: score(list(path)))
        assert d2l.viterbi(start, transition, emission).tolist() == list(best)


def test_one_step_is_its_own():
    assert d2l.viterbi(onp.zeros(2), onp.zeros((2, 2)), onp.array([[-2., -1]])) == [1]
    with pytest.raises(ValueError, match='no step'):
        d2l.viterbi(onp.zeros(2), onp.zeros((2, 2)), onp.zeros((0, 2)))


def test_probabilities_are_counts():
    model = d2l.HiddenMarkovModel([[0, 1, 1], [2]], [[0, 1, 0], [0]], 3, 2, smoothing=1)
    assert onp.exp(model.start) == pytest.approx([3 / 4, 1 / 4])
    assert onp.exp(model.transition) == pytest.approx(
        onp.array([[1 / 3, 2 / 3], [2 / 3, 1 / 3]]))
    assert onp.exp(model.emission) == pytest.approx(
        onp.array([[2 / 6, 2 / 6, 2 / 6], [1 / 4, 2 / 4, 1 / 4]]))


def test_what_stands_before_decides():
    # word 0 is tag 0; word 1 is tag 1 behind it, and tag 2 behind word 2
    model = d2l.HiddenMarkovModel([[0, 1], [2, 1]] * 9, [[0, 1], [3, 2]] * 9, 3, 4)
    assert model.tags([0, 1]).tolist() == [0, 1]
    assert model.tags([2, 1]).tolist() == [3, 2]


@pytest.mark.parametrize('words, tags, smoothing', [
    ([], [], 1), ([[0]], [], 1), ([[0]], [[0]], 0), ([[0]], [[0]], float('nan'))])
def test_nothing_to_count_is_told(words, tags, smoothing):
    with pytest.raises(d2l.InputError, match='smoothing above 0'):
        d2l.HiddenMarkovModel(words, tags, 2, 2, smoothing)
