"""21.8: equal budgets, ranges of their own for each seed, claims that could fail."""
import math

import numpy as onp
import pytest

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('21.8')


def test_all_have_the_same_budget_and_a_grid_tries_few_rates(page, monkeypatch):
    tried = []
    monkeypatch.setattr(page, 'train', lambda values, data, **options: tried.append(
        values) or float(abs(onp.log10(values[0]))))
    found, ranges = page.search(3, 4, 4)
    assert [len(losses) for _, losses in found.values()] == [27, 27, 27]
    rates = onp.array(tried)[:, 0].round(12)
    assert len(set(rates[:27])) == 3 and len(set(rates[27:54])) == 27
    for values, (low, high) in zip(onp.array(tried).T, ranges):
        assert (10 ** low <= values).all() and (values <= 10 ** high).all()
    other, _ = page.search(3, 4, 4)
    assert set(onp.array(tried)[81:108, 0].round(12)) != set(rates[:27])


def test_a_training_that_diverges_knows_nothing(page):
    data = d2l.sample_garments(60, 60)
    options = dict(num_epochs=4, batch_size=20, num_hiddens=8)
    assert page.train((1e6, 1e-7, .1), data, **options) == math.log(10)
    assert page.train((.1, 1e-7, .1), data, **options) < math.log(10)


def test_claims_are_decided_by_what_was_measured(page):
    better = {'grid': [.7, .8], 'random': [.6, .7], 'Bayesian': [.5, .6],
              'learning rate': [.8, .9], 'weight decay': [.1, .1],
              'size of weights': [.2, .1]}
    assert [row['holds'] for row in page.claims(better)] == [True] * 3
    worse = {'grid': [.5, .5], 'random': [.5, .6], 'Bayesian': [.6, .7],
             'learning rate': [.2, .2], 'weight decay': [.1, .1],
             'size of weights': [.1, .1]}
    assert [row['holds'] for row in page.claims(worse)] == [False] * 3


def test_the_smoke_run_has_eight_trials_of_each(smoke_run):
    run = smoke_run('21.8')
    assert run.result['trials of each'] == 8 and run.num_fits == 24
    best, looked = run.figures
    for line in best.axes[0].lines:
        heights = line.get_ydata()
        assert len(heights) == 8 and (onp.diff(heights) <= 0).all()
    assert looked.axes[0].get_xscale() == 'log'
