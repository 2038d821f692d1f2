"""Maps, analogies and bias of word vectors, on vectors that are known."""
import numpy as onp
import pytest

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('21.21')


def test_every_word_of_a_pair_stands_once(page):
    words = [word for pair in [*page.PAIRS, *page.KEPT_OUT] for word in pair]
    assert len(set(words)) == len(words) and not set(words) & set(page.NEUTRAL)


def test_the_nearest_points_are_counted(page):
    Y = onp.array([[0., 0], [0, 1], [5, 0], [5, 1], [5, 3]])
    assert page.same_group(Y, onp.array(['a', 'a', 'b', 'b', 'a'])) == .8


def test_analogies_are_answered_by_any_other_word(page):
    # b - a is d - c for the first two pairs, and not for the third
    words = d2l.unit_rows(onp.array(
        [[1., 0, 0], [1, 1, 0], [0, 0, 1], [0, 1, 1], [0, 0, -1], [1, -1, 0]]))
    number = {letter: i for i, letter in enumerate('abcdef')}
    found = page.answers(words, number, [('a', 'b'), ('c', 'd'), ('e', 'f')])

    def by_hand(a, b, c, d):
        x = words[b] - words[a] + words[c]
        cosines = {i: words[i] @ x for i in range(6) if i not in (a, b, c)}
        return max(cosines, key=cosines.get) == d

    pairs = [(0, 1), (2, 3), (4, 5)]
    assert found == [by_hand(*p, *q) for p in pairs for q in pairs if p != q]
    assert found[0] and not all(found)


def test_bias_is_a_mean_difference_of_cosines(page):
    W = onp.array([[1., 0], [0, 1], [.6, .8], [.8, .6]])
    number = {'he': 0, 'she': 1, 'a': 2, 'b': 3}
    assert page.bias(W, number, [('he', 'she')], ['a', 'b']) == pytest.approx(.2)


def test_debiased_pairs_tell_nothing_of_neutral_words(page):
    embed = d2l.TokenEmbedding('glove.6b.50d')
    W, number = d2l.unit_rows(embed.idx_to_vec.asnumpy()), embed.token_to_idx
    neutral = page.present(page.NEUTRAL, embed)
    fair, direction = page.debiased(W, number)
    assert page.bias(W, number, page.PAIRS, neutral) > .01
    assert page.bias(fair, number, page.PAIRS, neutral) < 1e-12
    for he, she in page.KEPT_OUT:
        assert onp.array_equal(fair[[number[he], number[she]]],
                               W[[number[he], number[she]]])
    assert abs(fair[[number[word] for word in neutral]] @ direction).max() < 1e-12


def test_neighbours_tell_by_the_correlation_with_their_mean(page):
    rng = onp.random.RandomState(3)
    W, before = d2l.unit_rows(rng.normal(size=(12, 3))), rng.normal(size=12)
    means = []
    for row in (0, 4, 7, 9):
        nearest = sorted((i for i in range(12) if i != row),
                         key=lambda i: -W[i] @ W[row])[:5]
        means.append(before[nearest].mean())
    assert page.told_by_neighbours(W, before, [0, 4, 7, 9]) == pytest.approx(
        onp.corrcoef(means, before[[0, 4, 7, 9]])[0, 1])


def test_the_smoke_run_shows_maps_of_words(smoke_run):
    smoke = smoke_run('21.21')
    titles = [figure.axes[0].get_title() for figure in smoke.figures]
    assert titles == ['t-SNE', 'principal components', '']
    texts = {text.get_text() for text in smoke.figures[0].axes[0].texts}
    assert {'dog', 'japan', 'uncle'} <= texts
    assert smoke.result['bias']['equalized pairs, after'] < 1e-12
    assert smoke.result['analogies']['before']['capital'] > .5


@pytest.mark.parametrize('changed, holds', [
    ({}, [True] * 5), ({'bias': .2}, [True, True, False, True, True]),
    ({'neighbours': .7}, [True] * 4 + [False]),
    ({'past': .5}, [True, True, True, False, True])])
def test_a_claim_may_fail(page, changed, holds):
    before = dict(zip(page.RELATIONS, (.7, .6, .8, .5)))
    found = {'same group': {'t-SNE': [.8], 'principal components': [.6]},
             'analogies': {'before': before,
                           'after': {**before, 'past': changed.get('past', .8)}},
             'bias': {'equalized pairs, after': 0, 'other pairs, before': .3,
                      'other pairs, after': changed.get('bias', .1)},
             'told by neighbours': {'before': .9,
                                    'after': changed.get('neighbours', .2)}}
    assert [row['holds'] for row in page.claims(found)] == holds
