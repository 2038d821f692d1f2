"""Trainings of chapter 16: the mean loss, and what the page's loop prints for it."""
import mxnet as mx
import numpy as onp
import pytest
from mxnet import gluon, np
from mxnet.gluon import nn

import d2lmx as d2l
from d2lmx.book.ch16 import as_pairs

TWO = [mx.cpu(0), mx.cpu(1)]
X = onp.arange(14, dtype='float32').reshape(7, 2) / 7
Y = onp.array([3, 1, 4, 1, 5, 9, 2], 'float32')


class Linear(nn.HybridBlock):
    """Scores (batch,) of pairs of numbers, which do not learn: their rate is 0."""

    def __init__(self, devices):
        super().__init__()
        self.w = nn.Dense(1, in_units=2)
        self.w.initialize(mx.init.Constant(.5), ctx=devices)
        self.trainer = gluon.Trainer(self.collect_params(), 'sgd', {'learning_rate': 0})

    def hybrid_forward(self, F, *arrays):
        return F.npx.reshape(self.w(arrays[-1]), (-1,))


def printed(losses, num_devices=1):
    """What the page prints: a sum that grows, added up again at each batch."""
    running = total = 0.0
    for l in losses:
        running += sum(l) / num_devices
        total += running
    return total / len(X)


@pytest.mark.parametrize('devices', [TWO[:1], TWO])
def test_the_loss_of_ratings_and_the_pages_running_sum(devices, capsys):
    net, seen = Linear(devices), []

    def evaluator(net, test_iter, inter_mat, on):
        seen.append((test_iter, inter_mat, on))
        return .5 + len(seen)

    history = d2l.train_recsys_rating(
        net, d2l.load_array((X, Y), 3, is_train=False), 'test', gluon.loss.L2Loss(),
        net.trainer, 2, devices, evaluator, inter_mat='matrix')
    losses = (X.sum(axis=1) / 2 - Y) ** 2 / 2
    means = [[part.mean()] for part in onp.split(losses, [3, 6])]
    assert history['train loss'] == pytest.approx(losses.mean(), rel=1e-5)
    assert history[d2l.SUMMED_LOSS] == pytest.approx(printed(means), rel=1e-5)
    assert seen == [('test', 'matrix', devices)] * 2 and history['test RMSE'] == 2.5
    assert history.examples == 14
    assert f'loss {losses.mean():.3f}, test RMSE 2.500' in capsys.readouterr().out


def test_one_array_is_features_and_ratings(capsys):
    net = nn.Dense(2, in_units=2)
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': 0})
    l = gluon.loss.L2Loss()
    history = d2l.train_recsys_rating(
        net, d2l.load_array([X], 3), None, l, trainer, 1,
        evaluator=lambda net, test_iter, devices: 1)
    assert history['train loss'] == pytest.approx(
        float(l(net(np.array(X)), np.array(X)).mean()), rel=1e-5)


@pytest.mark.parametrize('devices', [TWO[:1], TWO])
def test_the_loss_of_orders_and_the_pages_running_sum(devices, capsys):
    net, calls = Linear(devices), []

    def evaluator(net, *rest):
        calls.append(rest)
        return .25, .75

    batches = d2l.load_array((Y, X, X[::-1].copy()), 3, is_train=False)
    history = d2l.train_ranking(net, batches, 'last', d2l.BPRLoss(), net.trainer, 'seq',
                                8, 9, 5, devices, evaluator, 'taken', eval_step=2)
    losses = onp.logaddexp(0, (X[::-1] - X).sum(axis=1) / 2)
    assert history['train loss'] == pytest.approx(losses.mean(), rel=1e-5)
    assert history[d2l.SUMMED_LOSS] == pytest.approx(
        printed(onp.split(losses, [3, 6]), len(devices)), rel=1e-5)
    # after epochs 2 and 4, and at the end
    assert calls == [('last', 'seq', 'taken', 8, 9, devices)] * 3
    assert [x for x, _ in history.series['test AUC']] == [2, 4, 5]


def test_a_training_without_a_test_is_told():
    with pytest.raises(d2l.InputError, match='evaluator'):
        d2l.train_recsys_rating(Linear(TWO), [], [], gluon.loss.L2Loss(), None, 1)


def test_a_test_each_0_epochs_is_told():
    with pytest.raises(d2l.InputError, match='eval_step must be'):
        d2l.train_ranking(Linear(TWO), [], [], d2l.BPRLoss(), None, None, 8, 9, 5, TWO,
                          d2l.evaluate_ranking, {}, eval_step=0)


@pytest.mark.parametrize('taken, drawn, together', [
    ('uint8', 'int32', 'int32'), ('int32', 'int32', 'int32'),
    ('float32', 'float64', 'float64')])
def test_items_taken_and_not_taken_have_a_type_that_holds_both(taken, drawn, together):
    positive = np.array([[7], [200]], dtype=taken)
    negative = np.array([300, 4000], dtype=drawn)
    *features, first, second = as_pairs(['users', positive, negative])
    assert features == ['users'] and first.dtype == second.dtype == together
    assert first.tolist() == [7, 200] and second.tolist() == [300, 4000]


def test_other_counts_of_items_taken_and_not_taken_are_told():
    batches = d2l.load_array((Y, X, X[:, :1].copy()), 3, is_train=False)
    net = Linear(TWO[:1])
    with pytest.raises(d2l.InputError, match=r'as many .* got \(3, 1\) and \(3, 2\)'):
        d2l.train_ranking(net, batches, None, d2l.BPRLoss(), net.trainer, None, 8, 9, 1,
                          TWO[:1], d2l.evaluate_ranking, {})


class Model:
    """A model of 3 users and 5 films that scores by the numbers of both."""

    about = {'titles': list('ABCDE'), 'seen': [[0, 3], [0, 1, 2, 3, 4], []],
             'recent': [[1, 2], [2, 4], [0, 0]]}

    def __call__(self, users, recent, items):
        assert users.dtype == recent.dtype == items.dtype == 'int32'
        assert recent.shape == (len(items), 2)
        return np.array((recent.sum(axis=1) + items * (1 - users))[:, None])


def test_recommended_are_the_unseen_the_best_first():
    first, second, third = d2l.recommend(Model(), ['1', '2', ' 3'], 2)
    assert first == {'user': 1, 'films': [{'title': 'E', 'score': 7},
                                          {'title': 'C', 'score': 5}]}
    assert second == {'user': 2, 'films': []}  # who has seen all
    assert [film['title'] for film in third['films']] == ['A', 'B']
    with pytest.raises(d2l.InputError, match='top must be'):
        d2l.recommend(Model(), ['1'], 0)
    with pytest.raises(d2l.InputError, match="user '4' is unknown"):
        d2l.recommend(Model(), ['4'], 1)
    model = Model()
    model.about = {**model.about, 'recent': [[1, 2]]}
    with pytest.raises(d2l.InputError, match="1 of 'recent', and its network needs 3"):
        d2l.recommend(model, ['1'], 1)
