import numpy as onp
import pytest
from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('21.5')


def test_pictures_are_shifted_and_mirrored_as_wholes(page):
    rng = onp.random.RandomState(0)
    X = onp.zeros((300, 1, 9, 9), 'float32')
    X[:, :, 3:6, 3:6] = rng.uniform(.1, 1, size=(300, 1, 3, 3))
    moved, places, mirrored = page.augment(X), set(), 0
    assert moved.shape == X.shape and moved.dtype == 'float32'
    for (before,), (after,) in zip(X, moved):
        i, j = onp.argwhere(after)[0]
        places.add((i - 3, j - 3))
        patch = after[i:i + 3, j:j + 3]
        same, mirror = (onp.array_equal(patch, each) for each in (
            before[3:6, 3:6], before[3:6, 3:6][:, ::-1]))
        assert same or mirror
        mirrored += mirror
    assert places == {(i, j) for i in range(-2, 3) for j in range(-2, 3)}
    assert 150 - 45 < mirrored < 150 + 45  # 5 standard errors


def test_shrinking_stops_at_0_and_a_step_goes_past_it(page):
    w = np.array([.5, -.5, .05, -.05, 0])
    onp.testing.assert_allclose(page.shrink(w, .1).asnumpy(), [.4, -.4, 0, 0, 0],
                                atol=1e-7)
    onp.testing.assert_allclose(page.step_down(w, .1).asnumpy(),
                                [.4, -.4, -.05, .05, 0], atol=1e-7)


def one_step(page, way, l1=0., l2=0.):
    """What 20 examples make of a layer's weights and bias, and of zeros' share."""
    d2l.set_seed(2)
    net = nn.HybridSequential()
    net.add(nn.Dense(10, in_units=784, bias_initializer='ones'))
    net.initialize()
    before = net[0].weight.data().asnumpy()
    (X, y), = d2l.sample_garments(20)
    scheduler = d2l.ByEpoch(lambda epoch: .1, 1)
    page.make_step(way, net, scheduler, l1, l2)(np.array(X), np.array(y))
    return before, net[0].weight.data().asnumpy(), net[0].bias.data().asnumpy(), net


def test_penalties_change_the_step_by_what_they_are(page):
    before, plain, bias, _ = one_step(page, 'plain', l1=.05, l2=.5)
    # a rate of 0.1 is one of 1 in the end, with a momentum of 0.9
    for way, expected in (
            ('L2', plain - .1 * .5 * before),
            ('L1', onp.sign(plain) * onp.maximum(abs(plain) - .05, 0)),
            ('L1 by its gradient', plain - .05 * onp.sign(plain))):
        _, weight, other_bias, net = one_step(page, way, l1=.05, l2=.5)
        onp.testing.assert_allclose(weight, expected, atol=1e-6)
        onp.testing.assert_array_equal(other_bias, bias)  # of no penalty
        assert page.zeros_of(net) == (weight == 0).mean()
        assert (page.zeros_of(net) > .3) == (way == 'L1')


def test_early_stopping_takes_the_first_best_epoch(page):
    history = d2l.History()
    for epoch, (stop, valid) in enumerate([(.3, .32), (.2, .25), (.2, .22), (.4, .1)]):
        history.add(epoch + 1, {'stop error': stop, 'valid error': valid})
    assert page.stop_early(history) == .25


@pytest.mark.parametrize('variant, kind', [
    ('plain', nn.MaxPool2D), ('dropout', nn.Dropout),
    ('dropconnect', d2l.DropConnect), ('stochastic pooling', d2l.StochasticPool2D)])
def test_networks_differ_in_what_regularizes_them(page, variant, kind):
    net = page.build_net(variant)
    assert any(isinstance(layer, kind) for layer in net)
    net.initialize()
    X, = page.example_inputs()
    assert net(X).shape == (2, 10)
    weights = [param.shape for param in page.weights_of(net)]
    assert weights == [(6, 1, 5, 5), (12, 6, 3, 3), (64, 588), (10, 64)]


def found(page, **changed):
    """What is measured where every way helps."""
    ways = (*page.WAYS, 'early stopping')
    return {**{f'{way}: valid error': [.2 if way == 'plain' else .1] for way in ways},
            **{f'{way}: zeros': [0.] for way in page.WAYS}, 'L1: zeros': [.5],
            **changed}


def test_a_claim_holds_or_not_by_what_was_measured(page):
    holds = [row['holds'] for row in page.claims(found(page))]
    assert holds == [False] + [True] * 8  # L1 by its gradient: no weight is 0
    changed = {'L1: zeros': [.05], 'dropout: valid error': [.3],
               'early stopping: valid error': [.2]}
    rows = page.claims(found(page, **changed))
    assert [row['claim'].split()[0] for row in rows if not row['holds']] == [
        'L1', 'L1', 'dropout', 'early']


def test_the_table_has_means_and_leaves_out_what_was_not_measured(page):
    rows = page.table({'L1: zeros': [.25, .5], 'L1: valid error': [.1, .2]})
    assert rows[1] == {'way': 'L1', 'valid error': '0.150', 'zeros': '0.375'}
    assert rows[0] == {'way': 'plain'} and len(rows) == 9


def test_the_smoke_run_prints_its_table(smoke_run):
    smoke = smoke_run('21.5')
    lines = smoke.output.splitlines()
    assert lines[0].split() == ['way', 'train', 'error', 'valid', 'error', 'zeros']
    assert [line.split('  ')[0].strip() for line in lines[1:]] == [
        row['way'] for row in smoke.result['table']]
