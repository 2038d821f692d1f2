"""22.8: slopes, hits and maps on networks made by hand, and claims that could fail."""
import numpy as onp
import pytest
from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('22.8')


def test_variants_differ_by_their_shortcuts(page):
    plain, residual = (d2l.multiply_adds(page.build_net(variant, 2), *(
        page.example_inputs(1))) for variant in ('plain', 'residual'))
    # two 1 x 1 convolutions where channels are doubled, on maps of 7 x 7 and 4 x 4
    assert residual - plain == 49 * 8 * 16 + 16 * 16 * 32


def test_both_variants_have_a_port(page, torch):
    from d2lmx.parity.twins.ch22.s08_seeing_networks import build_net
    for variant in ('plain', 'residual'):
        ours, port = page.build_net(variant), build_net(variant)
        ours.initialize()
        ours(*page.example_inputs())
        assert sorted(onp.prod(p.shape) for p in ours.collect_params().values()
                      if p.grad_req != 'null') == sorted(
            p.numel() for p in port.parameters())


def test_slopes_are_right_where_nothing_is_normalized(page):
    net = nn.HybridSequential()
    net.add(nn.Conv2D(3, 3), nn.GlobalAvgPool2D(), nn.Dense(10))
    net.initialize()
    X = onp.random.uniform(size=(4, 1, 8, 8)).astype('float32')
    net(np.array(X))
    found = page.slope_errors(net, X, onp.arange(4))
    assert set(found) == {'slopes of predictions', 'slopes of training'}
    # linear, so that differences are slopes but for float64's rounding, by the step
    assert max(found.values()) < 1e-6
    assert net(np.array(X)).dtype == 'float32'  # as before


def test_slopes_of_predictions_are_right_through_normalizations(page):
    net = page.fresh_net()
    X = onp.random.uniform(size=(4, 1, 28, 28)).astype('float32')
    net(np.array(X))
    found = page.slope_errors(net, X, onp.arange(4))
    assert found['slopes of predictions'] < 1e-4 < page.WRONG


def test_the_hottest_pixel_lies_in_a_box_or_not(page):
    heats = onp.zeros((5, 6, 8))
    for i, (row, column) in enumerate([(1, 2), (3, 2), (1, 5), (0, 2)]):
        heats[i, row, column] = 1  # and the last has none
    boxes = onp.array([[2, 1, 5, 3]] * 4 + [[0, 0, 8, 6]])  # x1, y1, x2, y2
    assert page.hits(heats, boxes).tolist() == [True, False, False, False, False]


def test_shares_of_hits_are_of_what_is_asked_for(page, monkeypatch):
    def heat_of(net, X, classes):
        """Hottest in the upper left corner for class 0, else in the lower right."""
        heats = onp.zeros((len(X), 64, 64))
        heats[onp.arange(len(X)), [63 * (label > 0) for label in classes],
              [63 * (label > 0) for label in classes]] = 1
        return heats

    monkeypatch.setattr(page, 'heat_of', heat_of)
    X, first, last = onp.zeros((2, 1, 64, 64)), [0, 0, 28, 28], [36, 36, 64, 64]
    single = X, onp.array([[0], [0]]), onp.array([[first], [last]])
    double = X, onp.array([[0, 3], [3, 0]]), onp.array([[first, last]] * 2)
    found = page.pointing({'it': None}, single, double)
    assert found == {'a pixel by chance': pytest.approx((28 / 64) ** 2),
                     'it: on the garment': .5, 'it: on what is asked for': .5,
                     'it: on the other': .5}


def test_features_are_the_means_of_the_last_maps(page):
    net = page.fresh_net()
    X = onp.random.uniform(size=(3, 1, 28, 28)).astype('float32')
    net(np.array(X))
    known = page.features(net, X)
    assert known.shape == (3, 32)
    maps = dict(d2l.feature_maps(net, np.array(X[:1])))
    assert known[0] == pytest.approx(maps['Residual'].mean(axis=(1, 2)), rel=1e-5)


def numbers(**changes):
    """What each of two seeds gave, such that all claims hold, and changes."""
    given = {'slopes of predictions': .01, 'slopes of training': .5,
             'a pixel by chance': .2, 'trained: on the garment': .7,
             'untrained: on the garment': .25, 'trained: on what is asked for': .7,
             'trained: on the other': .1, 'untrained: map': -.1, 'trained: map': .3,
             'trained: features': .2, 'plain: not a bowl': .3,
             'residual: not a bowl': .1}
    return {**{name: [value] * 2 for name, value in given.items()}, **changes}


def test_each_claim_falls_by_a_number_of_its_own(page):
    def holds(**changes):
        return [row['holds'] for row in page.claims(numbers(**changes))]

    assert holds() == [True] * 7
    for place, changes in enumerate((
            {'slopes of training': [.5, .1]},
            {'trained: on the garment': [.7, .4]},
            {'trained: on the other': [.1, .4]},
            {'untrained: on the garment': [.3, .35]},
            {'untrained: map': [-.1, .3]}, {'trained: features': [.3, .2]},
            {'residual: not a bowl': [.1, .6]})):
        assert holds(**changes) == [i != place for i in range(7)], changes
    assert not holds(**{'slopes of predictions': [.01, .06]})[0]


def test_the_smoke_run_draws_all_its_pictures(smoke_run):
    smoke = smoke_run('22.8')
    assert len(smoke.result['claims']) == 7
    assert all(len(values) == 1 for row in smoke.result['claims']
               for values in row['measured'].values())
    titles = [[axes.get_title() for axes in figure.axes if axes.get_title()]
              for figure in smoke.figures]
    assert smoke.figures[0].axes[0].get_title('left') == 'picture 64 x 64'
    assert titles[1][::3] == ['scene'] * 3
    assert [title for title, in titles[2:]] == [
        'features, untrained', 'features, trained', 'plain', 'residual']
