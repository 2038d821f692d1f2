"""Moved weights and inputs: held to all corners and to PyTorch's second derivatives."""
import itertools

import numpy as onp
import pytest
from mxnet import autograd, gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l


def logistic(scores, y):
    """Losses of classes y, -1 or 1."""
    return np.log(1 + np.exp(-y * scores))


def test_noise_on_a_product_is_counted_by_hand():
    # (w1 w2 x - y)^2 of w = 2, 3 and x = y = 1: 3, 5 by 1 + 2 moved by 1
    loss = d2l.noisy_loss(lambda X, W: W.prod(axis=1)[:, None] * X, onp.ones(1),
                          onp.ones(1), onp.array([2., 3]), 1)
    # products 1 * 2, 1 * 4, 3 * 2, 3 * 4, less 1, squared
    assert loss == (1 + 9 + 25 + 121) / 4


def test_no_corner_of_a_cube_is_worse_for_a_line_than_that_of_the_sign():
    rng = onp.random.RandomState(0)
    w, b, X, y = rng.normal(size=6), .3, rng.normal(size=(5, 6)), onp.array([
        1., -1, 1, 1, -1])
    moved = d2l.fast_gradient_sign(lambda X: np.dot(X, np.array(w)) + b, logistic,
                                   *map(np.array, (X, y)), .25).asnumpy()
    corners = onp.array(list(itertools.product([-.25, .25], repeat=6)))
    losses = onp.log1p(onp.exp(-y[:, None] * ((X[:, None] + corners) @ w + b)))
    onp.testing.assert_allclose(onp.log1p(onp.exp(-y * (moved @ w + b))),
                                losses.max(axis=1), rtol=1e-12)
    # the margin loses epsilon |w|_1
    onp.testing.assert_allclose(y * ((X - moved) @ w), .25 * abs(w).sum())


@pytest.fixture
def net():
    """Two inputs, five tanh units with dropout, one score; initialized."""
    net = nn.HybridSequential()
    net.add(nn.Dense(5, activation='tanh', in_units=2), nn.Dropout(.5),
            nn.Dense(1, in_units=5))
    net.initialize(init.Normal(1))
    return net


@pytest.mark.parametrize('hybrid', [False, True])
def test_nothing_is_dropped_and_no_gradient_of_a_weight_is_touched(net, hybrid):
    X, y, loss = onp.random.normal(size=(40, 2)).astype('float32'), onp.arange(
        40) % 2, gluon.loss.SigmoidBCELoss()
    before = [param.grad().asnumpy() for param in net.collect_params().values()]
    if hybrid:
        net.hybridize(static_alloc=True, static_shape=True)
    first, second = (d2l.fast_gradient_sign(net, loss, X, y.astype('float32'), .1)
                     .asnumpy() for _ in range(2))
    assert (first == second).all()
    assert abs(abs(first - X) - .1).max() < 1e-6
    for values, param in zip(before, net.collect_params().values()):
        assert (param.grad().asnumpy() == values).all()


def test_a_step_learns_a_batch_and_what_it_is_moved_to():
    net = nn.Dense(2, in_units=3)
    net.initialize(init.Normal(1))
    loss, X = gluon.loss.SoftmaxCrossEntropyLoss(), np.random.normal(size=(4, 3))
    y = np.array([0, 1, 1, 0], dtype='int32')
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': .5})
    moved, weight = d2l.fast_gradient_sign(net, loss, X, y, .2), net.weight.data()
    weight = weight.copy()
    with autograd.record():
        l = (loss(net(X), y).mean() + loss(net(moved), y).mean()) / 2
    l.backward()
    expected = weight - .5 * net.weight.grad()
    stats = d2l.adversarial_step(net, loss, trainer, .2)(X, y)
    onp.testing.assert_allclose(net.weight.data().asnumpy(), expected.asnumpy(),
                                rtol=1e-5, atol=1e-6)
    total, count = stats['train loss']
    assert count == 8 and float(total) / 8 == pytest.approx(float(l), rel=1e-5)


def test_slopes_along_directions_of_a_plane_are_exact():
    # the score 3 x1 - x2 changes by 5 along (2, 1), and not at all along (1, 3)
    penalty = d2l.tangent_penalty(
        lambda X: np.dot(X, np.array([[3.], [-1]], dtype='float64')),
        *(np.array(part, dtype='float64') for part in ([[0, 0], [5, 7]],
                                                       [[2, 1], [1, 3]])))
    onp.testing.assert_allclose(penalty.asnumpy(), [25, 0], atol=1e-10)


def test_gradients_of_slopes_are_torchs_second_derivatives(torch):
    rng = onp.random.RandomState(0)
    X, V, W, w = (rng.normal(size=shape) for shape in ((7, 2), (7, 2), (2, 4), (4, 1)))
    ours = [np.array(part, dtype='float64') for part in (W, w)]
    for param in ours:
        param.attach_grad()
    with autograd.record():
        penalty = d2l.tangent_penalty(
            lambda X: np.dot(np.tanh(np.dot(X, ours[0])), ours[1]),
            *(np.array(part, dtype='float64') for part in (X, V)))
    penalty.backward()
    theirs = [torch.tensor(part, requires_grad=True) for part in (W, w, X)]
    scores = torch.tanh(theirs[2] @ theirs[0]) @ theirs[1]
    slopes, = torch.autograd.grad(scores.sum(), theirs[2], create_graph=True)
    squares = (slopes * torch.tensor(V)).sum(dim=1) ** 2
    squares.sum().backward()
    # differences over 0.01 to either side: its square, times a third derivative
    onp.testing.assert_allclose(penalty.asnumpy(), squares.detach().numpy(), rtol=5e-3,
                                atol=1e-3)
    for param, tensor in zip(ours, theirs):
        onp.testing.assert_allclose(param.grad.asnumpy(), tensor.grad.numpy(),
                                    rtol=5e-3, atol=5e-3)


def test_a_step_adds_alpha_times_the_penalty():
    net, loss = nn.Dense(1, in_units=2, use_bias=False), gluon.loss.L2Loss()
    net.initialize(init.Constant(0.))
    net.weight.set_data(np.array([[3., -1]]))
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': .1})
    X, y, V = np.array([[1., 2]]), np.array([[1.]]), np.array([[2., 1]])
    # the loss is 0; of (w^T v)^2 = 25 the gradient is 2 * 5 * v
    total, count = d2l.tangent_step(net, loss, trainer, .5)(X, y, V)['train loss']
    assert count == 1 and float(total) == pytest.approx(.5 * 25, rel=1e-4)
    onp.testing.assert_allclose(net.weight.data().asnumpy(), [[2, -1.5]], rtol=1e-4)


def test_inputs_may_be_of_any_type():
    net = nn.Dense(2, in_units=2, use_bias=False)
    net.initialize(init.Constant(0))
    net.weight.set_data(np.array([[1, -1], [-1, 1]]))
    loss = gluon.loss.SoftmaxCELoss()
    for dtype in ('float64', 'int64', 'uint8'):
        found = d2l.fast_gradient_sign(net, loss, onp.array([[2, 1]], dtype),
                                       onp.array([0], dtype), .25)
        assert found.tolist() == [[1.75, 1.25]]
