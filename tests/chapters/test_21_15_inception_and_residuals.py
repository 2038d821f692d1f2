"""21.15: counts worked out by hand, and what is made of trainings."""
import numpy as onp
import pytest
from mxnet import np

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('21.15')


def test_modules_of_googlenet_are_counted_by_hand(page):
    """Weights and biases of six convolutions, each at each place of the map."""
    sizes, work = (row['measured'] for row in page.count_inceptions())
    for name, ((inputs, one, (a, b), (c, d), pooled), *_) in page.INCEPTIONS.items():
        convolutions = [(inputs, one), (inputs, a), (9 * a, b), (inputs, c),
                        (25 * c, d), (inputs, pooled)]
        assert sizes[name]['computed'] == sum((n + 1) * m for n, m in convolutions)
        places = {'3': 784, '4': 196, '5': 49}[name[0]]
        assert work[name]['computed'] == places * sum(n * m for n, m in convolutions)


def test_each_module_takes_what_the_one_before_gives(page):
    modules = [paths for paths, *_ in page.INCEPTIONS.values()]
    for (_, one, (_, b), (_, d), pooled), (inputs, *_) in zip(modules, modules[1:]):
        assert one + b + d + pooled == inputs


@pytest.mark.parametrize('num_blocks, channels', [(1, 8), (3, 16)])
def test_a_small_resnet_is_counted_by_hand(page, num_blocks, channels):
    expected, inputs = (27 + 1) * channels + 2 * channels, channels
    for outputs in (channels, 2 * channels, 4 * channels):
        for _ in range(num_blocks):
            expected += (9 * inputs + 1 + 9 * outputs + 1) * outputs + 4 * outputs
            if inputs != outputs:
                expected += (inputs + 1) * outputs  # of the shortcut
            inputs = outputs
    expected += 10 * (inputs + 1)
    net = page.build_net(num_blocks=num_blocks, num_channels=channels)
    assert d2l.summary(net, np.zeros((1, 3, 32, 32)))[-1][2] == expected


def test_a_network_has_six_layers_a_block_and_two_more(page):
    for variant in ('residual', 'plain'):
        net, names = page.build_net(variant, 4), []
        net.apply(lambda block: names.append(type(block).__name__))
        shortcuts = 2 if variant == 'residual' else 0  # where channels are doubled
        assert names.count('Conv2D') + names.count('Dense') - shortcuts == 26


def test_all_ten_resnets_have_the_numbers_of_their_papers(page):
    row = page.count_resnets()
    assert row['holds'] and list(row['measured']) == [
        *(f'ResNet-{depth}: multiplications' for depth in (18, 34, 50, 101, 152)),
        *(f'ResNet-{depth}: parameters' for depth in (20, 32, 44, 56, 110))]
    assert row['measured']['ResNet-110: parameters']['printed'] == 1.7e6
    few = page.count_resnets(32)['measured']
    assert few == {name: row['measured'][name] for name in (
        'ResNet-18: multiplications', 'ResNet-20: parameters',
        'ResNet-32: parameters')}


def test_a_bottleneck_saves_what_the_course_says(page):
    row = page.count_bottleneck()
    assert row['measured'] == {'directly': 28 ** 2 * 32 * 25 * 192,
                               'through 16': 28 ** 2 * 16 * (192 + 32 * 25)}
    assert row['holds']  # 120 and 12.4 millions


def test_a_number_is_near_within_three_per_cent(page):
    def near(*numbers):
        return page.near({str(n): {'computed': n, 'printed': 100} for n in numbers})

    assert near(97.1, 102.9) and not near(100, 103.1)


def test_depths_are_judged_by_what_exceeds_chance(page):
    found = {'plain, 8 layers: train loss': [1, 2], 'plain, 14 layers: train loss':
             [1.5, 3.1], 'residual, 8 layers: train loss': [1, 1],
             'residual, 14 layers: train loss': [1.1, 1.6],
             'plain, 14 layers: test acc': [.5, .7],
             'residual, 14 layers: test acc': [.9, .2]}
    assert [row['holds'] for row in page.compare_depths(found, 2)] == [
        True, False, False]
    found['residual, 14 layers: train loss'] = [.5, 1.6]  # 0.05, give or take 0.55
    found['residual, 14 layers: test acc'] = [.9, .8]
    assert [row['holds'] for row in page.compare_depths(found, 2)] == [True] * 3
    found['plain, 14 layers: train loss'] = [0, 3.1]
    found['residual, 14 layers: train loss'] = [.5, float('nan')]
    found['residual, 14 layers: test acc'] = [.9, .31]
    assert [row['holds'] for row in page.compare_depths(found, 2)] == [False] * 3


def test_a_plain_network_has_a_port_of_its_own(page, torch):
    from d2lmx.parity.twins.ch21.s15_inception_and_residuals import build_net
    ours, port = page.build_net('plain', 2), build_net('plain', 2)
    ours.initialize()
    ours(*page.example_inputs())
    assert sorted(onp.prod(p.shape) for p in ours.collect_params().values()
                  if p.grad_req != 'null') == sorted(
        p.numel() for p in port.parameters())


def test_the_smoke_run_trains_all_four_networks(smoke_run):
    result = smoke_run('21.15').result
    # the paper's parameters of 4c, and both its numbers of 5a, are of other modules
    assert [row['holds'] for row in result['claims'][:4]] == [False, False, True, True]
    assert set(result['trainings']) == {
        f'{variant}, {layers} layers: {what}' for variant in ('plain', 'residual')
        for layers in (8, 14) for what in ('train loss', 'test acc')}
    assert {len(values) for values in result['trainings'].values()} == {1}
