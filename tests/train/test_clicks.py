"""Clicks: losses, ranks and calibration by hand, by all pairs, and by other libraries.
"""
import mxnet as mx
import numpy as onp
import pytest
from mxnet import gluon, init, np, npx

import d2lmx as d2l


def draws(n=60, levels=7):
    rng = onp.random.RandomState(2)
    return rng.randint(levels, size=(n, 1)) - 3., rng.randint(2, size=(n, 1)) * 1.


def test_log_loss_is_that_of_the_probabilities_and_finite_at_the_ends():
    logits, y = draws()
    p = 1 / (1 + onp.exp(-logits))
    assert d2l.log_loss(logits, y) == pytest.approx(
        -onp.log(onp.where(y == 1, p, 1 - p)).mean(), rel=1e-12)
    far = onp.array([[200.], [-200]], 'float32')
    assert d2l.log_loss(far, onp.array([[0.], [1]])) == 200
    assert d2l.log_loss(far, onp.array([[1.], [0]])) < 1e-80


def test_auc_is_the_share_of_pairs_in_the_right_order():
    logits, y = draws()
    clicks, others = logits[y == 1], logits[y == 0]
    pairs = [(a > b) + (a == b) / 2 for a in clicks for b in others]
    assert d2l.roc_auc(logits, y) == pytest.approx(onp.mean(pairs), rel=1e-12)


@pytest.mark.parametrize('scores, y, auc', [
    ([1, 2, 3, 4], [0, 0, 1, 1], 1), ([1, 2, 3, 4], [1, 1, 0, 0], 0),
    ([5, 5, 5], [0, 1, 0], .5), ([.1, .4, .35, .8], [0, 0, 1, 1], .75),
    ([1, 2, 2, 3], [0, 0, 1, 1], .875)])
def test_auc_of_a_few(scores, y, auc):
    assert d2l.roc_auc(onp.array(scores), onp.array(y)) == auc


def test_scores_that_are_no_numbers_are_no_order():
    for scores in ([onp.nan] * 3, [0, 1, onp.nan]):
        assert onp.isnan(d2l.roc_auc(onp.array(scores), onp.array([0, 1, 1])))
        y = onp.array([0, 1, 1, 0])
        for pair in ((scores + [1], y), (y, scores + [1])):
            assert onp.isnan(d2l.auc_gain(*pair, y)).all()


@pytest.mark.parametrize('y', [0, 1])
def test_an_auc_needs_both_kinds(y):
    with pytest.raises(d2l.InputError, match='needs clicks and others'):
        d2l.roc_auc(onp.arange(3.), onp.full(3, y))


@pytest.mark.parametrize('levels', [7, 10 ** 6])
def test_auc_and_log_loss_are_those_of_scipy(levels):
    """AUC is Mann and Whitney's U, of many equal scores and of none, a pair."""
    stats = pytest.importorskip('scipy.stats', reason='needs scipy')
    special = pytest.importorskip('scipy.special', reason='needs scipy')
    logits, y = draws(500, levels)
    logits /= levels
    clicks, others = logits[y == 1], logits[y == 0]
    U = stats.mannwhitneyu(clicks, others).statistic
    assert d2l.roc_auc(logits, y) == pytest.approx(
        float(U) / len(clicks) / len(others), rel=1e-12)
    assert d2l.log_loss(logits, y) == pytest.approx(
        -stats.bernoulli.logpmf(y, special.expit(logits)).mean(), rel=1e-12)


def test_the_error_of_an_auc_is_that_of_its_pairs():
    """DeLong's components by all pairs, of two networks' scores and of one's alone."""
    rng = onp.random.RandomState(4)
    y = rng.randint(2, size=40) > 0
    scores, others = rng.randint(6, size=(2, 40)) + y
    both = []
    for values in (scores, others):
        wins = onp.array([[(a > b) + (a == b) / 2 for b in values[~y]]
                          for a in values[y]])
        both.append((wins.mean(axis=1), wins.mean(axis=0)))
    for theirs, second in ((others, both[1]), (0 * others, (.5, .5))):
        parts = [a - b for a, b in zip(both[0], second)]
        error = sum(part.var(ddof=1) / len(part) for part in parts) ** .5
        gain = d2l.roc_auc(scores, y) - d2l.roc_auc(theirs, y)
        assert d2l.auc_gain(scores, theirs, y) == (pytest.approx(gain, abs=1e-12),
                                                   pytest.approx(error, rel=1e-12))


def test_the_error_of_a_gain_is_how_it_varies_from_sample_to_sample():
    """Two scores of one thing, which is known exactly: their errors go together."""
    rng, gains, errors = onp.random.RandomState(1), [], []
    for _ in range(300):
        y = rng.randint(2, size=200)
        known = y + rng.normal(size=200)
        gain, error = d2l.auc_gain(known + .5 * rng.normal(size=200),
                                   known + .5 * rng.normal(size=200), y)
        gains.append(gain)
        errors.append(error)
    # a deviation over 300 draws has a relative error of 1 / sqrt(600); three of them
    assert onp.mean(errors) == pytest.approx(onp.std(gains), rel=.12)
    assert abs(onp.mean(gains)) < 3 * onp.std(gains) / 300 ** .5


@pytest.mark.parametrize('y', [[0, 0, 0, 0], [1, 0, 0, 0], [1, 1, 1, 0]])
def test_an_error_of_an_auc_needs_two_of_either_kind(y):
    with pytest.raises(d2l.InputError, match='needs'):
        d2l.auc_gain(onp.arange(4.), onp.zeros(4), onp.array(y))


def test_calibration_takes_equally_many_of_rising_probability():
    p = onp.array([.9, .1, .5, .2, .8, .4])
    y = onp.array([1, 0, 0, 1, 1, 0])
    means, shares = d2l.calibration(p, y, num_bins=3)
    assert means == pytest.approx([.15, .45, .85]) and shares.tolist() == [.5, 0, 1]
    assert len(d2l.calibration(p, y)[0]) == 6


def test_the_right_accuracy_stands_beside_that_by_equality():
    logits = onp.array([[2.], [-1], [40], [-200], [-3]], 'float32')
    y = onp.array([[1.], [0], [1], [0], [1]], 'float32')
    scores = d2l.click_scores(logits, y)
    # 1 / (1 + e^-40) is 1 in float32, and e^-200 is 0: two are equal to their labels
    assert (scores['accuracy'], scores['accuracy by equality']) == (
        pytest.approx(.8), pytest.approx(.4))


class Constant(gluon.nn.HybridBlock):
    """Logits that are a parameter, for any example."""

    def __init__(self, value):
        super().__init__()
        self.w = self.params.get('w', shape=(1,), init=init.Constant(value))

    def hybrid_forward(self, F, X, w):
        return F.np.sum(X, axis=1, keepdims=True) * 0 + w


@pytest.mark.parametrize('sigmoids', [1, 2])
def test_a_second_sigmoid_is_in_the_loss_alone(sigmoids):
    net = Constant(1.5)
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': 1})
    step = d2l.click_step(net, trainer, sigmoids=sigmoids)
    sums = step(np.ones((4, 2)), np.array([[1.], [1], [1], [0]]))

    def sigmoid(z):
        return 1 / (1 + onp.exp(-z))

    z = 1.5 if sigmoids == 1 else sigmoid(1.5)
    l = -3 * onp.log(sigmoid(z)) - onp.log(1 - sigmoid(z))
    assert float(sums['train loss'][0]) == pytest.approx(l, rel=1e-5)
    assert float(sums['train acc'][0]) == 3 and sums['train acc'][1] == 4
    slope = (sigmoid(z) - .75) * (1 if sigmoids == 1 else z * (1 - z))
    assert float(net.w.data()) == pytest.approx(1.5 - slope, rel=1e-5)


def test_weights_decay_by_the_option():
    ends = []
    for weight_decay in (0, 10):
        net = Constant(1.5)
        net.initialize()
        # sigmoid(1.5) is 0.82, and 8 of 9 are 0.89: a higher bias were better
        X, y = onp.ones((9, 2), 'int32'), onp.array([[1.]] * 8 + [[0.]], 'float32')
        batches = d2l.BatchIterator((X, y), 9)
        d2l.train_clicks(net, batches, batches, 5, .01, [mx.cpu()],
                         weight_decay=weight_decay)
        ends.append(float(net.w.data()))
    # by Adam, whose steps are as large as the rate while the gradient changes little
    assert ends == pytest.approx([1.55, 1.45], abs=.005)


def test_two_sigmoids_have_losses_that_no_training_lowers():
    # why the page's numbers stand still: -log sigmoid(1) and -log sigmoid(-0)
    loss = gluon.loss.SigmoidBCELoss()
    ends = npx.sigmoid(np.array([[80.], [-80]]))
    l = loss(ends, np.array([[1.], [0]]))
    assert l.tolist() == pytest.approx([onp.log1p(onp.exp(-1)), onp.log(2)], rel=1e-5)


def test_all_examples_are_asked_in_their_order(monkeypatch):
    monkeypatch.setattr('d2lmx.train.clicks.CHUNK', 4)
    sizes = []

    def net(X):
        sizes.append(len(X))
        return X[:, :1].astype('float32')

    features = onp.arange(18, dtype='int32').reshape(9, 2)
    assert d2l.click_logits(net, features).tolist() == features[:, :1].tolist()
    assert sizes == [4, 4, 1]


class Stub:
    """A model of two fields whose logit is the sum of its values' numbers, less 3."""

    about = {'fields': [['a', 'b'], ['', 'y']]}

    def __call__(self, X):
        return X.sum(axis=1, keepdims=True).astype('float32') - 3


def test_lines_are_judged_with_and_without_their_clicks():
    # a 0, b 1, unknown 2; '' 3, y 4, unknown 5
    lines = ['a\t', '1\tb\ty', 'c\tz', '0\ta\t']
    results = d2l.judge_clicks(Stub(), lines)
    assert [result['unknown'] for result in results] == [0, 0, 2, 0]
    assert [result['click'] for result in results] == pytest.approx(
        [1 / (1 + onp.exp(-z)) for z in (0, 2, 4, 0)])
    for line, count in (('a', 1), ('2\ta\ty', 3), ('1\ta\ty\tz', 4)):
        with pytest.raises(d2l.InputError, match=f'line 3 .*2 fields.* got {count}'):
            d2l.judge_clicks(Stub(), ['a\t', '1\tb\ty', line])


def test_a_page_that_ends_with_a_sigmoid_trains_by_train_ch13(capsys):
    """The page's own cell: any network, a Gluon loader, and the function of 13.1."""
    data = d2l.CTRDataset(f'{d2l.download_extract("ctr")}/test.csv')
    loader = gluon.data.DataLoader(data, 2048, shuffle=True, last_batch='rollover')

    class Page(gluon.nn.Block):
        def __init__(self, field_dims):
            super().__init__()
            self.fc = gluon.nn.Embedding(int(sum(field_dims)), 1)

        def forward(self, x):
            return npx.sigmoid(self.fc(x).sum(1))

    net = Page(data.field_dims)
    net.initialize(init.Xavier())
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': .02})
    history = d2l.train_ch13(net, loader, loader, gluon.loss.SigmoidBCELoss(), trainer,
                             2, d2l.try_all_gpus())
    losses = [value for at, value in history.series['train loss'] if at in (1, 2)]
    assert losses[1] < losses[0]
