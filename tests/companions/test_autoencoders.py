"""Codes that are sparse or contracted: held to scikit-learn and to PyTorch."""
import math

import numpy as onp
import pytest
from mxnet import autograd, np
from mxnet.gluon import nn

import d2lmx as d2l

RNG = onp.random.RandomState(0)
X, D = RNG.normal(size=(7, 5)), d2l.of_length_one(RNG.normal(size=(3, 5)))


def arrays(*values):
    return [np.array(value, dtype='float64') for value in values]


def ready(net):
    """With random weights of float64, also where they begin at 0."""
    net.initialize()
    net.cast('float64')
    for param in net.collect_params().values():
        param.set_data(np.random.normal(size=param.shape, dtype='float64'))
    return net


def gradients(net, losses, inputs):
    """{name: gradient} of the sum of losses, and the losses."""
    with autograd.record():
        l = losses(inputs)
    l.backward()
    return l.asnumpy(), {name: param.grad().asnumpy() for name, param in
                         net._collect_params_with_prefix().items()}


def tensors(torch, net):
    return {name: torch.tensor(param.data().asnumpy(), requires_grad=True)
            for name, param in net._collect_params_with_prefix().items()}


def assert_same(ours, theirs, params):
    l, slopes = ours
    theirs.sum().backward()
    onp.testing.assert_allclose(l, theirs.detach().numpy(), rtol=1e-10)
    for name, slope in slopes.items():
        onp.testing.assert_allclose(slope, params[name].grad.numpy(), rtol=1e-9,
                                    atol=1e-12)


def test_rows_get_length_one():
    assert d2l.of_length_one(onp.array([[3., 4], [0, -2]])).tolist() == [[.6, .8],
                                                                         [0, -1]]


@pytest.mark.parametrize('net', [d2l.SparseAutoencoder, d2l.ContractiveAutoencoder])
def test_blocks_keep_the_contract(net):
    d2l.check_hybrid_block(lambda: net(5, 3), (np.random.normal(size=(2, 5)),))


def test_codes_searched_for_are_scikit_learns():
    linear_model = pytest.importorskip('sklearn.linear_model')
    f, sparsity, nearness = abs(RNG.normal(size=(7, 3))), .4, .7
    h = d2l.search_codes(X, D, f, sparsity, nearness, 2000)
    # gamma |h - f|^2 is a square of further rows; it halves squares, over their number
    design = onp.concatenate([D.T, nearness ** .5 * onp.eye(3)])
    for ours, x, row in zip(h, X, f):
        theirs = linear_model.Lasso(sparsity / 2 / len(design), positive=True,
                                    fit_intercept=False, tol=1e-12, max_iter=10 ** 5)
        theirs.fit(design, onp.concatenate([x, nearness ** .5 * row]))
        assert ours == pytest.approx(theirs.coef_, abs=1e-8)
    assert (h == 0).any() and (h > 0).any()


def test_the_slope_of_codes_is_that_of_differences():
    f, h = RNG.normal(size=(7, 3)), abs(RNG.normal(size=(7, 3)))

    def loss(h):
        return (((X - h @ D) ** 2).sum() + .4 * h.sum() + .7 * ((h - f) ** 2).sum())

    slope = d2l.slope_of_codes(h, X, D, f, .4, .7)
    for i in onp.ndindex(h.shape):
        e = onp.zeros_like(h)
        e[i] = 1e-6
        assert slope[i] == pytest.approx((loss(h + e) - loss(h - e)) / 2e-6, abs=1e-7)


def test_steps_of_a_search_never_raise_the_loss():
    losses, h = [], onp.zeros((7, 3))
    for _ in range(30):
        losses.append(((X - h @ D) ** 2).sum() + .4 * h.sum())
        h = d2l.search_codes(X, D, h, .4, 0, 1)
    assert (onp.diff(losses) <= 1e-12).all() and losses[-1] < losses[0] - .5


def test_mxnet_searches_as_numpy_does():
    f = abs(RNG.normal(size=(7, 3)))
    ours = d2l.search_codes(*arrays(X, D, f), .4, .7, 9, np).asnumpy()
    onp.testing.assert_allclose(ours, d2l.search_codes(X, D, f, .4, .7, 9), rtol=1e-12)


def test_sparse_losses_are_torchs(torch):
    net = ready(d2l.SparseAutoencoder(5, 3))
    params, x = tensors(torch, net), torch.tensor(X)
    h = torch.relu(x @ params['f.weight'].T + params['f.bias'])
    parts = torch.nn.functional.normalize(params['D'], dim=1)
    theirs = ((x - h @ parts) ** 2).sum(1) + .4 * h.sum(1)
    assert_same(gradients(net, d2l.sparse_losses(net, .4), *arrays(X)), theirs, params)


def test_predictive_losses_take_the_code_as_given(torch):
    net = ready(d2l.SparseAutoencoder(5, 3))
    params, x = tensors(torch, net), torch.tensor(X)
    f = torch.relu(x @ params['f.weight'].T + params['f.bias'])
    parts = torch.nn.functional.normalize(params['D'], dim=1)
    h = torch.tensor(d2l.search_codes(X, parts.detach().numpy(), f.detach().numpy(),
                                      .4, .7, 10))
    theirs = (((x - h @ parts) ** 2).sum(1) + .4 * h.sum(1)
              + .7 * ((h - f) ** 2).sum(1))
    assert_same(gradients(net, d2l.predictive_losses(net, .4, .7), *arrays(X)), theirs,
                params)


def test_the_contractive_penalty_is_torchs_jacobian_and_its_gradient_the_second(torch):
    net = ready(d2l.ContractiveAutoencoder(5, 3))
    params, x = tensors(torch, net), torch.tensor(X)
    W, b, c = (params[name] for name in 'Wbc')

    def f(x):
        return torch.sigmoid(x @ W.T + b)

    J = torch.stack([torch.autograd.functional.jacobian(f, row, create_graph=True)
                     for row in x])                            # (7, 3, 5)
    theirs = ((x - f(x) @ W - c) ** 2).sum(1) + .4 * (J ** 2).sum((1, 2))
    assert_same(gradients(net, d2l.contractive_losses(net, .4), *arrays(X)), theirs,
                params)


def test_a_network_trained_by_losses_forgets_what_it_was():
    net = d2l.SparseAutoencoder(5, 3)
    ends = []
    for _ in range(2):
        d2l.set_seed(0)
        history = d2l.train_by_losses(net, d2l.sparse_losses(net, 0), X, 20, .05, 7)
        ends.append(history.record()['final']['train loss'])
    assert ends[0] == ends[1] < history.series['train loss'][0][1]


def test_an_angle_is_that_of_planes_not_of_their_vectors():
    a = .3
    U = onp.array([[1., 0], [0, 1], [0, 0]])
    V = onp.array([[2., 1], [math.cos(a), math.cos(a)], [math.sin(a), math.sin(a)]])
    assert d2l.largest_angle(U, V) == pytest.approx(a, rel=1e-12)
    assert d2l.largest_angle(U, U @ [[3, 1], [1, 1]]) < 1e-12
    assert d2l.largest_angle(U[:, :1], U[:, 1:]) == pytest.approx(math.pi / 2)


def test_the_largest_angle_is_scipys():
    linalg = pytest.importorskip('scipy.linalg', reason='needs scipy')
    U, V = RNG.normal(size=(2, 6, 3))
    assert d2l.largest_angle(U, V) == pytest.approx(
        linalg.subspace_angles(U, V).max(), rel=1e-10)


def test_outputs_are_numpys_one_or_several():
    net = nn.Dense(2, in_units=3)
    net.initialize()
    ones = onp.ones((4, 3))
    one, = d2l.numpy_outputs(net, ones)
    first, second = d2l.numpy_outputs(lambda X: (X, net(X)), ones)
    assert one.dtype == 'float64' and one.shape == (4, 2)
    assert first.tolist() == ones.tolist() and second.tolist() == one.tolist()
