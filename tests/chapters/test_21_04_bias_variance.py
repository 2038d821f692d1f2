import math

import numpy as onp
import pytest
from mxnet import np
from mxnet.gluon import nn


@pytest.fixture
def page(section):
    return section('21.4')


def test_what_is_wrong_is_where_the_highest_score_is_anothers(page):
    scores = np.array([[1, 2, 0], [3, 2, 1], [0, 0, 5]])
    assert page.wrong(lambda X: scores, scores, onp.array([1, 1, 2])).tolist() == [
        0, 1, 0]


@pytest.mark.parametrize('variant, units, drops', [
    ('small', 8, []), ('large', 256, []), ('dropout', 256, [.5])])
def test_networks_have_their_sizes(page, variant, units, drops):
    layers = list(page.build_net(variant))
    assert [layer._units for layer in layers if isinstance(layer, nn.Dense)] == [
        units, 10]
    assert [layer._rate for layer in layers if isinstance(layer, nn.Dropout)] == drops


def test_a_small_network_sees_means_alone(page):
    net = page.build_net('small')
    net.initialize()
    X, = page.example_inputs(1)
    means = X.reshape(1, 1, 4, 7, 4, 7).mean(axis=(3, 5))
    onp.testing.assert_allclose(net(X).asnumpy(), net(np.repeat(np.repeat(
        means, 7, axis=2), 7, axis=3)).asnumpy(), rtol=1e-5, atol=1e-6)


def test_more_examples_find_the_better_network_more_often(page):
    rng = onp.random.RandomState(0)
    wrongs = rng.uniform(size=4000) < .2, rng.uniform(size=4000) < .17
    wrongs = [each.astype('float32') for each in wrongs]
    difference = wrongs[0] - wrongs[1]
    few, many = (page.share_of_right_choices(wrongs, size) for size in (100, 1000))
    for size, share in ((100, few), (1000, many)):
        # a sum of so many draws is nearly normal; a tie, half a choice, is in it
        z = difference.mean() / difference.std() * size ** .5
        expected = (1 + math.erf(z / 2 ** .5)) / 2
        # 4 standard errors of 1000 sets, and the step of a whole number's density
        assert share == pytest.approx(expected, abs=4 * (.25 / 1000) ** .5)
    assert few < many
    assert page.share_of_right_choices(wrongs[::-1], 1000) == pytest.approx(
        many, abs=.05)  # which is called first is nothing to it


def test_networks_that_are_equally_good_are_chosen_by_chance(page):
    wrongs = onp.zeros(100, 'float32'), onp.zeros(100, 'float32')
    assert page.share_of_right_choices(wrongs, 10) == .5


def found(page, **errors):
    """What is measured: a gap of 0.2 with few examples, which all remedies narrow."""
    pairs = {'small, 1/16': (.4, .5), 'small, 1/4': (.4, .45), 'small, 1/1': (.4, .44),
             'large, 1/16': (0, .3), 'large, 1/4': (0, .2), 'large, 1/1': (0, .1),
             'small, longer': (.3, .4), 'large, weight decay': (.05, .18),
             'large, dropout': (.05, .19), **errors}
    return {**{f'{name}: {part} error': [value] for name, pair in pairs.items()
               for part, value in zip(('train', 'valid'), pair)},
            'better network found by 100': [.8], 'better network found by 1000': [1]}


def test_claims_hold_where_remedies_help(page):
    assert [row['holds'] for row in page.claims(found(page))] == [True] * 7


@pytest.mark.parametrize('number, errors', [
    (0, {'large, 1/4': (.45, .65), 'large, 1/1': (.1, .2)}),
    (1, {'small, longer': (.41, .5)}),
    (2, {'small, 1/1': (.4, .39)}),
    (3, {'large, 1/1': (0, .25)}),
    (4, {'large, weight decay': (.05, .21)}),  # a smaller gap, and yet more errors
    (5, {'large, dropout': (0, .25)})])
def test_a_claim_fails_where_its_remedy_does(page, number, errors):
    assert not page.claims(found(page, **errors))[number]['holds']


def test_a_thousand_that_choose_no_better_are_no_better(page):
    row = page.claims({**found(page), 'better network found by 1000': [.8]})[-1]
    assert not row['holds']


def test_the_smoke_run_has_both_errors_of_each_training(smoke_run):
    smoke = smoke_run('21.4')
    errors = smoke.result['errors']
    assert len(errors) == 2 * (6 + 3) + 2
    assert all(0 <= value <= 1 for values in errors.values() for value in values)
    small, large = (figure.axes[0] for figure in smoke.figures)
    assert (small.get_title(), large.get_title()) == ('small', 'large')
    valid = large.lines[1]
    assert valid.get_xdata().tolist() == [20, 80, 320]
    assert valid.get_ydata().tolist() == [
        errors[f'large, 1/{share}: valid error'][0] for share in (16, 4, 1)]
