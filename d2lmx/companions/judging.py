"""What answers are worth: classes, yes or no, scores, probabilities and numbers.

And labels that are wrong on purpose. Where a measure says nothing, as of an example
that is not there, its docstring tells what it gives; scikit-learn's are the same but
where that is said.
"""
import math

import numpy as onp

from ..errors import InputError
from ..runtime.checks import check_whole
from ..train.clicks import calibration_bins

__all__ = ['confusion_matrix', 'f_beta', 'precision_recall_f1', 'top_k_accuracy',
           'precision_recall_curve', 'average_precision', 'calibration_error',
           'regression_scores', 'plant_wrong_labels']


def _answers(y, y_hat):
    """Both as arrays (n,), what is and what was said; InputError for other shapes."""
    y, y_hat = onp.asarray(y), onp.asarray(y_hat)
    if y.ndim != 1 or y.shape != y_hat.shape:
        raise InputError('what is and what was said must be (n,) each, got shapes '
                         f'{y.shape} and {y_hat.shape}')
    return y, y_hat


def _check_classes(classes, num_classes):
    """InputError unless each is one of 0 to num_classes - 1."""
    if not onp.isin(classes, onp.arange(num_classes)).all():
        raise InputError(f'classes are 0 to {num_classes - 1}, got {classes.min()} to '
                         f'{classes.max()}')


def confusion_matrix(y, y_hat, num_classes: int) -> onp.ndarray:
    """(num_classes, num_classes): how often class i was said to be class j.

    y, y_hat: (n,) classes that are, and that were said to be. InputError for other
    shapes and classes.

    Ours, for 21.10
    """
    check_whole(num_classes=num_classes)
    y, y_hat = _answers(y, y_hat)
    for classes in (y, y_hat):
        _check_classes(classes, num_classes)
    pairs = y.astype(int) * num_classes + y_hat.astype(int)
    return onp.bincount(pairs, minlength=num_classes ** 2).reshape(num_classes, -1)


def f_beta(y, y_hat, beta: float = 1) -> float:
    """The harmonic mean of precision and recall, recall counting beta ** 2 times.

    y, y_hat: (n,), what is, and what was said, yes or no. 0 where nothing is, or was
    said to be. A beta of 0 is the precision alone, a large one the recall. InputError
    unless it is a finite number from 0 on, and for other shapes.

    Ours, for 22.3
    """
    if not 0 <= beta < math.inf:
        raise InputError(f'beta must be a finite number from 0 on, got {beta!r}')
    y, y_hat = (a.astype(bool) for a in _answers(y, y_hat))
    total = beta ** 2 * int(y.sum()) + int(y_hat.sum())
    right = int((y & y_hat).sum())
    return (1 + beta ** 2) * right / total if total else 0.0


def precision_recall_f1(y, y_hat) -> dict:
    """{'precision', 'recall', 'F1'} of yes or no, (n,) each: what is, what was said.

    The precision is how many of those said to be are; the recall how many of those that
    are were said to be; F1 their harmonic mean. 0 where nothing is, or was said to be.
    InputError for other shapes.

    Ours, for 21.9
    """
    y, y_hat = (a.astype(bool) for a in _answers(y, y_hat))
    right = int((y & y_hat).sum())
    said, there = int(y_hat.sum()), int(y.sum())
    return {'precision': right / said if said else 0.0,
            'recall': right / there if there else 0.0,
            'F1': f_beta(y, y_hat)}


def _falling(scores):
    """Places along the last axis, the highest score first, of equal ones the first.

    No sign is turned, as numbers of some dtypes have none.
    """
    rising = onp.argsort(scores[..., ::-1], axis=-1, kind='stable')
    return scores.shape[-1] - 1 - rising[..., ::-1]


def top_k_accuracy(scores, y, k: int) -> float:
    """How often the right class is among the k of the highest scores, in [0, 1].

    Of equal scores the first class is above the others, as it is for `argmax`, so that
    k = 1 is the accuracy; scikit-learn takes the last. NaN where a score is.

    Parameters
    ----------
    scores
        (n, classes), NumPy's.
    y
        (n,) classes; InputError for one that has no score, and for other shapes.
    k
        1 to the number of classes, else InputError.

    Ours, for 22.3
    """
    scores, y = onp.asarray(scores), onp.asarray(y)
    if scores.ndim != 2 or y.shape != scores.shape[:1]:
        raise InputError('scores must be (n, classes) and y (n,), got shapes '
                         f'{scores.shape} and {y.shape}')
    num_classes = scores.shape[1]
    check_whole(k=k)
    if k > num_classes:
        raise InputError(f'k must be at most {num_classes}, the classes, got {k}')
    _check_classes(y, num_classes)
    if onp.isnan(scores).any():
        return math.nan
    best = _falling(scores)[:, :k]
    return float((best == y[:, None]).any(axis=1).mean())


def precision_recall_curve(scores, y) -> tuple:
    """What is right at each threshold: (precision, recall, thresholds), falling.

    Said to be is what scores as high as the threshold or higher; a threshold is a
    score, and equal ones are one. The recall rises to 1 over the thresholds.

    Parameters
    ----------
    scores
        (n,), NumPy's. InputError where one is NaN.
    y
        (n,) of 0 and 1; InputError where none is 1, which leaves no recall, and for
        another number of them.

    Ours, for 22.3
    """
    scores, y = onp.asarray(scores).reshape(-1), onp.asarray(y).reshape(-1) > 0.5
    if len(scores) != len(y):
        raise InputError(f'a score for each example is needed, got {len(scores)} for '
                         f'{len(y)}')
    if not y.any():
        raise InputError(f'precision over recall needs a positive example, got none of '
                         f'{len(y)}')
    if onp.isnan(scores).any():
        raise InputError('a score is NaN, which is neither above a threshold nor below')
    order = _falling(scores)
    scores, y = scores[order], y[order]
    last = onp.append(scores[1:] != scores[:-1], True)  # of equal ones
    right, said = onp.cumsum(y)[last], onp.arange(1, len(y) + 1)[last]
    return right / said, right / y.sum(), scores[last]


def average_precision(scores, y) -> float:
    """The mean of the precisions at which positives are found, in [0, 1].

    It is the area below precision over recall, in steps, not smoothed as a detector's
    is (`detection_map`). Equal scores come at once, so that scores which are all equal
    have the share of positives. NaN where a score is. Arguments as of
    `precision_recall_curve`; InputError where no example is positive, whose value
    scikit-learn takes for 0.

    Ours, for 22.3
    """
    if onp.isnan(scores).any():
        return math.nan
    precision, recall, _ = precision_recall_curve(scores, y)
    return float((onp.diff(recall, prepend=0) * precision).sum())


def calibration_error(p, y, num_bins: int = 10) -> float:
    """How far probabilities are from the shares of what has happened, in [0, 1].

    The mean distance between both arrays of `calibration`, each bin counting by its
    examples. NaN where a probability is. InputError as there.

    Ours, for 22.3
    """
    means, shares, sizes = calibration_bins(p, y, num_bins)
    return float(onp.average(abs(means - shares), weights=sizes))


def regression_scores(y_hat, y) -> dict:
    """{'RMSE', 'MAE', 'R2'} of predicted numbers, (n,) each: what was said, what is.

    The root of the mean squared error and the mean absolute one, in the unit of y; and
    the share of the variance of y that is explained: 1 is all, 0 as much as their mean
    would, less than 0 worse. Where all y are equal it is NaN; scikit-learn has 1 there,
    or 0. NaN where a number is. InputError for other shapes, or for no number.

    Ours, for 22.3
    """
    y_hat, y = (onp.asarray(a, 'float64') for a in (y_hat, y))
    if y_hat.shape != y.shape or y.size == 0:
        raise InputError('a prediction for each number is needed, and one at least, '
                         f'got shapes {y_hat.shape} and {y.shape}')
    error, spread = ((y_hat - y) ** 2).mean(), ((y - y.mean()) ** 2).mean()
    return {'RMSE': float(onp.sqrt(error)), 'MAE': float(abs(y_hat - y).mean()),
            'R2': float(1 - error / spread) if spread else math.nan}


def plant_wrong_labels(y, count: int, num_classes: int) -> tuple:
    """Labels like y (n,) of which so many are another class, and which these are.

    Both examples and classes come from NumPy's global seed.

    Ours, for 21.10
    """
    changed = onp.random.permutation(len(y))[:count]
    wrong = y.copy()
    wrong[changed] += onp.random.randint(1, num_classes, len(changed)).astype(y.dtype)
    return wrong % num_classes, changed
