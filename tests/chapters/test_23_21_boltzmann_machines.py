"""23.21: what is counted agrees, greedy learning climbs, and claims that could fail."""
import numpy as onp
import pytest

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('23.21')


@pytest.fixture
def V():
    """Stripes of four pixels."""
    return onp.array([[1., 1, 0, 0], [0, 0, 1, 1], [1, 1, 1, 1]])


def test_a_machine_under_itself_is_a_bound_without_a_gap(page, V):
    first = d2l.RBM(4, 3, scale=1)
    first.c[:] = .5, -1, .2
    second, curve = page.learn_dbn(first, V, 0, 0.)
    assert curve[0] == pytest.approx([first.log_likelihood(V)] * 2)
    onp.testing.assert_array_equal(second.W, first.W.T)


def test_greedy_learning_raises_the_bound_and_log_p_by_as_much_at_least(page, V):
    first = d2l.RBM(4, 3, scale=1)
    _, curve = page.learn_dbn(first, V, 200, .05)
    bounds, exact = zip(*curve.values())
    assert bounds[-1] > bounds[0] + .01 and (onp.diff(bounds) > 0).all()
    assert (onp.subtract(exact, bounds) > -1e-12).all()


@pytest.mark.parametrize('tiny', ['tiny_gaussian', 'tiny_convolutional', 'tiny_dbm',
                                  'tiny_sbn'])
def test_claims_of_tiny_models_fail_where_sums_differ(page, tiny, monkeypatch):
    monkeypatch.setattr(page, 'NUM_DRAWS', 400)
    tinies = 'tiny_gaussian', 'tiny_convolutional', 'tiny_dbm', 'tiny_sbn'
    found = {name: {key: [value] for key, value in getattr(page, name)().items()}
             for name in tinies}
    assert [row['holds'] for row in page.claims_of_tiny(*found.values())] == [True] * 4
    wrong = dict(zip(tinies, ('log Z, on a grid', 'log Z, by maps', 'bound',
                              'slope, in deviations')))[tiny]
    found[tiny][wrong][0] += 100
    assert [row['holds'] for row in page.claims_of_tiny(*found.values())] == [
        name != tiny for name in tinies]


def test_small_garments_are_means_of_squares(page):
    d2l.set_seed(3)
    grey, others = page.small_garments(4, 5, 2)
    assert grey.shape == (5, 7, 7) and others.shape == (2, 7, 7)
    d2l.set_seed(3)
    (X, _), _ = d2l.sample_garments(5, 2)
    assert grey[2, 1, 3] == pytest.approx(X[2, 0, 4:8, 12:16].mean())


def test_states_are_drawn_by_their_exact_probabilities(page):
    rbm = d2l.RBM(4, 2, scale=1)
    drawn = page.draw_counted(rbm, 20000)
    expected = -rbm.expected_slope()[2]  # the mean of h
    # of 20,000: a standard deviation of 0.0035 at most
    onp.testing.assert_allclose(drawn.mean(axis=0), expected, atol=.015)


def test_claims_of_garments_compare_what_they_say(page, smoke_run):
    result = smoke_run('23.21').result
    assert len(result['claims']) == 13
    of = {name: values for row in result['claims']
          for name, values in row['measured'].items()}
    assert of['DBM, bound'][0] <= of['DBM'][0] < 0
    assert of['belief network, bound'][0] <= of['belief network'][0] < 0
    assert of['training: bound'][0] > of['training: bound at first'][0]
    found = {**of, 'RBM': [-30.], 'DBN': [-30.5], 'DBM: annealed': [0.]}
    claims = page.claims_of_learnt(found)
    assert not claims[0]['holds'] and not claims[4]['holds']
    claims = page.claims_of_learnt({**found, 'DBN': [-29.5]})
    assert claims[4]['holds']
