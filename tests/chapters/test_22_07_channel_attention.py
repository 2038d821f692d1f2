"""22.7: what is counted by hand, where maps look, and what is made of measurements."""
import numpy as onp
import pytest
from mxnet import np

import d2lmx as d2l
from d2lmx.pages.networks import find_network
from d2lmx.parity.compare import compare_port
from d2lmx.parity.torch_side import find_twin


@pytest.fixture
def page(section):
    return section('22.7')


@pytest.mark.parametrize('variant', ['plain', 'se'])
def test_each_variant_agrees_with_its_twin(torch, variant):
    network = find_network(f'22.7:{variant}')
    record = compare_port(network.build_net, network.example_inputs,
                          find_twin(network.twin)(), steps=1, batch_size=2)
    assert record['passed'], record['checks']


def test_what_attention_adds_is_counted_by_hand(page):
    found = page.count(ratio=4)
    weights = sum(2 * c * c // 4 for c in (16, 32, 64))
    biases = sum(c + c // 4 for c in (16, 32, 64))
    plain, se, cbam = found.values()
    assert se['parameters'] - plain['parameters'] == weights + biases
    assert se['multiplications'] - plain['multiplications'] == weights
    assert cbam['parameters'] - se['parameters'] == 3 * (2 * 49 + 1)
    # the mean and the largest number go through the same layers; and a convolution
    places = 14 ** 2 + 7 ** 2 + 4 ** 2
    assert cbam['multiplications'] - se['multiplications'] == weights + 98 * places


def test_a_block_without_attention_is_resnets(page):
    """An attention that leaves all as it is makes the library's own block of it."""
    from mxnet.gluon import nn
    ours = page.AttentiveResidual(4, nn.HybridLambda(lambda F, X: X), strides=2,
                                  use_1x1conv=True)
    theirs, X = d2l.Residual(4, strides=2, use_1x1conv=True), np.random.normal(
        size=(2, 3, 5, 5))
    found = []
    for net in (ours, theirs):
        d2l.set_seed(1)
        net.initialize()
        found.append(net(X).asnumpy())
    assert found[0].any()
    onp.testing.assert_allclose(*found, rtol=1e-6)


def test_shares_of_garment_are_means_of_places(page):
    images = onp.zeros((1, 28, 28), 'uint8')
    images[0, :10, :4] = 200  # two and a half places of 4 x 4, one below another
    shares = page.garment_shares(images, 7)
    assert shares.shape == (1, 7, 7)
    assert shares[0, :, 0].tolist() == [1, 1, .5, 0, 0, 0, 0]
    assert not shares[0, :, 1:].any()


def test_preferences_are_ratios_of_mean_weights(page, monkeypatch):
    images = onp.zeros((2, 28, 28), 'uint8')
    images[:, :14] = 9  # the upper half
    maps = onp.full((2, 1, 14, 14), .25)
    maps[:, :, :7] = .75
    small = onp.full((2, 1, 4, 4), .2)
    small[0, 0, :2, 0] = .6  # 2 of 16 upper places: a mean of .25
    monkeypatch.setattr(d2l, 'block_outputs', lambda *args: [maps, small])
    assert page.preferences(None, images, images) == pytest.approx([3, 1.25])
    assert page.preferences(None, images, images[:, ::-1]) == pytest.approx([1 / 3, .8])


def test_baselines_are_a_fresh_network_and_the_outlines_of_other_garments(
        page, monkeypatch):
    """What is measured is told by the network's weights and the first outlines."""
    monkeypatch.setattr(d2l, 'train_quietly', lambda net, data, num_epochs, lr: (
        net.initialize(), net(data), net[-1].bias.set_data(np.ones(10))))
    monkeypatch.setattr(d2l, 'evaluate_accuracy', lambda net, data: 0)

    def preferences(net, images, outlines):
        net(page.as_input(images))
        return [net[-1].bias.data()[0].item(), *outlines[:2, 0, 0]]

    monkeypatch.setattr(page, 'preferences', preferences)
    images = onp.arange(5).reshape(5, 1, 1) * onp.ones((5, 28, 28))
    test_iter = d2l.load_array([images, onp.zeros(5)], 5)
    found, _ = page.measure((np.zeros((1, 1, 28, 28)), test_iter), 1, .1, 4)
    names = 'block', page.UNTRAINED, page.OTHERS
    assert [[found[f'{name} {i}'] for i in (1, 2, 3)] for name in names] == [
        [1, 0, 1], [0, 0, 1], [1, 4, 0]]


NETWORKS = {'plain': {'parameters': 1000, 'multiplications': 10000},
            'se': {'parameters': 1100, 'multiplications': 10100},
            'cbam': {'parameters': 1200, 'multiplications': 10300}}
FOUND = {'plain': [.7, .8], 'se': [.75, .85], 'cbam': [.9, .95], 'block 1': [1.1, 1.2],
         'block 2': [.9, 1.2], 'block 3': [1.2, 1.3],
         **{f'{name} {i}': [.8, .9] for i in (1, 2, 3)
            for name in ('untrained, block', "others' outlines, block")}}


def test_claims_hold_by_gains_above_chance(page):
    def holds(networks=NETWORKS, **changed):
        found = {**FOUND, **{name.replace('_', ' '): values
                             for name, values in changed.items()}}
        return [row['holds'] for row in page.claims_of(found, networks)]

    assert holds() == [True] * 7
    assert holds(se=[.7, .8]) == [False] + [True] * 6
    assert holds(cbam=[.7, .8]) == [True, False, False, *[True] * 4]
    assert holds(cbam=[.74, .84]) == [True, True, False, *[True] * 4]
    assert holds(cbam=[.9, .7])[1] is False  # of one seed
    assert holds(block_2=[.7, 1.2])[4:] == [False, False, False]
    assert holds(block_2=[.85, 1.1])[4:] == [False, True, True]
    for i, name in ((5, 'untrained, block 3'), (6, "others' outlines, block 1")):
        assert holds(**{name.replace(' ', '_'): [1.3, 1.2]})[4:] == [
            True, i != 5, i != 6]
    for dear in ({'parameters': 1101, 'multiplications': 10100},
                 {'parameters': 1100, 'multiplications': 10101}):
        assert holds({**NETWORKS, 'se': dear}) == [
            True, True, True, False, True, True, True]


def test_a_tenth_of_time_is_the_limit(page):
    assert page.claim_of_times({'plain': 10., 'se': 10.9, 'cbam': 20.})['holds']
    row = page.claim_of_times({'plain': 10., 'se': 11.1, 'cbam': 10.})
    assert not row['holds'] and row['measured'] == {
        'se': pytest.approx(1.11), 'cbam': 1}


def test_the_smoke_run_draws_garments_above_their_maps(page, smoke_run):
    smoke = smoke_run('22.7')
    axes = smoke.figures[0].axes
    assert [ax.images[0].get_array().shape for ax in axes[::4]] == [
        (28, 28), (14, 14), (7, 7), (4, 4)]
    assert [ax.get_title(loc='left').split(':')[0] for ax in axes[::4]] == [
        'garment', 'block 1', 'block 2', 'block 3']
    measured = [row['measured'] for row in smoke.result['claims']]
    assert measured[0].keys() == {'plain', 'se'}
    assert [len(row) for row in measured[4:]] == [3, 6, 6]
