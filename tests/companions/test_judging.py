"""Numbers of classifiers, as scikit-learn has them and by hand."""
import numpy as onp
import pytest

import d2lmx as d2l


def test_precision_recall_and_f1_by_hand():
    found = d2l.precision_recall_f1([1, 1, 1, 0, 0], [1, 0, 0, 1, 0])
    assert found == {'precision': 1 / 2, 'recall': 1 / 3, 'F1': .4}


@pytest.mark.parametrize('y, y_hat', [([0, 0], [0, 1]), ([1, 0], [0, 0]), ([0], [0])])
def test_where_nothing_is_or_is_said_there_is_no_number_but_0(y, y_hat):
    assert set(d2l.precision_recall_f1(y, y_hat).values()) == {0}


def test_numbers_are_those_of_scikit_learn():
    metrics = pytest.importorskip('sklearn.metrics')
    y, y_hat = onp.random.randint(0, 4, size=(2, 50))
    assert (d2l.confusion_matrix(y, y_hat, 4)
            == metrics.confusion_matrix(y, y_hat, labels=range(4))).all()
    found = d2l.precision_recall_f1(y == 1, y_hat == 1)
    theirs = metrics.precision_recall_fscore_support(y == 1, y_hat == 1,
                                                     average='binary')
    assert tuple(found.values()) == pytest.approx(theirs[:3])


def test_classes_that_never_come_have_rows_too():
    assert d2l.confusion_matrix([0, 0, 2], [0, 2, 2], 4).tolist() == [
        [1, 0, 1, 0], [0] * 4, [0, 0, 1, 0], [0] * 4]


@pytest.mark.parametrize('count', [0, 1, 30, 200])
def test_wrong_labels_are_as_many_as_asked_for_and_all_wrong(count):
    y = onp.random.randint(0, 5, 200).astype('int32')
    before = y.copy()
    wrong, changed = d2l.plant_wrong_labels(y, count, 5)
    assert set(onp.flatnonzero(wrong != y)) == set(changed) and len(changed) == count
    assert wrong.dtype == y.dtype and set(wrong) <= set(range(5))
    assert (y == before).all()
