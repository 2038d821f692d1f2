"""22.1: kernels by hand and by PyTorch, counts by formulas, claims by made-up numbers.
"""
import numpy as onp
import pytest
from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l
from d2lmx.pages.networks import find_network
from d2lmx.parity.compare import compare_port
from d2lmx.parity.torch_side import find_twin


@pytest.fixture
def page(section):
    return section('22.1')


# ---- what the kinds are


def test_a_separable_kernel_is_a_product_of_two(page):
    column, row = onp.array([1., 2, 1]), onp.array([-1., 0, 1])
    K = page.as_ordinary('spatial', column.reshape(1, 1, 3, 1), row.reshape(1, 1, 1, 3))
    assert K[0, 0].tolist() == onp.outer(column, row).tolist()


def test_kernels_have_their_forms(page):
    rng = onp.random.RandomState(0)
    grouped = page.as_ordinary('grouped', rng.uniform(1, 2, (8, 2, 3, 3)))
    expected = onp.kron(onp.eye(4), onp.ones((2, 2)))  # blocks along the diagonal
    assert ((grouped != 0) == expected[:, :, None, None]).all()
    dilated = page.as_ordinary('dilated', onp.ones((1, 1, 3, 3)))[0, 0]
    assert dilated.tolist() == onp.outer([1, 0, 1, 0, 1], [1, 0, 1, 0, 1]).tolist()
    K = page.as_ordinary('depthwise', rng.normal(size=(4, 1, 3, 3)),
                         rng.normal(size=(6, 4, 1, 1)))
    for c in range(4):  # all that is seen of one input is one pattern
        assert onp.linalg.matrix_rank(K[:, c].reshape(6, 9)) == 1
    turned = page.as_ordinary('transposed', onp.arange(18.).reshape(1, 2, 3, 3))
    assert turned[0, 0].tolist() == [[8, 7, 6], [5, 4, 3], [2, 1, 0]]


@pytest.mark.parametrize('kind, options', [
    ('grouped', dict(groups=4, padding=1)), ('dilated', dict(dilation=2, padding=2))])
def test_a_layer_is_pytorchs_with_those_options(page, torch, kind, options):
    """Which tells that the kernels' form is not that of a layer of another kind."""
    layer, = page.convolution(kind, 8, 4, 9)
    layer.initialize()
    X = np.random.normal(size=(2, 8, 9, 9))
    theirs = torch.nn.functional.conv2d(
        torch.tensor(X.asnumpy()), torch.tensor(layer.weight.data().asnumpy()),
        **options)
    # float32 sums of up to 72 products in another order
    onp.testing.assert_allclose(layer(X).asnumpy(), theirs.numpy(), rtol=1e-4,
                                atol=1e-5)


def test_all_kinds_are_ordinary_convolutions(page):
    found = page.differences()
    assert list(found) == page.KINDS[1:] and max(found.values()) < 1e-5
    assert page.difference_of_gradient() < 1e-5


def test_a_wrong_kernel_is_seen(page, monkeypatch):
    right = page.as_ordinary
    monkeypatch.setattr(page, 'as_ordinary', lambda *args: right(*args)[:, :, ::-1])
    assert min(page.differences().values()) > .1
    layers = {kind: dict(parameters=1, multiplications=1) for kind in page.KINDS}
    first, second, third = page.claims_of_layers(layers)
    assert not first['holds'] and second['holds'] and not third['holds']


@pytest.mark.parametrize('size, kernel', [((9, 7), (3, 5)), ((4, 4), (7, 7)),
                                          ((5, 6), (1, 1))])
def test_by_fft_it_is_the_direct_convolution(page, size, kernel):
    rng = onp.random.RandomState(0)
    X, K = rng.normal(size=(2, 3, *size)), rng.normal(size=(4, 3, *kernel))
    padded = onp.pad(X, [(0, 0), (0, 0), *[(k // 2, k // 2) for k in kernel]])
    expected = sum(
        onp.einsum('bcij,oc->boij', padded[:, :, a:a + size[0], b:b + size[1]],
                   K[:, :, a, b]) for a in range(kernel[0]) for b in range(kernel[1]))
    onp.testing.assert_allclose(page.by_fft(X, K), expected, atol=1e-12)
    onp.testing.assert_allclose(page.direct(np.array(X, 'float32'), K).asnumpy(),
                                expected, rtol=1e-4, atol=1e-4)


# ---- what they cost


def test_layers_are_counted_by_hand(page):
    X = np.zeros((1, 64, 14, 14))
    weights = {'ordinary': 64 * 64 * 9, 'grouped': 64 * 16 * 9,
               'depthwise': 64 * 9 + 64 * 64, 'spatial': 2 * 64 * 64 * 3,
               'dilated': 64 * 64 * 9, 'transposed': 64 * 64 * 9}
    for kind, count in weights.items():
        assert page.counts(page.convolution(kind, 64, 64, 14), X) == {
            'parameters': count, 'multiplications': 14 * 14 * count}
    # 16 x 9 frequencies, of which each takes four products of 64 x 64 numbers
    f, count = 16 * 9, page.counts(page.convolution('fourier', 64, 64, 14), X)
    assert count == {'parameters': 64 * 64 * 9, 'multiplications': (
        2 * 64 * 196 * 2 * f + 64 * 64 * 9 * 4 * f + f * 4 * 64 * 64)}


def test_blocks_are_counted_by_hand(page):
    found = {name: page.counts(page.build_net(name), *page.example_inputs(1))
             for name in ('depthwise', 'residual', 'mobile')}
    rest = 16 * 9 + 2 * 16 + 650  # the first layer, and the last
    blocks = 2 * (16 * 16 * 9 + 16 + 32)
    for n, m in ((16, 32), (32, 64)):
        blocks += m * n * 9 + m * m * 9 + m * n + 3 * m + 4 * m
    assert found['residual']['parameters'] == rest + blocks
    blocks = sum(6 * n * (n + 2) + 6 * n * (9 + 2) + m * (6 * n + 2)
                 for n, m in ((16, 16), (16, 32), (32, 64)))
    assert found['mobile']['parameters'] == rest + blocks
    # MobileNet's: both convolutions are normalized
    blocks = sum(n * (9 + 2) + m * (n + 2) for n, m in ((16, 32), (32, 64)))
    assert found['depthwise']['parameters'] == rest + blocks


def test_mobilenets_block_activates_between_its_two_convolutions(page):
    kinds = [type(layer) for layer in page.conv_block('depthwise', 16, 32, 14)]
    assert kinds == [nn.Conv2D, nn.BatchNorm, nn.Activation] * 2 + [nn.MaxPool2D]
    assert [type(layer) for layer in page.conv_block('spatial', 16, 32, 14)] == [
        nn.Conv2D, *kinds[3:]]


# ---- the networks


@pytest.mark.parametrize('variant', ['grouped', 'spatial', 'dilated', 'transposed',
                                     'fourier', 'residual', 'mobile'])
def test_each_variant_agrees_with_its_twin(torch, variant):
    network = find_network(f'22.1:{variant}')
    record = compare_port(network.build_net, network.example_inputs,
                          find_twin(network.twin)(), steps=1, batch_size=2)
    assert record['passed'], record['checks']


def test_by_transforms_a_network_begins_as_the_ordinary_one(page):
    found = []
    for variant in ('ordinary', 'fourier'):
        d2l.set_seed(3)
        net = page.build_net(variant)
        net.initialize()
        X = np.cos(np.arange(2 * 784)).reshape(2, 1, 28, 28)
        found.append(net(X).asnumpy())
    onp.testing.assert_allclose(*found, rtol=1e-4, atol=1e-6)


# ---- what is said of measurements


def measured(page, **changed):
    return {**dict.fromkeys(page.Variant.__args__, [.8, .8]), 'dilated': [.82, .84],
            **changed}


COSTS = {'residual': {'parameters': 2, 'multiplications': 2},
         'mobile': {'parameters': 1, 'multiplications': 1}}


def test_claims_of_networks_hold_by_gains_above_chance(page):
    def holds(costs=COSTS, **changed):
        return [row['holds'] for row in page.claims_of_networks(
            measured(page, **changed), costs)]

    assert holds() == [True] * 6
    for i, changed in enumerate([
            dict(grouped=[.8, .77]), dict(depthwise=[.78, .79]), dict(spatial=[0., .8]),
            dict(dilated=[.8, .82]), dict(fourier=[.8, .83]), dict(mobile=[.7, .8])]):
        assert holds(**changed) == [j != i for j in range(6)]
    assert holds(mobile=[.795, .795]) == [True] * 6
    dear = {**COSTS, 'mobile': {'parameters': 3, 'multiplications': 1}}
    assert holds(dear) == [True] * 5 + [False]


def test_claims_of_times_hold_by_medians(page):
    layers = {kind: {'multiplications': 100} for kind in page.KINDS}
    layers.update({kind: {'multiplications': 20} for kind in page.SAVING})
    of_layers = {**dict.fromkeys(page.KINDS, 1.), **dict.fromkeys(page.SAVING, .29)}

    def holds(of_layers=of_layers, mobile=1., direct=9., fft=(2., 3., 3., 3.9)):
        return [row['holds'] for row in page.claims_of_times(
            layers, of_layers, {'residual': 2., 'mobile': mobile},
            {'direct': [1., 2., 3., direct], 'FFT': list(fft)})]

    assert holds() == [True, True, True]
    assert holds({**of_layers, 'grouped': .31}) == [False, True, True]
    assert holds(mobile=2.5) == [True, False, True]
    assert holds(direct=3.8) == [True, True, False]
    assert holds(fft=(1.9, 2, 2, 3.9)) == [True, True, False]


def test_the_smoke_run_has_all_tables_and_both_figures(page, smoke_run):
    smoke = smoke_run('22.1')
    result = smoke.result
    assert [row['holds'] for row in result['claims'][:3]] == [True] * 3
    assert len(result['claims']) == 9 and len(result['timing']['claims']) == 3
    assert set(result['networks']) == set(result['test accuracy']) == set(
        page.Variant.__args__)
    nets, kernels = (figure.axes[0] for figure in smoke.figures)
    assert [line.get_xdata()[0] for line in nets.lines] == [
        row['multiplications'] / 1e6 for row in result['networks'].values()]
    assert [line.get_ydata()[0] for line in nets.lines] == pytest.approx(
        [onp.mean(values) for values in result['test accuracy'].values()])
    assert [line.get_xdata().tolist() for line in kernels.lines] == [
        list(page.KERNEL_SIDES)] * 2
