"""21.14: sizes of networks worked out by hand, and LeNet-5's layers by NumPy."""
import numpy as onp
import pytest
from mxnet import init, np

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('21.14')


def test_lenet5_has_the_layers_of_its_paper(page):
    """Parameters and sizes of C1, S2, C3, S4, C5, F6 as the paper counts them."""
    rows = d2l.summary(page.build_net(), *page.example_inputs(1))
    assert [row[1:] for row in rows if row[2]] == [
        [[1, 6, 28, 28], 156], [[1, 6, 14, 14], 12], [[1, 16, 10, 10], 1516],
        [[1, 16, 5, 5], 32], [[1, 120, 1, 1], 48120], [[1, 84], 10164],
        [[1, 10], 60000]]
    # 122,304 + 5,880 + 151,600 + 2,000 + 48,120 + 10,164, and 840 of the codes
    assert page.connections(rows[:-1]) == 340908


def test_each_map_of_c3_sees_its_own_and_no_others(page):
    layer = page.PartialMaps()
    layer.initialize(init.One())
    for i in range(6):
        X = onp.zeros((1, 6, 5, 5), 'float32')
        X[:, i] = 1
        seen = layer(np.array(X)).asnumpy()[0, :, 0, 0]
        assert [j for j in range(16) if seen[j] >= 25] == [
            j for j, maps in enumerate(page.SEEN) if str(i) in maps]
    assert sorted(map(len, page.SEEN)) == [3] * 6 + [4] * 9 + [6]


def test_subsampling_is_a_mean_times_a_number_plus_a_number(page):
    layer = page.Subsampling(2)
    layer.initialize()
    layer.weight.set_data(np.array([2., 3.]).reshape(2, 1, 1))
    layer.bias.set_data(np.array([.5, -1.]).reshape(2, 1, 1))
    X = onp.arange(2 * 4 * 6, dtype='float32').reshape(1, 2, 4, 6)
    means = X.reshape(1, 2, 2, 2, 3, 2).mean(axis=(3, 5))
    onp.testing.assert_allclose(
        layer(np.array(X)).asnumpy(),
        means * [[[2]], [[3]]] + [[[.5]], [[-1]]], rtol=1e-6)


def test_scores_are_distances_to_codes(page):
    layer = page.Distances()
    layer.initialize()
    codes = layer.codes.data().asnumpy()
    assert codes.shape == (10, 84) and set(codes.ravel()) == {-1, 1}
    assert len({tuple(code) for code in codes}) == 10
    X = onp.random.RandomState(0).normal(size=(3, 84)).astype('float32')
    expected = -((X[:, None] - codes) ** 2).sum(axis=2)
    onp.testing.assert_allclose(layer(np.array(X)).asnumpy(), expected, rtol=1e-5)
    assert layer(np.array(codes)).argmax(axis=1).tolist() == list(range(10))


def test_eras_differ_in_activations_and_pooling_alone(page):
    then, now = ([row[0] for row in d2l.summary(page.build_net(variant),
                                                *page.example_inputs(1))]
                 for variant in ('1998', 'today'))
    modern = {'Squash': 'Activation', 'Subsampling': 'MaxPool2D'}
    # largest numbers of what ReLU gave want no other ReLU
    assert now == [modern.get(name, name) for before, name in zip(['', *then], then)
                   if before != 'Subsampling']


def test_alexnet_is_counted_by_hand(page):
    """Halves see 48 of 96 maps in the second layer, 192 of 384 in the last two."""
    found = page.counted('AlexNet', page.alexnet())
    convolutions = [(55, 96, 3 * 121), (27, 256, 48 * 25), (13, 384, 256 * 9),
                    (13, 384, 192 * 9), (13, 256, 192 * 9)]
    dense = [(4096, 9216), (4096, 4096), (1000, 4096)]
    in_dense = sum(n * (m + 1) for n, m in dense)
    parameters = in_dense + sum(n * (m + 1) for _, n, m in convolutions)
    products = sum(side ** 2 * n * m for side, n, m in convolutions)
    assert found['parameters'] == parameters
    assert found['multiplications'] == products + sum(n * m for n, m in dense)
    assert found['neurons'] == sum(s * s * n for s, n, _ in convolutions) + sum(
        n for n, _ in dense)
    assert found['parameters in dense layers'] == pytest.approx(in_dense / parameters)


def test_vgg16_and_nin_are_counted_by_hand(page):
    channels = [3, 64, 64, 128, 128, *[256] * 3, *[512] * 6]
    convolutions = sum(m * (9 * n + 1) for n, m in zip(channels, channels[1:]))
    dense = 25088 * 4096 + 4096 * 4096 + 4096 * 1000 + 2 * 4096 + 1000
    assert page.counted('VGG-16', page.vgg16())['parameters'] == convolutions + dense
    blocks = [(3 * 121, 96), (96 * 25, 256), (256 * 9, 384), (384 * 9, 1024)]
    nin = sum(m * (n + 1) + 2 * m * (m + 1) for n, m in blocks)
    # the last layer gives a map a class
    nin -= 1024 * 1025
    nin += 1000 * 1025
    found = page.counted('NiN', page.nin())
    assert found['parameters'] == nin
    # three convolutions each of 55, 27, 13 and 6 squared places
    assert found['neurons'] == 3 * (55 ** 2 * 96 + 27 ** 2 * 256 + 13 ** 2 * 384) + (
        6 ** 2 * (1024 + 1024 + 1000))


def test_claims_are_judged_by_what_was_counted(page, smoke_run):
    networks = smoke_run('21.14').result['networks']
    assert [row['holds'] for row in page.claims_of(networks)[:2]] == [True, True]
    sizes = page.claims_of(networks)[0]['measured']
    assert sizes['AlexNet: parameters'] == {'computed': 60965224, 'printed': 60e6}
    # the last maps of AlexNet are fewer: 384, 384, 256
    narrow = page.claims_of(networks)[2]
    assert narrow['measured'] == {'LeNet-5': True, 'AlexNet': False, 'VGG-16': True,
                                  'NiN': False}
    assert not narrow['holds']
    wrong = {**networks, 'VGG-16': {**networks['VGG-16'], 'parameters': 133e6}}
    assert not page.claims_of(wrong)[0]['holds']


def test_the_smoke_run_draws_the_maps_of_the_last_network(smoke_run):
    smoke = smoke_run('21.14')
    titles = [axes.get_title(loc='left') for axes in smoke.figures[0].axes]
    assert list(filter(None, titles)) == [
        'picture 28 x 28', 'Conv2D 6 x 28 x 28', 'Activation 6 x 28 x 28',
        'MaxPool2D 6 x 14 x 14', 'PartialMaps 16 x 10 x 10', 'Activation 16 x 10 x 10',
        'MaxPool2D 16 x 5 x 5']
    accs = smoke.result['claims'][-1]['measured']
    assert {name: len(values) for name, values in accs.items()} == {
        '1998: test acc': 2, 'today: test acc': 2}
