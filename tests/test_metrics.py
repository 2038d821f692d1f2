"""Sums, right predictions, and the history of a run."""
import json

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
