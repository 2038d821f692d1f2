import numpy as onp
import pytest
from mxnet import np

import d2lmx as d2l


def test_nearest_are_those_of_the_smallest_angle():
    W = np.array([[3., 0.], [0., 0.], [1., 1.], [0., -2.], [-1., 0.]])
    topk, cos = d2l.knn(W, np.array([[2., 0.]]), 3)
    assert topk.tolist()[:2] == [0, 2]
    # a zero vector is like nothing, and no NaN
    onp.testing.assert_allclose(cos.asnumpy(), [1, .5 ** .5, 0], atol=1e-6)
    assert sorted(d2l.knn(W, np.zeros(2), 9)[0].tolist()) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize('k, without, words', [
    (1, (), ['a']), (2, ('a',), ['b', 'c']), (9, (), ['a', 'b', 'c']),
    (1, ('a', 'b', 'c'), [])])
def test_the_unknown_is_none_of_the_nearest_words(tmp_path, k, without, words):
    d2l.write_vectors(tmp_path / 'v.txt', 'abc', [[1, 0], [3, 1], [-1, 0]])
    embed = d2l.TokenEmbedding(tmp_path / 'v.txt')
    assert list(d2l.nearest_words(embed, np.array([2., 0.]), k, without)) == words
