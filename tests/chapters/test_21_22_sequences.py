"""BLEU by hand, and what translators are asked."""
import numpy as onp
import pytest

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('21.22')


def test_counts_of_the_courses_examples(page):
    references = ['the cat is on the mat'.split(), 'there is a cat on the mat'.split()]
    # 'the' stands twice in a reference, however often it is said
    assert page.modified_precision(['the'] * 7, references, 1) == (2, 7)
    assert page.modified_precision('the cat the cat on the mat'.split(), references,
                                   2) == (4, 6)
    assert page.modified_precision(['the'], references, 2) == (0, 0)


def test_bleu_by_hand_is_that_of_the_library(page):
    rng = onp.random.RandomState(0)
    truths = [list(map(str, rng.randint(0, 4, rng.randint(5, 9)))) for _ in range(20)]
    guesses = [truth[:-1] + ['x'] if i % 3 else truth for i, truth in enumerate(truths)]
    shorter = [truth[:-1] for truth in truths]
    for predictions in (guesses, shorter, truths):
        assert page.bleu_by_hand(predictions, truths) == pytest.approx(
            d2l.corpus_bleu(predictions, [[truth] for truth in truths]))
    assert page.bleu_by_hand(truths, truths) == pytest.approx(100)
    assert page.bleu_by_hand([['a']], [['b']]) == 0


def test_no_sentence_is_learnt_from_and_tested_on(page):
    pairs, test = page.load_pairs(100, 20, 12, 400)
    assert len(test) == 20 and 0 < len(pairs) <= 100
    assert not {source for source, _ in pairs} & {source for source, _ in test}
    assert max(len(side) for pair in pairs + test for side in pair) < 12
    with pytest.raises(d2l.InputError, match='nothing is left'):
        page.load_pairs(100, 10 ** 5, 12, 400)


def test_sources_end_and_are_padded(page):
    vocab = d2l.Vocab(['a', 'b'], reserved_tokens=page.RESERVED)
    X, lens = page.sources_of([['a'], ['b', 'a', 'a']], vocab)
    a, b, eos, pad = vocab[['a', 'b', '<eos>', '<pad>']]
    assert X.tolist() == [[a, eos, pad, pad], [b, a, a, eos]]
    assert lens.tolist() == [2, 4]


@pytest.mark.parametrize('weights, walk', [
    (onp.eye(4), 1), (onp.eye(4)[::-1], -1), (onp.ones((4, 4)) / 4, 0),
    (onp.eye(2), 0)])
def test_weights_walk_along_or_not(page, weights, walk):
    assert page.walks(weights) == pytest.approx(walk)


def test_the_smoke_run_judges_each_beam(page, smoke_run):
    result = smoke_run('21.22').result
    assert result['precisions of the example'] == {1: [5, 7], 2: [4, 6]}
    for alpha in (0, page.ALPHA):
        greedy = result[f'log p, beam 1, alpha {alpha}']
        assert all(value < 0 for value in greedy)
        name = f'beam 1, alpha {alpha}'
        if result[f'by hand, {name}'][0] > 0:
            assert result[f'by hand, {name}'] == pytest.approx(result[f'BLEU, {name}'])
    # a beam of one place is greedy, whatever the length counts
    assert greedy == result['log p, beam 1, alpha 0']


@pytest.mark.parametrize('name, value, failing', [
    ('log p, beam 10, alpha 0', [-9.], 0), ('length, beam 10, alpha 0.7', [.7], 1),
    ('BLEU, beam 10, alpha 0.7', [19.], 2), ('BLEU, long, with attention', [9.], 3),
    ('walk of the weights', [.4], 4)])
def test_a_claim_may_fail(page, name, value, failing):
    found = {f'{what}, beam {size}, alpha {alpha}': [number]
             for what, numbers in (('log p', (-5., -4., -3.)),
                                   ('BLEU', (20., 21., 22.)))
             for size, number in zip(page.BEAMS, numbers) for alpha in (0, page.ALPHA)}
    found.update({'length, beam 10, alpha 0': [.8], 'length, beam 10, alpha 0.7': [.9],
                  'BLEU, beam 10, alpha 0.7': [23.], 'walk of the weights': [.8],
                  'BLEU, short, with attention': [21.],
                  'BLEU, short, without attention': [20.],
                  'BLEU, long, with attention': [15.],
                  'BLEU, long, without attention': [8.]})
    assert all(row['holds'] for row in page.claims(found))
    holds = [row['holds'] for row in page.claims({**found, name: value})]
    assert holds == [i != failing for i in range(5)]
