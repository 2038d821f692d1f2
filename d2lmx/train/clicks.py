"""Clicks: a training for them, and how well their probabilities are known."""
from textwrap import fill

import numpy as onp
from mxnet import gluon, np

from ..data.tables.clicks import number_fields
from ..errors import InputError
from ..runtime.checks import check_whole
from ..viz.lines import plot
from .engine import fit
from .joint import Measure
from .steps import measured_step

__all__ = ['log_loss', 'roc_auc', 'auc_gain', 'calibration', 'click_scores',
           'click_step', 'click_logits', 'train_clicks', 'show_calibration',
           'judge_clicks']

CHUNK = 4096  # examples that a network is asked at once
WIDTH = 20    # of a legend, in characters


def log_loss(logits, y) -> float:
    """The mean of -log p, p being the probability of what has happened.

    logits, and y of 0 and 1: NumPy arrays of one shape.

    Ours, for 16.9
    """
    logits = logits.astype('float64')
    return float((onp.logaddexp(0, logits) - y * logits).mean())


def roc_auc(scores, y) -> float:
    """How often a click has a higher score than what is none; equal ones count half.

    The area under the receiver's operating curve, in [0, 1]; 0.5 is chance. scores,
    and y of 0 and 1: of one size; NaN where a score is. InputError for other sizes, and
    where there is no click, or nothing else.

    Ours, for 16.9
    """
    scores, y = _alike(scores, y)
    y = y > 0.5
    num_clicks, num_others = int(y.sum()), int((~y).sum())
    if not num_clicks or not num_others:
        raise InputError(f'an AUC needs clicks and others, got {num_clicks} and '
                         f'{num_others} examples')
    if onp.isnan(scores).any():  # which would count as the highest
        return float('nan')
    total = ranks(scores)[y].sum()
    return float((total - num_clicks * (num_clicks + 1) / 2) / num_clicks / num_others)


def ranks(values):
    """The place of each value (n,) among all in their order, from 1 on; equal ones have
    the mean of theirs."""
    _, places, counts = onp.unique(values, return_inverse=True, return_counts=True)
    return (onp.cumsum(counts) - (counts - 1) / 2)[places]


def auc_gain(scores, others, y) -> tuple:
    """By how much the AUC of scores exceeds that of others, and the standard error of
    this difference (DeLong et al., 1988).

    scores and others of the same examples, y of 0 and 1: of one size. Others that are
    all equal have an AUC of 0.5 without error, so that the error is that of the scores'
    own. NaN where a score is. InputError as of `roc_auc`, and where there is only one
    of either kind.

    Ours, for 16.9
    """
    if onp.isnan(roc_auc(scores, y) - roc_auc(others, y)):  # which check them, too
        return float('nan'), float('nan')
    y = onp.asarray(y).reshape(-1) > 0.5
    if not min(y.sum(), (~y).sum()) >= 2:
        raise InputError('an error of an AUC needs two clicks and two others')
    gains = shares_below(scores, y) - shares_below(others, y)
    variance = sum(part.var(ddof=1) / len(part) for part in (gains[y], gains[~y]))
    return float(gains[y].mean()), float(variance ** 0.5)


def shares_below(scores, y):
    """For each click the share of others with lower scores, and for each other that of
    clicks with higher ones; equal ones count half. The mean of either is the AUC."""
    scores = onp.asarray(scores).reshape(-1)
    below = ranks(scores)  # among all, and then without those of its own kind
    for kind in (y, ~y):
        below[kind] -= ranks(scores[kind])
    return onp.where(y, below / (~y).sum(), 1 - below / y.sum())


def _alike(scores, y):
    """Both as NumPy arrays (n,); InputError where they are not of one size."""
    scores, y = onp.asarray(scores).reshape(-1), onp.asarray(y).reshape(-1)
    if len(scores) != len(y):
        raise InputError(f'a number for each example is needed, got {len(scores)} for '
                         f'{len(y)}')
    return scores, y


def calibration(p, y, num_bins: int = 10):
    """Mean predicted probability and share of clicks of equally many examples a bin.

    Equal probabilities stay together, in the bin of those in their middle, so that the
    order of examples says nothing; bins without one are left out.

    p, probabilities, and y of 0 and 1: of one size. Gives two arrays, in the order of
    p, of num_bins elements at most. InputError for other sizes, for no example, and for
    what is no probability; NaN is one, the highest.

    Ours, for 16.9
    """
    return calibration_bins(p, y, num_bins)[:2]


def calibration_bins(p, y, num_bins: int = 10):
    """Both arrays of `calibration`, and how many examples each bin has."""
    p, y = _alike(p, y)
    check_whole(num_bins=num_bins)
    if not len(p) or ((p < 0) | (p > 1)).any():
        raise InputError('calibration needs an example, and probabilities from 0 to 1')
    _, groups, counts = onp.unique(p, return_inverse=True, return_counts=True)
    middles = onp.cumsum(counts) - 1 - counts // 2  # of equal ones, in the order of p
    parts = onp.array_split(onp.arange(len(p)), min(num_bins, len(p)))
    bins = onp.repeat(onp.arange(len(parts)), list(map(len, parts)))[middles][groups]
    rows = [bins == i for i in onp.unique(bins)]
    return (onp.array([p[part].mean() for part in rows]),
            onp.array([y[part].mean() for part in rows]),
            onp.array([part.sum() for part in rows]))


def click_scores(logits, y) -> dict:
    """'log loss', 'AUC' and 'accuracy' of logits (examples, 1), y being of 0 and 1; and
    the 'accuracy by equality', of probabilities with 0 and 1, that the book counts.

    Ours, for 16.9
    """
    return {'log loss': log_loss(logits, y), 'AUC': roc_auc(logits, y),
            'accuracy': float(((logits > 0) == (y > 0.5)).mean()),
            'accuracy by equality': float((probabilities(logits) == y).mean())}


def probabilities(logits) -> onp.ndarray:
    """The sigmoid, in the dtype of the logits and without overflow."""
    e = onp.exp(-abs(logits))
    return onp.where(logits > 0, 1 / (1 + e), e / (1 + e))


def click_step(net, trainer, devices=None, sigmoids: int = 1):
    """A step for (X, y) of clicks: reports cross-entropy and accuracy.

    net gives logits (batch, 1), y (batch, 1) is 0 or 1. sigmoids=2: the loss of a
    network that ends with a sigmoid, taken for logits as the book does. Other arguments
    as of `classification_step`.

    Ours, for 16.9
    """
    def loss_and_right(F, net, loss, X, y):
        logits = net(X)
        l = loss(F.npx.sigmoid(logits) if sigmoids == 2 else logits, y)
        right = (logits > 0) == (y > 0.5)
        return F.np.sum(l), F.np.sum(right.astype('float32'))

    measure = Measure(['train loss', 'train acc'], loss_and_right, net,
                      gluon.loss.SigmoidBCELoss())
    return measured_step(net, measure, trainer, devices)


def click_logits(net, features, device=None) -> onp.ndarray:
    """What a network says of all examples: features (examples, fields), a NumPy array
    -> (examples, 1).

    Ours, for 16.9
    """
    chunks = [features[start:start + CHUNK] for start in range(0, len(features), CHUNK)]
    return onp.concatenate([net(np.array(X, dtype='int32', ctx=device)).asnumpy()
                            for X in chunks])


def train_clicks(net, train_iter, test_iter, num_epochs: int, lr: float, devices,
                 sigmoids: int = 1, weight_decay: float = 0, watch=None):
    """Train a network of clicks by Adam; the `History`.

    net: initialized, on the devices. test_iter: its ``arrays``, features and clicks,
    are tested on after each epoch, all of them by each worker. sigmoids: as of
    `click_step`. weight_decay: of all parameters, in their gradients. watch: as of
    `fit`.

    Ours, for 16.9
    """
    trainer = gluon.Trainer(net.collect_params(), 'adam',
                            {'learning_rate': lr, 'wd': weight_decay})
    features, y = test_iter.arrays

    def evaluate():
        logits = click_logits(net, features, devices[0])
        return {'test log loss': log_loss(logits, y), 'test AUC': roc_auc(logits, y)}

    return fit(click_step(net, trainer, devices, sigmoids), train_iter, num_epochs,
               evaluate=evaluate, watch=watch)


def show_calibration(logits: dict, y) -> None:
    """Draw how often is clicked what is likely to be: right curves are the diagonal.

    logits: {name: array (examples, 1)}, a curve each; y (examples, 1).

    Ours, for 16.9
    """
    curves = [calibration(probabilities(values), y) for values in logits.values()]
    plot([[0, 1], *(means for means, _ in curves)],
         [[0, 1], *(shares for _, shares in curves)],
         'predicted probability of a click', 'share of clicks',
         ['right', *(fill(name, WIDTH) for name in logits)],
         xlim=[0, 1], ylim=[0, 1], fmts=('k:', '-', 'm--', 'g-.'))


def judge_clicks(model, lines) -> list:
    """For each line of fields a dict: 'click', the probability of one, and 'unknown',
    how many of its values were not in the data of the training.

    model: of `load_model`, whose 'fields' are the known values of each field in the
    order of their numbers. A line has a value for each field, with tabs between, and
    may begin with the click, as in the data's files. InputError, with its number, for
    another line.

    Ours, for 16.9
    """
    fields = model.about['fields']
    known = [{value: i for i, value in enumerate(values)} for values in fields]
    rows = [split(line, len(fields), number) for number, line in enumerate(lines, 1)]
    unknown = [sum(value not in numbers for value, numbers in zip(row, known))
               for row in rows]
    p = probabilities(click_logits(model, number_fields(list(zip(*rows)), known)))
    return [{'click': float(chance), 'unknown': count}
            for chance, count in zip(p[:, 0], unknown)]


def split(line: str, num_fields: int, number: int) -> list:
    """The values of a line's fields; InputError for another number of them."""
    values = line.split('\t')
    if len(values) == num_fields + 1 and values[0] in ('0', '1'):
        return values[1:]
    if len(values) != num_fields:
        raise InputError(f'line {number} must be the values of {num_fields} fields '
                         f'with tabs between, got {len(values)}: {line[:60]!r}')
    return values
