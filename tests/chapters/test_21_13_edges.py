"""21.13: kernels for edges, and what padding keeps, against SciPy and by hand."""
import numpy as onp
import pytest
from mxnet import np

import d2lmx as d2l
from d2lmx.context import running
from d2lmx.report import tables


@pytest.fixture
def page(section):
    return section('21.13')


def test_an_edge_of_ten_is_answered_by_thirty_across_and_by_nothing_along(page):
    # three rows of 10 * 1 + 0 * 0 + 0 * -1
    assert page.answers(page.UPRIGHT) == [30, 0]
    assert page.answers(page.FLAT) == [0, 30]
    assert page.by_hand()['holds']


def test_a_kernel_between_both_directions_is_no_kernel_of_one(page, monkeypatch):
    monkeypatch.setattr(page, 'UPRIGHT', page.kernel_at(onp.pi / 4))
    assert not page.by_hand()['holds']


def test_edges_are_those_of_scipy(page):
    signal = pytest.importorskip('scipy.signal')
    images = onp.random.RandomState(0).randint(0, 256, (2, 7, 9)).astype('uint8')
    kernel = page.kernel_at(1.25)
    X, Y = page.edges_of(images, kernel)
    assert X.shape == (2, 1, 7, 9) and Y.shape == (2, 1, 5, 7)
    for image, edges in zip(images, Y[:, 0].asnumpy()):
        onp.testing.assert_allclose(
            edges, signal.correlate2d(image / 255, kernel, 'valid'), atol=1e-5)


def test_shares_of_edges_are_those_of_a_least_squares_fit(page):
    rng = onp.random.RandomState(0)
    kernels = rng.normal(size=(5, 1, 3, 3))
    A = onp.stack([page.UPRIGHT.ravel(), page.FLAT.ravel()]).T
    rest = onp.linalg.lstsq(A, kernels.reshape(5, 9).T, rcond=None)[1].sum()
    assert page.share_of_edges(kernels) == pytest.approx(
        1 - rest / (kernels ** 2).sum())
    assert page.share_of_edges(page.kernel_at(2.0)[None]) == pytest.approx(1)
    assert page.share_of_edges(onp.ones((2, 3, 3))) == pytest.approx(0)
    many = rng.normal(size=(20000, 3, 3))
    # of 40,000 squares in the space: a standard deviation of half a percent
    assert page.share_of_edges(many) == pytest.approx(2 / 9, rel=.03)


@pytest.mark.parametrize('padding', [0, 1])
def test_paths_from_a_pixel_are_as_many_as_scipys_convolutions_of_ones(page, padding):
    signal = pytest.importorskip('scipy.signal')
    expected = onp.ones((6, 6) if padding == 0 else (12, 12))
    for _ in range(3):
        expected = signal.convolve2d(expected, onp.ones((3, 3)),
                                     'same' if padding else 'full')
    found, side = page.paths(padding)
    assert side == (6, 12)[padding]
    onp.testing.assert_allclose(found, expected, rtol=1e-6)


def test_the_valid_network_has_what_is_left_of_the_picture(page):
    X = page.example_inputs(1)
    for variant, side in (('same', 14), ('valid', 11)):  # 28 - 2, halved, - 2
        shapes = dict(enumerate(shape for _, shape in d2l.layer_shapes(
            page.build_net(variant), *X)))
        assert shapes[2][2] == side and shapes[4] == [1, 10]


def test_a_port_of_either_padding_gives_the_same(page, torch):
    from d2lmx.parity.twins.ch21.s13_edges import build_net
    net = page.build_net('valid')
    net.initialize()
    comparison = d2l.compare(net, build_net('valid'), np.ones((2, 1, 28, 28)))
    assert comparison.passed


def test_a_kernel_is_found_again_from_its_edges_alone(page):
    with running(data='toy', files={}):
        images = d2l.read_fashion_mnist()[0][:50]
    assert page.learn_kernel(images, .1, 60) < .01


def test_the_smoke_run_tells_what_holds(smoke_run):
    smoke = smoke_run('21.13')
    by_hand, kernels, edges, padding, accs = smoke.result['claims']
    assert by_hand['holds'] and padding['holds']
    # not of the two seeds of this run
    run = {'options': {'num_seeds': 2}, 'result': smoke.result}
    assert tables.claims_of(run)[0].measured == [
        ('upright kernel', 'upright edge 30, flat edge 0'),
        ('flat kernel', 'upright edge 0, flat edge 30')]
    assert padding['measured']['side of 12 after 3 layers'] == {'same': 12, 'valid': 6}
    assert not kernels['holds']  # after three epochs: it is told
    assert max(kernels['measured']['relative error']) > .01
    fresh, learnt = (edges['measured'][f'edges in {name} kernels']
                     for name in ('fresh', 'learnt'))
    assert edges['holds'] == d2l.exceeds(learnt, fresh)
    assert [len(values) for values in accs['measured'].values()] == [2, 2]
