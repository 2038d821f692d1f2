"""23.10: by hand, scikit-learn, scipy and PyTorch; weights right for every tree.
"""
import itertools

import numpy as onp
import pytest
from mxnet import np

import d2lmx as d2l
from d2lmx.pages.networks import find_network


@pytest.fixture
def page(section):
    return section('23.10')


def test_echoes_by_hand(page):
    W, U = onp.array([[0, .5], [.25, 0]]), onp.array([1, 0])
    assert page.echoes(W, U, [2, 0, 1], lambda z: z).tolist() == [
        [2, 0], [0, .5], [1.25, 0]]
    assert page.echoes(W, U, [0], start=1)[0] == pytest.approx(onp.tanh([.5, .25]))


def test_a_reservoir_has_its_radius(page):
    W, _ = page.reservoir(20, .7)
    assert abs(onp.linalg.eigvals(W)).max() == pytest.approx(.7)


def test_the_readout_is_scikit_learns(page):
    linear_model = pytest.importorskip('sklearn.linear_model')
    H, Y = onp.random.normal(size=(30, 5)), onp.random.normal(size=(30, 2))
    theirs = linear_model.Ridge(alpha=3, fit_intercept=False).fit(H, Y)
    onp.testing.assert_allclose(page.ridge(H, Y, 3), theirs.coef_.T, rtol=1e-9)


def test_a_line_of_delays_recalls_what_it_holds(page):
    # a ring of 4 units: after 4 steps the old is 0.8^4 of what stands on it
    W, U = .8 * onp.roll(onp.eye(4), 1, axis=0), onp.array([1., 0, 0, 0])
    assert page.recalled_exactly(W, U, 10) == pytest.approx([
        (1 - .8 ** 8) * .8 ** (2 * (k - k % 4)) for k in range(10)])


def test_what_a_linear_reservoir_recalls_is_by_scipys_covariance(page):
    linalg = pytest.importorskip('scipy.linalg', reason='needs scipy')
    W, U = page.reservoir(5, .6)
    C = linalg.solve_discrete_lyapunov(W, onp.outer(U, U))
    echo = W @ W @ W @ U
    assert page.recalled_exactly(W, U)[3] == pytest.approx(
        echo @ onp.linalg.solve(C, echo), rel=1e-6)


def test_a_readout_recalls_what_is_there_and_nothing_else(page):
    x = onp.random.normal(size=4000)
    found = page.recalled(onp.stack([onp.roll(x, 3), onp.random.normal(size=4000)],
                                    axis=1), x)
    assert found[3] == pytest.approx(1) and abs(onp.delete(found, 3)).max() < .01


def test_ways_through_time_by_hand(page):
    # 12 steps, or one over ten and two others, in three orders
    assert page.over_all_ways(12)['skips'] == pytest.approx(
        .8 ** 12 + 3 * .15 * .8 ** 2)
    assert page.over_all_ways(2) == pytest.approx(
        {'one step': .64, 'skips': .64, 'leaky': .98 ** 2})


def test_gradients_through_time_are_torchs(page, torch):
    for step in page.UNITS.values():
        h = [torch.ones(1, dtype=torch.float64, requires_grad=True)]
        for _ in range(25):
            h.append(step(h))
        h[-1].backward()
        assert page.slope(25, step) == pytest.approx(float(h[0].grad), rel=1e-12)


def test_nodes_by_hand(page):
    # (2 - 1) and (0 - 1), and the first less the second, modulo 3
    assert page.numbered(((0, 1), (2, 3)), [2, 1, 0, 1]) == (
        [(0, 1), (2, 3), (4, 5)], [1, 2, 2])
    assert page.numbered((0, (1, 2)), [2, 1, 2]) == ([(1, 2), (0, 3)], [2, 0])


def test_weights_written_down_are_right_for_every_tree_of_four_leaves(page):
    X = onp.array([*itertools.product(range(3), repeat=4)])
    for split in ((0, 1), (2, 3)), (0, (1, (2, 3))), (((0, 1), 2), 3), (
            (0, (1, 2)), 3), (0, ((1, 2), 3)):
        y = d2l.climb_tree(split, lambda i: X[:, i], page.operate)
        scores = page.scores_of(page.written_down(), split, X)
        onp.testing.assert_allclose(scores, onp.eye(3)[y], atol=1e-12)


def test_the_network_is_what_is_written_of_it(page):
    net, X = page.build_net('tree'), onp.random.randint(0, 3, (7, 8))
    net.initialize()
    trees = [d2l.grow_tree(range(8), page.SHAPES['any shape']) for _ in X]
    parts = [page.numbered(tree, x)[0] for tree, x in zip(trees, X)]
    Y = net(np.array(X), np.array(parts)).asnumpy()
    params = [param.data().asnumpy() for param in net.collect_params().values()]
    assert Y.shape == (7, 7, 3)
    for i, tree in enumerate(trees):
        onp.testing.assert_allclose(page.scores_of(params, tree, X[i:i + 1])[0],
                                    Y[i, -1], rtol=1e-4, atol=1e-6)


def test_the_loss_is_torchs_of_what_is_asked(page, torch):
    Y_hat, Y = onp.random.normal(size=(2, 3, 4)), onp.array([[-1, 2, 0], [3, -1, -1]])
    found = page.LossWhereAsked()(np.array(Y_hat, dtype='float32'), np.array(Y))
    for l, scores, y in zip(found.asnumpy(), Y_hat, Y):
        theirs = torch.nn.functional.cross_entropy(torch.tensor(scores),
                                                   torch.tensor(y), ignore_index=-1)
        assert l == pytest.approx(float(theirs), rel=1e-5)


def test_sequences_are_said_after_they_were_read(page):
    X, Y = page.copies([2, 3], 4)
    for x, y, n in zip(X, Y, (2, 3)):
        assert (x[:n] > 0).all() and not x[n:].any()
        assert y.tolist() == [*[-1] * n, *x[:n], *[-1] * (8 - 2 * n)]


@pytest.mark.parametrize('variant', ['lstm', 'tree'])
def test_other_networks_keep_the_contract_and_are_their_ports(torch, variant):
    from d2lmx.parity.compare import compare_port
    from d2lmx.parity.torch_side import find_twin
    network = find_network(f'23.10:{variant}')
    d2l.check_hybrid_block(network.build_net, network.example_inputs())
    record = compare_port(network.build_net, network.example_inputs,
                          find_twin(network.twin)(), lr=network.lr, steps=1)
    assert record['passed'], record['checks']


def test_a_tree_in_onnx_is_the_same(page, tmp_path):
    pytest.importorskip('onnxruntime', reason='needs onnxruntime')
    net, inputs = page.build_net('tree'), page.example_inputs(3, 'tree')
    net.initialize()
    predict = d2l.load_onnx(d2l.export_onnx(net, inputs, tmp_path / 'net.onnx'))
    onp.testing.assert_allclose(predict(*(X.asnumpy() for X in inputs)),
                                net(*inputs).asnumpy(), rtol=1e-4, atol=1e-7)


def test_echoes_that_theory_does_not_know_are_found(page):
    found, _ = page.measure_echoes(2000)
    right = {name: [value] for name, value in found.items()}
    right['linear'] = [.01]  # of more steps
    assert all(row['holds'] for row in page.claims_of_echoes(right))
    wrong = {**right, 'growth, 3': [1.1], 'apart, 0.9': [.1], 'linear': [.1],
             'radius 0.95': [1]}
    assert [row['holds'] for row in page.claims_of_echoes(wrong)] == [
        False, False, True, False, False]


def test_a_false_gradient_is_found(page, monkeypatch):
    assert all(row['holds'] for row in page.claims_of_time())
    right = page.over_all_ways
    monkeypatch.setattr(page, 'over_all_ways', lambda T: {**right(T), 'skips': .1})
    assert not any(row['holds'] for row in page.claims_of_time())


def test_who_does_not_copy_is_told(page):
    found = {f'{name}: {what}': [1, 1] for name in ('memory', 'LSTM', 'larger LSTM')
             for what in (*page.LENGTHS, 'parameters')}
    assert [row['holds'] for row in page.claims_of_copies(found)] == [True, True, False]
    found.update({'LSTM: 16': [.5, .5], 'larger LSTM: 16': [.9, .8]})
    assert all(row['holds'] for row in page.claims_of_copies(found))
    found.update({'memory: 8': [1, .9], 'memory: 40': [.9, 1]})
    assert [row['holds'] for row in page.claims_of_copies(found)] == [
        False, False, True]


def test_one_seed_that_does_not_learn_trees_is_enough(page):
    found = {f'{shape}, {n} leaves': [1, 1] for shape, n in page.TREES}
    assert all(row['holds'] for row in page.claims_of_trees(found))
    found['any shape, 30 leaves'] = [1, .6]
    assert [row['holds'] for row in page.claims_of_trees(found)] == [True, False]


def test_the_smoke_run_holds_what_no_training_decides(smoke_run):
    smoke = smoke_run('23.10')
    rows = smoke.result['claims']
    assert len(rows) == 11 and smoke.num_fits == 4
    assert [rows[i]['holds'] for i in (0, 1, 2, 5, 6)] == [True] * 5
    recall, copying, heads, gradients = smoke.figures
    assert [len(figure.axes[0].lines) for figure in (recall, copying, gradients)] == [
        4, 4, 3]
    assert onp.nanmax(heads.axes[0].images[0].get_array()) == pytest.approx(1)
