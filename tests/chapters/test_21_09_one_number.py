"""21.9: choices by hand-made numbers, sizes by hand, and claims that could fail."""
import numpy as onp
import pytest
from mxnet import np

SIZES = {'linear': 785, 'narrow': 785 * 8 + 9, 'wide': 785 * 128 + 129,
         'deep': 785 * 64 + 2 * 65 * 64 + 65,
         'conv': 8 * 26 + 16 * 73 + 401 * 32 + 33}


@pytest.fixture
def page(section):
    return section('21.9')


@pytest.mark.parametrize('variant, size', SIZES.items())
def test_sizes_by_hand(page, variant, size):
    net = page.build_net(variant)
    net.initialize()
    assert net(*page.example_inputs(3)).shape == (3, 1)
    assert page.size_of(net) == size


def test_a_network_says_yes_above_zero(page):
    def net(X):
        return X.reshape(len(X), -1)[:, :1] - .5

    X = np.array([.9, .1, .6, .4]).reshape(4, 1, 1, 1)
    assert page.judged(net, X, onp.array([1, 1, 0, 0])) == {
        'precision': .5, 'recall': .5, 'F1': .5}


def row_of(page, **changes):
    numbers = {'size': 100, 'precision': .5, 'recall': .5, 'F1': .5, 'plain mean': .5,
               'test F1': .5}
    row = {f'{name}: {key}': value for name in page.VARIANTS
           for key, value in numbers.items()}
    return {**row, **{key.replace('__', ': ').replace('_', ' '): value
                      for key, value in changes.items()}}


def test_the_best_of_those_that_fit_is_chosen(page):
    row = row_of(page, wide__F1=.9, wide__size=999, deep__F1=.8, conv__precision=.7,
                 narrow__recall=.6, linear__test_F1=.55, wide__test_F1=.52,
                 narrow__plain_mean=.1, linear__plain_mean=0, linear__F1=0)
    found = page.chosen(row, 500)
    assert found['by F1'] == 'wide' and found['by F1, of those that fit'] == 'deep'
    assert (found['by precision'], found['by recall']) == ('conv', 'narrow')
    assert found['behind the best on the test'] == pytest.approx(.03)
    assert found['weakest: plain mean'] == .1 and found['weakest: F1'] == .5
    assert page.chosen(row, 999)['by F1, of those that fit'] == 'wide'


def found_of(**changes):
    return {'by precision': ['a', 'a', 'a'], 'by recall': ['b', 'b', 'a'],
            'by F1': ['a', 'b', 'b'], 'by F1, of those that fit': ['b', 'a', 'b'],
            'always yes: plain mean': [.5] * 3, 'weakest: plain mean': [.4, .4, .6],
            'always yes: F1': [.2] * 3, 'weakest: F1': [.3] * 3,
            'behind the best on the test': [0, .01, .02], **changes}


def test_claims_are_decided_by_most_seeds(page):
    def holds(**changes):
        return [row['holds'] for row in page.claims(found_of(**changes), 500)]

    assert holds() == [True] * 4
    assert holds(**{'by recall': ['a', 'b', 'a']}) == [False, True, True, True]
    assert holds(**{'weakest: F1': [.1] * 3}) == [True, False, True, True]
    assert holds(**{'weakest: plain mean': [.6] * 3}) == [True, False, True, True]
    assert holds(**{'by F1': ['b', 'a', 'a']}) == [True, True, False, True]
    assert holds(**{'behind the best on the test': [0, 0, .03]}) == [
        True, True, True, False]


def test_the_smoke_run_judges_every_network(smoke_run):
    run = smoke_run('21.9')
    assert {name: found['size'] for name, found in run.result['networks'].items()} == {
        name: [size] for name, size in SIZES.items()}
    always, = run.result['claims'][1]['measured']['always yes: plain mean']
    share = 2 * always - 1  # of shirts: recall is 1, precision their share
    assert 0 < share < .5
    f1, = run.result['claims'][1]['measured']['always yes: F1']
    assert f1 == pytest.approx(2 * share / (1 + share))
    assert len(run.figures) == 2
