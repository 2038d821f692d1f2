import random

import numpy as onp
import pytest

import d2lmx as d2l
from d2lmx.context import running
from d2lmx.errors import InputError

SIZE, K = 3, 4
V = 40


@pytest.fixture
def corpus():
    """Sentences of 0 to 12 tokens of 1, ..., V - 1, frequent and rare ones."""
    onp.random.seed(3)
    lengths = onp.random.randint(0, 13, size=400)
    tokens = 1 + (onp.random.uniform(size=lengths.sum()) ** 2 * (V - 1)).astype('int32')
    return d2l.Corpus(tokens, onp.concatenate([[0], onp.cumsum(lengths)]))


@pytest.fixture
def counts(corpus):
    return onp.bincount(corpus.tokens, minlength=V)


def rows_of(batches):
    """(centre, contexts, noise words) of each example, read off masks and labels."""
    for batch in batches:
        for center, entries, mask, label in zip(*(a.asnumpy() for a in batch)):
            valid, num_contexts = int(mask.sum()), int(label.sum())
            assert (mask == (onp.arange(len(mask)) < valid)).all()
            assert (label == (onp.arange(len(mask)) < num_contexts)).all()
            assert not entries[valid:].any()
            yield (int(center[0]), entries[:num_contexts].tolist(),
                   entries[num_contexts:valid].tolist())


def test_windows_are_around_their_centre_and_within_its_sentence():
    random.seed(0)
    lines = [list(range(7)), [7, 8, 9], [10], []]
    centers, contexts = d2l.get_centers_and_contexts(lines, 2)
    assert centers == list(range(10))
    for center, around in zip(centers, contexts):
        line = lines[center > 6]
        assert around in [[i for i in line if 0 < abs(i - center) <= size]
                          for size in (1, 2)]


def assert_alike(counts):
    """Counts of equally likely events: chi-square below its 1 in 10,000 quantile."""
    expected = counts.sum() / len(counts)
    quantile = {2: 18.4, 3: 21.1}[len(counts) - 1]
    assert ((counts - expected) ** 2 / expected).sum() < quantile


def test_sizes_of_windows_are_equally_likely():
    random.seed(1)
    line = list(range(20000))
    _, contexts = d2l.get_centers_and_contexts([line], 3)
    assert_alike(onp.bincount([len(c) // 2 for c in contexts[3:-3]])[1:])


def test_the_generator_draws_by_its_weights():
    random.seed(2)
    generator = d2l.RandomGenerator([2, 0, 6])
    drawn = onp.bincount([generator.draw() for _ in range(24000)], minlength=4)
    # expected 6000; deviation (24000 * 1/4 * 3/4)^.5 = 67, five of them
    assert drawn[0] == drawn[2] == 0 and abs(drawn[1] - 6000) < 335
    assert d2l.generator.draw() in (1, 2, 3)


def test_noise_words_of_the_page_are_no_contexts():
    lines = [['a', 'b', 'c', 'd', 'e'] * 20]
    vocab, counter = d2l.Vocab(lines), d2l.count_corpus(lines)
    contexts = [[1, 2], [3], [4, 5, 4]]
    negatives = d2l.get_negatives(contexts, vocab, counter, 3)
    assert [len(n) for n in negatives] == [6, 3, 9]
    assert not any(set(n) & {0, *c} for n, c in zip(negatives, contexts))
    with pytest.raises(InputError, match='5 words are too few for noise words'):
        d2l.get_negatives([[1, 2, 3, 4, 5]], vocab, counter, 1)


def test_a_minibatch_is_the_pages():
    arrays = d2l.batchify([(1, [2, 2], [3, 3, 3, 3]), (1, [2, 2, 2], [3, 3])])
    assert [a.tolist() for a in arrays] == [
        [[1], [1]], [[2, 2, 3, 3, 3, 3], [2, 2, 2, 3, 3, 0]],
        [[1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 0]],
        [[1, 1, 0, 0, 0, 0], [1, 1, 1, 0, 0, 0]]]
    assert [a.dtype.name for a in arrays if a.dtype != 'float32'] == ['int32'] * 2


def test_a_batch_of_the_loader_is_what_batchify_makes_of_its_examples(corpus, counts):
    for batch in d2l.SkipGramIterator(corpus, counts, 32, SIZE, K):
        again = d2l.batchify(list(rows_of([batch])))
        for array, same in zip(batch, again):
            assert array.dtype == same.dtype and (array == same).all()


def test_a_pass_has_every_centre_with_a_window_around_it(corpus, counts):
    def windows(centers, contexts):
        return sorted(zip(centers, map(tuple, contexts)))

    data_iter = d2l.SkipGramIterator(corpus, counts, 32, SIZE, K)
    rows = list(rows_of(data_iter))
    assert len(data_iter) == -(-len(rows) // 32)
    centers, contexts, negatives = zip(*rows)
    page_centers, _ = d2l.get_centers_and_contexts(corpus.lists(), SIZE)
    assert sorted(centers) == sorted(page_centers)
    assert all(len(n) == K * len(c) for c, n in zip(contexts, negatives))
    again = list(rows_of(data_iter))
    assert rows != again and sorted(rows) == sorted(again)  # the same in another order
    # by the lists' own rule, one window size after the other
    onp.random.seed(8)
    data_iter = d2l.SkipGramIterator(corpus, counts, 32, SIZE, K)
    onp.random.seed(8)
    sizes = onp.random.randint(1, SIZE + 1, size=len(corpus.tokens))
    lists = [line[max(0, i - n):i] + line[i + 1:i + 1 + n] for line, part in zip(
        corpus.lists(), onp.split(sizes, corpus.offsets[1:-1]))
        for i, n in enumerate(part) if len(line) > 1]
    assert windows(page_centers, lists) == windows(*list(zip(*rows_of(data_iter)))[:2])
    assert_alike(onp.bincount(sizes)[1:])


def test_noise_words_are_no_contexts_and_go_by_their_counts(corpus, counts):
    contexts, negatives = list(zip(*rows_of(
        d2l.SkipGramIterator(corpus, counts, 64, 1, 20))))[1:]
    assert not any(set(c) & set(n) for c, n in zip(contexts, negatives))
    weights = counts ** .75
    weights[0] = 0
    expected = onp.zeros(V)
    for around, drawn in zip(contexts, negatives):
        left = weights.copy()
        left[around] = 0
        expected += len(drawn) * left / left.sum()
    drawn = onp.bincount(onp.concatenate(negatives).astype(int), minlength=V)
    is_word = expected > 0
    assert not drawn[~is_word].any()
    # chi-square of 38 degrees of freedom: its 1 in 10,000 quantile is 78
    assert (((drawn - expected) ** 2)[is_word] / expected[is_word]).sum() < 78


def test_turns_are_joined_without_a_seam(corpus, counts, monkeypatch):
    monkeypatch.setattr('d2lmx.data.text.word2vec.ROWS_A_TURN', 7)
    for center, contexts, negatives in rows_of(
            d2l.SkipGramIterator(corpus, counts, 50, SIZE, K)):
        assert contexts and len(negatives) == K * len(contexts)
        assert not set(contexts) & {0, *negatives}


def test_without_noise_words_a_batch_is_its_contexts(corpus, counts):
    # of windows in which all words stand, too
    for size in (SIZE, V):
        for _, contexts, negatives in rows_of(
                d2l.SkipGramIterator(corpus, counts, 50, size, 0)):
            assert contexts and not negatives


@pytest.mark.parametrize('sizes,told', [
    ((0, 5, 5), 'batch_size'), ((8, 0, 5), 'max_window_size'),
    ((8, 5, -1), 'num_noise_words'), ((8, 1.5, 5), 'max_window_size')])
def test_other_sizes_are_told(sizes, told):
    with running(data='toy'), pytest.raises(InputError, match=told):
        d2l.load_data_ptb(*sizes)


def test_a_window_may_have_all_words_but_one():
    line = onp.arange(1, 6, dtype='int32')
    onp.random.seed(0)
    rows = list(rows_of(d2l.SkipGramIterator(
        d2l.Corpus(line, onp.array([0, 5])), [0, 1, 1, 1, 1, 1], 5, 90, 2)))
    assert [center for center, contexts, negatives in rows
            if len(contexts) == 4 and set(negatives) == {center}]
    with pytest.raises(InputError, match='5 words are too few .* beside 5 context'):
        d2l.SkipGramIterator(d2l.Corpus(onp.append(line, 1), onp.array([0, 6])),
                             [0, 2, 1, 1, 1, 1], 5, 90, 2)


def test_a_text_without_a_sentence_of_two_words_is_told():
    corpus = d2l.Corpus(onp.array([1, 2], 'int32'), onp.array([0, 1, 1, 2]))
    with pytest.raises(InputError, match='no sentence of two known words'):
        d2l.SkipGramIterator(corpus, [0, 1, 1], 8, 1, 1)


def test_seeds_give_the_same_batches(corpus, counts):
    passes = []
    for _ in range(2):
        onp.random.seed(4)
        passes.append(list(rows_of(d2l.SkipGramIterator(corpus, counts, 50, 2, 2))))
    assert passes[0] == passes[1]


def test_the_real_text_has_the_pages_shapes(real_data):
    onp.random.seed(0)
    data_iter, vocab = d2l.load_data_ptb(512, 5, 5)
    assert len(vocab) == 6719 and vocab.unk not in data_iter.centers
    assert [a.shape for a in next(iter(data_iter))] == [(512, 1)] + [(512, 60)] * 3
    # the page prints 1,503,420 pairs; subsampling by chance moves them by thousands
    assert abs(int(data_iter.lengths.sum()) / 1503420 - 1) < .01
