import numpy as onp
import pytest
from mxnet import np

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('21.7')


@pytest.fixture
def made(page, monkeypatch):
    """What `train` makes for each way: the trainer, and how large its batches are."""
    def make(way, rate, num_examples=12, batch_size=5):
        seen = {}

        def fit(step, train_iter, num_epochs, **_):
            seen['trainer'] = step.trains[1]
            seen['sizes'] = [len(y) for _, y in train_iter]
            history = d2l.History()
            history.add(1, {'loss': 1})
            return history

        monkeypatch.setattr(d2l, 'fit', fit)
        data = np.zeros((num_examples, 784)), np.zeros(num_examples, dtype='int32')
        page.train(way, rate, data, num_epochs=4, batch_size=batch_size)
        return seen['trainer'], seen['sizes']

    return make


@pytest.mark.parametrize('name, kind, options, sizes', [
    ('all at once', 'SGD', {'momentum': 0}, [12]),
    ('mini-batches', 'SGD', {'momentum': 0}, [5, 5, 2]),
    ('momentum', 'SGD', {'momentum': .9}, [5, 5, 2]),
    ('RMSProp', 'RMSProp', {'gamma1': .9}, [5, 5, 2]),
    ('Adam', 'Adam', {'beta1': .9, 'beta2': .999}, [5, 5, 2]),
    ('falling rate', 'SGD', {'momentum': 0}, [5, 5, 2])])
def test_ways_are_what_they_are_called(page, made, name, kind, options, sizes):
    trainer, found = made(page.WAYS[name], .25)
    optimizer = trainer._optimizer
    assert type(optimizer).__name__ == kind and found == sizes
    assert {name: getattr(optimizer, name) for name in options} == options
    assert trainer.learning_rate == .25


def test_a_rate_falls_after_each_epoch_of_three_batches(page, made):
    trainer, _ = made(page.WAYS['falling rate'], .2)
    rates = [trainer._optimizer.lr_scheduler(update) for update in range(1, 13)]
    assert rates == pytest.approx([.2] * 3 + [.15] * 3 + [.1] * 3 + [.05] * 3)


def test_descent_at_once_is_numpys(page):
    """Two steps, by the gradient of the mean loss of all examples."""
    (X, y), = d2l.sample_garments(30)
    d2l.set_seed(5)
    losses = page.train(page.WAYS['all at once'], .5, (X, y), 2, batch_size=7)
    d2l.set_seed(5)
    net = page.build_net()
    net.initialize(page.init.Xavier())
    net(np.array(X))
    W1, b1, W2, b2 = (param.data().asnumpy().astype('float64')
                      for param in net.collect_params().values())
    X, Y = X.reshape(30, -1).astype('float64'), onp.eye(10)[y]
    for expected in losses:
        H = onp.maximum(X @ W1.T + b1, 0)
        P = onp.exp(H @ W2.T + b2)
        P /= P.sum(axis=1, keepdims=True)
        dS = (P - Y) / 30
        dH = dS @ W2 * (H > 0)
        W2, b2 = W2 - .5 * dS.T @ H, b2 - .5 * dS.sum(axis=0)
        W1, b1 = W1 - .5 * dH.T @ X, b1 - .5 * dH.sum(axis=0)
        scores = onp.maximum(X @ W1.T + b1, 0) @ W2.T + b2
        loss = onp.log(onp.exp(scores).sum(axis=1)) - scores[onp.arange(30), y]
        assert expected == pytest.approx(loss.mean(), rel=1e-4)


def test_the_best_rate_is_best_in_the_mean_and_no_nan(page):
    found = {(way, rate): [1., 1.] for way in page.WAYS for rate in (.1, .2)}
    found['Adam', .2] = [.5, 1.2]            # best once, and in the mean
    found['momentum', .1] = [.1, onp.nan]    # diverged from one of the seeds
    best = page.best_rates(found)
    assert best['Adam'] == .2 and best['momentum'] == .2


def test_a_claim_holds_or_not_by_what_was_measured(page):
    losses = {'all at once': [2.], 'mini-batches': [1.], 'momentum': [.5],
              'RMSProp': [.6], 'Adam': [.4], 'falling rate': [.9]}
    assert all(row['holds'] for row in page.claims(losses))
    rows = page.claims({**losses, 'Adam': [.55, .55]})
    assert [row['claim'] for row in rows if not row['holds']] == [
        'Adam goes further down than momentum']
    assert not any(row['holds'] for row in page.claims({**losses, 'mini-batches': [
        onp.nan]}) if 'mini-batches' in row['claim'])


def test_the_smoke_run_draws_each_way_at_its_best(smoke_run):
    smoke = smoke_run('21.7')
    axes, = smoke.figures[0].axes
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == [f'{way}, {rate}' for way, rate in
                      smoke.result['best rates'].items()]
    for label, line in zip(labels, axes.lines):
        assert line.get_ydata()[-1] == smoke.result['losses'][label][0]
