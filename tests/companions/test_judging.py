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


@pytest.mark.parametrize('y, y_hat, classes', [
    ([0], [3], '3 to 3'), ([1], [-1], '-1 to -1'), ([3], [0], '3 to 3'),
    ([0, .5], [0, 1], '0.0 to 0.5')])
def test_a_class_that_there_is_not_is_in_no_other_ones_place(y, y_hat, classes):
    with pytest.raises(d2l.InputError, match=f'classes are 0 to 2, got {classes}'):
        d2l.confusion_matrix(y, y_hat, 3)


@pytest.mark.parametrize('measure', [
    d2l.f_beta, d2l.precision_recall_f1, lambda *pair: d2l.confusion_matrix(*pair, 3)])
@pytest.mark.parametrize('y, y_hat', [
    ([1, 1, 1], [[1], [1], [1]]), ([1, 1, 1], [1]), ([[1], [0]], [[1], [0]]), (1, 1)])
def test_answers_are_as_many_as_what_is(measure, y, y_hat):
    with pytest.raises(d2l.InputError, match=r'must be \(n,\) each'):
        measure(y, y_hat)


# ---- scores and thresholds


@pytest.fixture
def metrics():
    return pytest.importorskip('sklearn.metrics')


def awkward_scores(rng, n=40):
    """Scores with many ties, and what is."""
    return rng.randint(0, 6, n) / 5, rng.randint(0, 2, n)


@pytest.mark.parametrize('beta', [0, .5, 1, 2, 30])
def test_f_is_that_of_scikit_learn(metrics, beta):
    rng = onp.random.RandomState(0)
    for y, y_hat in (*rng.randint(0, 2, (20, 2, 7)), *(
            onp.array(pair) for pair in ([[0] * 3, [0] * 3], [[1] * 3, [0] * 3],
                                         [[0] * 3, [1] * 3], [[1] * 3, [1] * 3]))):
        assert d2l.f_beta(y, y_hat, beta) == pytest.approx(metrics.fbeta_score(
            y, y_hat, beta=beta, zero_division=0))


def test_f_lies_between_precision_and_recall_by_hand():
    y, y_hat = [1, 1, 1, 0], [1, 0, 0, 0]  # precision 1, recall 1/3
    assert d2l.f_beta(y, y_hat, 0) == 1
    assert d2l.f_beta(y, y_hat, 2) == pytest.approx(5 * 1 / 3 / (4 + 1 / 3))
    assert d2l.f_beta(y, y_hat, 1e6) == pytest.approx(1 / 3)


@pytest.mark.parametrize('beta', [-1, float('nan'), float('inf')])
def test_a_beta_that_cannot_be_is_told(beta):
    with pytest.raises(d2l.InputError, match='a finite number from 0 on'):
        d2l.f_beta([1], [1], beta)


def test_the_right_one_among_k_is_as_scikit_learn_counts_it(metrics):
    rng = onp.random.RandomState(0)
    scores, y = rng.randint(0, 4, (60, 5)) / 3, rng.randint(0, 5, 60)
    for k in (1, 2, 4):
        # theirs takes the last of equal scores, ours the first: all turned round
        assert d2l.top_k_accuracy(scores, y, k) == pytest.approx(
            metrics.top_k_accuracy_score(4 - y, scores[:, ::-1], k=k,
                                         labels=list(range(5))))
    assert d2l.top_k_accuracy(scores, y, 1) == (scores.argmax(axis=1) == y).mean()
    assert d2l.top_k_accuracy(scores, y, 5) == 1


def test_one_class_is_always_right_and_nan_is_no_score():
    assert d2l.top_k_accuracy([[.3], [.1]], [0, 0], 1) == 1
    assert onp.isnan(d2l.top_k_accuracy([[1, float('nan')]], [0], 1))


@pytest.mark.parametrize('dtype', ['uint8', 'bool', 'int8', 'float16'])
def test_scores_of_any_dtype_have_their_order(dtype):
    # as int8 the least has no number of the other sign
    low, high = (onp.iinfo(dtype).min, 1) if dtype == 'int8' else (0, 1)
    scores = onp.array([low, low, high], dtype)
    assert d2l.average_precision(scores, [0, 0, 1]) == 1
    # the two others come at once: 1 of 1, and 2 of 3
    assert d2l.average_precision(scores, [0, 1, 1]) == pytest.approx((1 + 2 / 3) / 2)
    assert [d2l.top_k_accuracy(scores[None], [label], 1) for label in range(3)] == [
        0, 0, 1]
    assert d2l.top_k_accuracy(scores[None], [0], 2) == 1  # of equal ones the first


@pytest.mark.parametrize('scores, y', [
    (onp.eye(3), [0]), (onp.eye(3), [[0], [1], [2]]), ([1, 2], [0, 1])])
def test_each_example_has_a_row_of_scores_and_a_class(scores, y):
    with pytest.raises(d2l.InputError, match=r'scores must be \(n, classes\)'):
        d2l.top_k_accuracy(scores, y, 1)


@pytest.mark.parametrize('measure', [d2l.precision_recall_curve, d2l.average_precision,
                                     d2l.roc_auc, d2l.calibration_error])
@pytest.mark.parametrize('y', [[1, 0, 1, 1], [1]])
def test_no_example_is_left_without_a_score(measure, y):
    with pytest.raises(d2l.InputError, match=f'each example .* got 2 for {len(y)}'):
        measure([.9, .8], y)


@pytest.mark.parametrize('y, k, told', [
    ([0], 0, 'k must be a whole number of at least 1'), ([0], 3, 'k must be at most 2'),
    ([2], 1, 'classes are 0 to 1, got 2 to 2'), ([-1], 1, 'got -1 to -1')])
def test_classes_and_k_that_cannot_be_are_told(y, k, told):
    with pytest.raises(d2l.InputError, match=told):
        d2l.top_k_accuracy([[.5, .5]], y, k)


def test_precision_over_recall_by_hand():
    # two share a score, one of which is right
    precision, recall, thresholds = d2l.precision_recall_curve(
        [.9, .5, .1, .5], [1, 0, 1, 1])
    assert thresholds.tolist() == [.9, .5, .1]
    assert precision.tolist() == [1, 2 / 3, 3 / 4]
    assert recall.tolist() == [1 / 3, 2 / 3, 1]
    assert d2l.average_precision([.9, .5, .1, .5], [1, 0, 1, 1]) == pytest.approx(
        (1 + 2 / 3 + 3 / 4) / 3)


def test_precision_over_recall_is_that_of_scikit_learn(metrics):
    rng = onp.random.RandomState(0)
    for _ in range(20):
        scores, y = awkward_scores(rng)
        ours = d2l.precision_recall_curve(scores, y)
        precision, recall, thresholds = metrics.precision_recall_curve(y, scores)
        # theirs begins with the lowest threshold, and ends with a point without one
        for a, b in zip(ours, (precision[:-1], recall[:-1], thresholds)):
            onp.testing.assert_allclose(a, b[::-1], rtol=1e-12)
        assert d2l.average_precision(scores, y) == pytest.approx(
            metrics.average_precision_score(y, scores))


def test_average_precision_of_one_kind_of_scores_or_examples():
    y = onp.array([1, 0, 0, 0])
    assert d2l.average_precision(onp.zeros(4), y) == 1 / 4  # the share of positives
    assert d2l.average_precision(onp.arange(4), onp.ones(4)) == 1
    assert onp.isnan(d2l.average_precision(onp.array([1, float('nan')]), y[:2]))


@pytest.mark.parametrize('measure', ['precision_recall_curve', 'average_precision'])
def test_without_a_positive_there_is_no_recall(measure):
    with pytest.raises(d2l.InputError, match='needs a positive example, got none of 2'):
        getattr(d2l, measure)(onp.array([.1, .2]), onp.zeros(2))


@pytest.mark.parametrize('measure, y', [
    (d2l.precision_recall_curve, [1, 0]), (d2l.roc, [1, 0])])
def test_no_threshold_is_above_or_below_nan(measure, y):
    with pytest.raises(d2l.InputError, match='NaN'):
        measure(onp.array([float('nan'), 1]), y)


# ---- probabilities and numbers


def test_calibration_error_by_hand():
    # two bins: .2 and .4 against 1/2, .6 and 1 against 1
    p, y = onp.array([.6, .2, 1, .4]), onp.array([1, 1, 1, 0])
    assert d2l.calibration_error(p, y, 2) == pytest.approx((.2 + .2) / 2)
    # bins of three and of two count by their examples
    p, y = onp.array([.1, .1, .1, .9, .9]), onp.array([0, 0, 0, 0, 1])
    assert d2l.calibration_error(p, y, 2) == pytest.approx(3 / 5 * .1 + 2 / 5 * .4)


def test_calibration_error_is_that_of_the_curve_of_scikit_learn():
    calibration = pytest.importorskip('sklearn.calibration')
    rng = onp.random.RandomState(0)
    p = rng.uniform(size=100)
    y = rng.uniform(size=100) < p ** 2
    shares, means = calibration.calibration_curve(y, p, n_bins=10, strategy='quantile')
    assert d2l.calibration_error(p, y) == pytest.approx(abs(shares - means).mean())


def test_calibration_error_of_one_class_and_of_nan():
    assert d2l.calibration_error(onp.ones(7), onp.ones(7)) == 0
    assert d2l.calibration_error(onp.full(7, .75), onp.zeros(7)) == pytest.approx(.75)
    assert onp.isnan(d2l.calibration_error(onp.array([.5, float('nan')]),
                                           onp.array([0, 1])))


@pytest.mark.parametrize('y', [[0] * 50 + [1] * 50, [1] * 50 + [0] * 50, [0, 1] * 50])
def test_the_order_of_equal_probabilities_is_no_error(y):
    assert d2l.calibration_error([.5] * 100, y) == 0


def test_equal_probabilities_stay_in_one_bin_by_hand():
    # of two bins of three the second .4 is in the first, and both others are with it
    p, y = onp.array([.1, .4, .4, .4, .8, .8]), onp.array([0, 1, 0, 1, 1, 1])
    for order in (range(6), [5, 3, 1, 0, 2, 4], [4, 2, 3, 5, 1, 0]):
        order = list(order)
        # 4 examples of mean .325 with a half, 2 of .8 with all
        means, shares = d2l.calibration(p[order], y[order], 2)
        assert means == pytest.approx([.325, .8]) and shares.tolist() == [.5, 1]
        assert d2l.calibration_error(p[order], y[order], 2) == pytest.approx(
            4 / 6 * (.5 - .325) + 2 / 6 * .2)


@pytest.mark.parametrize('p, y, num_bins, told', [
    ([], [], 10, 'needs an example'), ([.5, 7], [0, 1], 10, 'from 0 to 1'),
    ([-.1], [0], 10, 'from 0 to 1'), ([.5], [1], 0, 'num_bins must be a whole number')])
def test_bins_and_probabilities_that_cannot_be_are_told(p, y, num_bins, told):
    with pytest.raises(d2l.InputError, match=told):
        d2l.calibration_error(p, y, num_bins)


def test_lists_are_as_good_as_arrays():
    assert d2l.calibration_error([.6, .2, 1, .4], [1, 1, 1, 0], 2) == pytest.approx(.2)
    assert d2l.roc_auc([.1, .4, .35, .8], [0, 0, 1, 1]) == .75
    with pytest.raises(d2l.InputError, match='got 0 and 0 examples'):
        d2l.roc_auc([], [])


def test_errors_of_numbers_are_those_of_scikit_learn(metrics):
    y, y_hat = onp.random.RandomState(0).normal(size=(2, 30))
    assert d2l.regression_scores(y_hat, y) == {
        'RMSE': pytest.approx(metrics.mean_squared_error(y, y_hat) ** .5),
        'MAE': pytest.approx(metrics.mean_absolute_error(y, y_hat)),
        'R2': pytest.approx(metrics.r2_score(y, y_hat))}


def test_errors_of_numbers_by_hand():
    assert d2l.regression_scores([1, 2, 3], [1, 2, 6]) == {
        'RMSE': pytest.approx(3 ** .5), 'MAE': 1, 'R2': pytest.approx(1 - 9 / 14)}
    assert d2l.regression_scores([3, 3], [2, 4])['R2'] == 0  # their mean
    assert d2l.regression_scores([4, 2], [2, 4])['R2'] == -3


@pytest.mark.parametrize('y_hat, y', [([1, 2], [2, 2]), ([2, 2], [2, 2]), ([1], [1])])
def test_nothing_is_explained_where_nothing_differs(y_hat, y):
    assert onp.isnan(d2l.regression_scores(y_hat, y)['R2'])


def test_nan_is_an_error_without_a_size():
    found = d2l.regression_scores([1, float('nan')], [1, 2])
    assert all(onp.isnan(value) for value in found.values())


@pytest.mark.parametrize('y_hat, y', [([1, 2], [1]), ([[1], [2]], [1, 2]), ([], [])])
def test_predictions_and_numbers_must_go_together(y_hat, y):
    with pytest.raises(d2l.InputError, match='a prediction for each number'):
        d2l.regression_scores(y_hat, y)


def test_areas_and_losses_of_clicks_are_those_of_scikit_learn(metrics):
    rng = onp.random.RandomState(1)
    for _ in range(20):
        scores, y = awkward_scores(rng)
        assert d2l.roc_auc(scores, y) == pytest.approx(metrics.roc_auc_score(y, scores))
    with pytest.raises(d2l.InputError, match='got 0 and 3 examples'):
        d2l.roc_auc(onp.arange(3.), onp.zeros(3))
    for y in (onp.zeros(3), onp.ones(3)):  # a loss needs but one class
        assert d2l.log_loss(onp.array([-1., 0, 2]), y) == pytest.approx(
            metrics.log_loss(y, 1 / (1 + onp.exp([1., 0, -2])), labels=[0, 1]))
