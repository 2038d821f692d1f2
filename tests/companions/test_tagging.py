"""Entities in rows of tags, and scores of taggers, as worked out by hand."""
import numpy as onp
import pytest

import d2lmx as d2l

CLASSES = ['B-LOC', 'B-PER', 'I-LOC', 'I-PER', 'O']
LOC, PER = 0, 1


def numbers(*rows):
    """Tags by their names, '' for padding, as numbers."""
    return onp.array([[CLASSES.index(tag) if tag != '-' else -1 for tag in row.split()]
                      for row in rows])


def spans(*rows):
    return d2l.entity_spans(numbers(*rows), CLASSES).tolist()


@pytest.mark.parametrize('row, expected', [
    ('O O O', []), ('- - -', []),
    ('B-PER I-PER O', [(0, 2, PER)]),
    ('O B-LOC I-LOC', [(1, 3, LOC)]),
    ('B-PER B-PER I-PER', [(0, 1, PER), (1, 3, PER)]),
    ('I-LOC I-LOC O', [(0, 2, LOC)]),               # it goes on with nothing
    ('B-PER I-LOC O', [(0, 1, PER), (1, 2, LOC)]),  # nor with another kind
    ('B-LOC O I-LOC', [(0, 1, LOC), (2, 3, LOC)]),
    ('B-LOC I-LOC -', [(0, 2, LOC)])])
def test_where_entities_begin_and_end(row, expected):
    assert spans(row) == [[0, *span] for span in expected]


def test_no_entity_goes_on_in_the_next_row():
    assert spans('O B-PER', 'I-PER O') == [[0, 1, 2, PER], [1, 0, 1, PER]]


def by_turns(tags):
    """The same, word by word."""
    found, kind, start = [], '', 0
    for i, tag in enumerate([*tags, 'O']):
        goes_on = kind and tag == f'I-{kind}'
        if kind and not goes_on:
            found.append([start, i, d2l.kinds_of(CLASSES).index(kind)])
        if not goes_on:
            kind, start = tag[2:], i
    return found


def test_entities_are_those_found_word_by_word():
    tags = onp.random.RandomState(0).randint(0, 5, (300, 9))
    found = d2l.entity_spans(tags, CLASSES)
    for i, row in enumerate(tags):
        assert found[found[:, 0] == i][:, 1:].tolist() == by_turns(
            [CLASSES[tag] for tag in row])


def test_scores_by_hand():
    scores = d2l.TaggingScores(CLASSES)
    # of two people and a place one person is found, one place is too long, one made up
    scores.add(numbers('B-PER I-PER O B-LOC I-LOC', 'B-PER O O O O'),
               numbers('B-PER I-PER O B-LOC O', 'O B-PER O O O'), [5, 2])
    found = scores.result()
    assert found['acc'] == pytest.approx(4 / 7)
    # two of persons predicted, two true, one found; 2 * 1 / (3 + 3) of all
    assert found['entities']['PER'] == dict(precision=.5, recall=.5, F1=.5, count=2)
    assert found['entities']['LOC'] == dict(precision=0, recall=0, F1=0, count=1)
    assert found['F1'] == pytest.approx(1 / 3)
    scores.add(numbers('B-LOC'), numbers('B-LOC'), [1])  # batches add up
    assert scores.result()['F1'] == pytest.approx(2 * 2 / (4 + 4))
    assert scores.result()['acc'] == pytest.approx(5 / 8)


def test_what_stands_in_padding_counts_nothing():
    scores = d2l.TaggingScores(CLASSES)
    scores.add(numbers('B-LOC I-LOC I-LOC'), numbers('B-LOC B-PER B-PER'), [1])
    assert scores.result()['acc'] == scores.result()['F1'] == 1


def test_the_same_entity_in_two_sentences_counts_twice():
    scores = d2l.TaggingScores(CLASSES)
    scores.add(numbers('B-LOC', 'B-LOC'), numbers('B-LOC', 'O'), [1, 1])
    assert scores.result()['entities']['LOC'] == dict(
        precision=.5, recall=1, F1=pytest.approx(2 / 3), count=1)


def test_parts_of_speech_have_no_entities():
    scores = d2l.TaggingScores(['NOUN', 'VERB'])
    scores.add([[0, 1, 1]], [[0, 1, 0]], [3])
    assert scores.result() == {'acc': pytest.approx(2 / 3)}


def test_nothing_scores_0():
    assert d2l.TaggingScores(CLASSES).result()['F1'] == 0


def test_F1_is_seqevals():
    metrics = pytest.importorskip('seqeval.metrics', reason='needs seqeval')
    rng = onp.random.RandomState(1)
    true = rng.randint(0, 5, (60, 8))
    predicted = onp.where(rng.uniform(size=true.shape) < .8, true,
                          rng.randint(0, 5, true.shape))
    scores = d2l.TaggingScores(CLASSES)
    scores.add(predicted, true, [8] * 60)
    as_text = [[[CLASSES[tag] for tag in row] for row in tags]
               for tags in (true, predicted)]
    assert scores.result()['F1'] == pytest.approx(metrics.f1_score(*as_text))
