"""23.9: layers of tied weights held to sums, scipy and PyTorch; claims that can fail.
"""
import numpy as onp
import pytest
from mxnet import np

import d2lmx as d2l
from d2lmx.pages.networks import find_network


@pytest.fixture
def page(section):
    return section('23.9')


def test_a_convolution_is_this_dense_layer(page):
    assert page.as_dense(onp.array([[1, 2], [3, 4]]), 3).tolist() == [
        [1, 2, 0, 3, 4, 0, 0, 0, 0], [0, 1, 2, 0, 3, 4, 0, 0, 0],
        [0, 0, 0, 1, 2, 0, 3, 4, 0], [0, 0, 0, 0, 1, 2, 0, 3, 4]]


def test_the_dense_layer_gives_scipys_correlation(page):
    signal = pytest.importorskip('scipy.signal', reason='needs scipy')
    rng = onp.random.RandomState(0)
    V, K = rng.normal(size=(6, 6)), rng.normal(size=(3, 3))
    onp.testing.assert_allclose(page.as_dense(K, 6) @ V.ravel(), signal.correlate2d(
        V, K, 'valid').ravel(), rtol=1e-12)


@pytest.mark.parametrize('strength', [.1, 30])
def test_the_most_probable_layer_is_a_least_square_with_more_rows(page, strength):
    rng = onp.random.RandomState(0)
    V, Z = rng.normal(size=(40, 25)), rng.normal(size=(40, 9))
    w, distance, _ = page.most_probable(V, Z, strength)
    units = [page.as_dense(K, 5).ravel() for K in onp.eye(9).reshape(9, 3, 3)]
    outside = onp.eye(225) - sum(onp.outer(u, u) for u in units) / 9
    A = onp.concatenate([onp.kron(onp.eye(9), V), strength ** .5 * outside])
    b = onp.concatenate([Z.T.ravel(), onp.zeros(225)])
    onp.testing.assert_allclose(w, onp.linalg.lstsq(A, b, rcond=None)[0], atol=1e-9)
    # the convolution's own least squares: of each kernel's number the sums it takes
    design = onp.stack([(V @ u.reshape(9, 25).T).ravel() for u in units], axis=1)
    K = onp.linalg.lstsq(design, Z.ravel(), rcond=None)[0]
    assert distance == pytest.approx(onp.linalg.norm(w - onp.stack(units, axis=1) @ K))


@pytest.mark.parametrize('t', [1, 2, 4])
def test_a_layer_of_turns_is_torchs_of_each_kernel_at_its_places(page, torch, t):
    layer, V = page.tiled_layer(t, side=6), onp.random.normal(size=(2, 2, 6, 6))
    Z = layer(np.array(V)).asnumpy()
    K, b = layer.K.data().asnumpy(), layer.b.data().asnumpy()
    for i, j in onp.ndindex(t, t):
        kernel = K[i * t + j].T.reshape(3, 2, 3, 3)
        theirs = torch.nn.functional.conv2d(*map(torch.tensor, (
            V, kernel, b[i * t + j, 0])))[:, :, i::t, j::t]
        onp.testing.assert_allclose(Z[:, :, i::t, j::t], theirs.numpy(), atol=1e-12)


@pytest.mark.parametrize('variant, num_kernels', [('convolution', 1), ('local', 144)])
def test_other_turns_keep_the_contract_and_have_their_weights(page, variant,
                                                              num_kernels):
    d2l.check_hybrid_block(lambda: page.build_net(variant), page.example_inputs())
    net = page.build_net(variant)
    net.initialize()
    net(*page.example_inputs())
    assert sum(param.data().size for param in net.collect_params(
        '.*(K|b)$').values()) == num_kernels * 16 * (3 * 3 + 1)


@pytest.mark.parametrize('variant', ['convolution', 'local'])
def test_other_turns_are_their_ports(page, torch, variant):
    from d2lmx.parity.compare import compare_port
    from d2lmx.parity.torch_side import find_twin
    network = find_network(f'23.9:{variant}')
    record = compare_port(network.build_net, network.example_inputs,
                          find_twin(network.twin)(), lr=network.lr, steps=1)
    assert record['passed'], record['checks']


def test_what_leaves_a_picture_comes_in_opposite(page):
    X = onp.arange(2 * 12 * 12).reshape(2, 1, 12, 12)
    moved = page.moved_garments(X)
    for before, after in zip(X, moved):
        assert sorted(after.ravel()) == sorted(before.ravel())
        place = onp.argwhere(after[0] == before[0, 6, 6])[0]
        assert (abs(place - 6) <= page.FARTHEST).all()
        assert (onp.roll(before[0], place - 6, axis=(0, 1)) == after[0]).all()


def test_gabor_functions_leave_nothing_and_their_numbers_in_disorder_much(page):
    y, x = onp.indices((9, 9)) - 4.
    filters = onp.stack([d2l.gabor([1, .1, .1, 1, phi, 0, 0, .5], x, y)
                         for phi in (0, 1)])
    found = page.measure_filters(filters)
    assert found['learnt'] < 1e-9 and found['in another order'] > .3


def test_a_wave_as_long_as_its_window_is_no_quarter_of_a_wave_apart(page):
    # of the integrals of cos^2 and sin^2 in the window the second is the smaller one
    cells = page.complex_cell(f=.5, beta=1)
    assert cells['complex'] == pytest.approx(cells['exact'], abs=1e-9)
    assert cells['exact'] == pytest.approx(onp.tanh(1 / 8))


def test_a_prior_that_does_what_theory_does_not_say_is_found(page):
    losses = [{'same': [1, .1], 'different': [1, 3]}, {'same': [2, .1],
                                                       'different': [1, 4]}]
    curve = onp.array([[1, 5], [5e-6, 5]])
    rows = page.claims_of_priors(losses, curve)
    assert all(row['holds'] for row in rows)
    curve[-1, 0] = 6e-6
    worse = [{world: row[::-1] for world, row in losses[0].items()}] * 2
    assert [row['holds'] for row in page.claims_of_priors(worse, curve)] == [
        True, False, False, False]


def test_layers_that_are_not_their_sums_are_found(page, monkeypatch):
    assert all(row['holds'] for row in page.claims_of_tiles())
    right = page.by_sums
    monkeypatch.setattr(page, 'by_sums', lambda *args: right(*args) + 1e-9)
    monkeypatch.setattr(page, 'answers_to_moves', lambda layer, V: {'moved by 1': 0})
    assert not any(row['holds'] for row in page.claims_of_tiles())


def test_accuracies_decide_for_either_side(page):
    found = {f'{place}: {name}': [.5, .6] for place in ('still', 'moved')
             for name in page.TURNS}
    assert [row['holds'] for row in page.claims_of_networks(found)] == [False, False]
    found['moved: local'] = [.3, .3]
    assert [row['holds'] for row in page.claims_of_networks(found)] == [True, True]
    found['still: local'] = [.1, .1]
    assert [row['holds'] for row in page.claims_of_networks(found)] == [True, False]


def test_filters_no_nearer_than_their_numbers_are_told(page):
    rows = page.claims_of_filters({'learnt': [.5, .4], 'in another order': [.4, .5]})
    assert [row['holds'] for row in rows] == [True, False, True]


def test_the_smoke_run_holds_what_no_training_decides(smoke_run):
    smoke = smoke_run('23.9')
    rows = smoke.result['claims']
    assert len(rows) == 11 and smoke.num_fits == 7
    assert [row['holds'] for row in rows[:6] + [rows[8], rows[10]]] == [True] * 8
    losses, distances, filters = smoke.figures
    (x, found), (_, theory) = (line.get_data() for line in distances.axes[0].lines)
    assert found[-1] == pytest.approx(theory[-1], rel=1e-3)
    assert len(losses.axes[0].lines) == 2 and len(filters.axes) == 4
