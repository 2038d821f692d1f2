"""Sums, right predictions, and the history of a run."""
import json
import math
import sys

import numpy as onp
import pytest
from mxnet import np

import d2lmx as d2l

SCORES = np.array([[.1, .3, .6], [.3, .2, .5], [.7, .2, .1], [.2, .5, .3]])


def test_accumulator_adds_arrays_and_numbers_and_resets():
    metric = d2l.Accumulator(2)
    metric.add(1, np.array(2.5))
    metric.add(3, 1)
    assert (metric[0], metric[1]) == (4, 3.5)
    metric.reset()
    assert (metric[0], metric[1]) == (0, 0)


@pytest.mark.parametrize('numbers', [(1,), (1, 2, 3)])
def test_accumulator_refuses_more_or_fewer_numbers(numbers):
    with pytest.raises(ValueError, match=f'expected 2 numbers, got {len(numbers)}'):
        d2l.Accumulator(2).add(*numbers)


@pytest.mark.parametrize('dtype', ['int32', 'int64', 'float32', 'uint8'])
def test_accuracy_counts_right_rows_whatever_the_labels_type(dtype):
    # the rows' largest scores are in columns 2, 2, 0, 1
    assert d2l.accuracy(SCORES, np.array([2, 0, 0, 1], dtype=dtype)) == 3


def test_accuracy_takes_classes_in_place_of_scores():
    assert d2l.accuracy(np.array([2., 2., 0., 1.]), np.array([2, 0, 0, 1])) == 3


def test_accuracy_takes_labels_in_a_column():
    # compared by broadcasting, four rows would give up to sixteen right ones
    assert d2l.accuracy(SCORES, np.array([[2], [0], [0], [1]])) == 3


@pytest.mark.parametrize('shape', [(3,), (1,), (4, 3)])
def test_accuracy_refuses_labels_of_another_number(shape):
    with pytest.raises(ValueError, match='one label an example'):
        d2l.accuracy(SCORES, np.zeros(shape))


def test_num_correct_is_an_array_that_has_not_been_waited_for():
    count = d2l.num_correct(SCORES, np.array([2, 2, 0, 1]))
    assert isinstance(count, np.ndarray) and float(count) == 4


def test_history_keeps_series_and_its_last_values():
    history = d2l.History()
    history.add(.5, {'train loss': 2})
    history.add(1, {'train loss': np.array(1.), 'test acc': .25})
    assert history.series == {'train loss': [(.5, 2), (1, 1)], 'test acc': [(1, .25)]}
    assert history['train loss'] == 1
    assert repr(history) == 'History(train loss 1.000, test acc 0.250)'


def test_history_record_is_json_with_throughput():
    history = d2l.History()
    history.add(1, {'train loss': .5})
    history.examples, history.seconds, history.waiting = 300, 2., .5
    assert json.loads(json.dumps(history.record())) == {
        'final': {'train loss': .5}, 'series': {'train loss': [[1, .5]]},
        'timing': {'seconds': 2, 'waiting': .5, 'examples_per_sec': 150}}


def test_a_history_without_training_has_no_throughput():
    assert d2l.History().examples_per_sec == 0


def test_corpus_bleu_by_hand():
    # 1-grams 3 of 4, 2-grams 1 of 3; the nearest reference has 5 tokens, not 3 or 8
    prediction = 'the cat sat here'.split()
    references = ['the cat is here now'.split(), 'a b c d e f g h'.split()]
    expected = 100 * math.exp(1 - 5 / 4) * math.sqrt(3 / 4 * 1 / 3)
    assert d2l.corpus_bleu([prediction], [references], k=2) == pytest.approx(expected)


def test_corpus_bleu_of_the_truth_is_100_and_of_nothing_0():
    truth = 'a b c d e'.split()
    full = d2l.corpus_bleu([truth, truth], [[['x'], truth], [truth]])
    assert full == pytest.approx(100)
    assert d2l.corpus_bleu([[]], [[truth]]) == 0
    assert d2l.corpus_bleu([['z'] * 5], [[truth]]) == 0


@pytest.mark.parametrize('seed', range(4))
def test_corpus_bleu_is_sacrebleus(seed):
    sacrebleu = pytest.importorskip('sacrebleu', reason='needs sacrebleu')
    random = onp.random.RandomState(seed)

    def sentences(count):
        return [[str(token) for token in random.randint(0, 4 + 8 * seed,
                                                        random.randint(1, 12))]
                for _ in range(count)]

    predictions = sentences(7)
    references = [sentences(random.randint(1, 4)) for _ in predictions]
    columns = [[' '.join(refs[i]) if i < len(refs) else None for refs in references]
               for i in range(3)]
    metric = sacrebleu.metrics.BLEU(tokenize='none', force=True)
    theirs = metric.corpus_score([' '.join(p) for p in predictions], columns)
    assert d2l.corpus_bleu(predictions, references) == pytest.approx(theirs.score)


def test_reference_bleu_is_on_text_and_says_how():
    pytest.importorskip('sacrebleu', reason='needs sacrebleu')
    found = d2l.reference_bleu(['The cat, it sat.'], [['the cat , it sat .', 'No.']])
    assert found['score'] == pytest.approx(100) and 'tok:13a' in found['signature']


def test_without_sacrebleu_one_line_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, 'sacrebleu.metrics', None)
    with pytest.raises(ImportError, match='pip install sacrebleu'):
        d2l.reference_bleu(['a'], [['a']])


@pytest.mark.parametrize('predictions, references', [([['a']], []), ([['a']], [[]])])
def test_corpus_bleu_needs_references_for_each(predictions, references):
    with pytest.raises(ValueError, match='needs its references'):
        d2l.corpus_bleu(predictions, references)


def test_perplexity_of_a_loss_beyond_every_float_is_inf():
    assert d2l.perplexity(0) == 1 and d2l.perplexity(710) == math.inf
    assert d2l.perplexity(1) == pytest.approx(math.e)
    assert math.isnan(d2l.perplexity(math.nan))


@pytest.mark.parametrize('y_hat, y', [([[.1, .9]], np.ones(1)),
                                      (np.ones((1, 2)), None)])
def test_lists_have_no_accuracy(y_hat, y):
    with pytest.raises(ValueError, match='must be an array'):
        d2l.accuracy(y_hat, y)
