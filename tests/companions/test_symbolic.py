"""A graph that differentiates itself: by hand, by PyTorch, and the second time."""
import numpy as onp
import pytest

import d2lmx as d2l

ONE = onp.ones((1, 1))


def value(variable, values):
    found, = d2l.evaluate_graph([variable], values)
    return found.tolist()


def test_a_graph_is_computed_as_it_is_written():
    a, b = d2l.Variable(), d2l.Variable()
    values = {a: onp.array([[1., 2]]), b: onp.array([[3., 4]])}
    assert value((a + b) * b - a / b, values) == [[12 - 1 / 3, 24 - .5]]
    assert value(-(a @ b.transpose()), values) == [[-11]]
    assert value((a * b).sum().spread(a), values) == [[11, 11]]


def test_the_gradient_of_a_product_by_hand():
    x, y = d2l.Variable(), d2l.Variable()
    # x^2 y / (x + y) at (2, 1): by x (2 x y (x + y) - x^2 y) / (x + y)^2
    by_x, by_y = d2l.graph_gradients(x * x * y / (x + y), [x, y])
    values = {x: 2 * ONE, y: ONE}
    assert value(by_x, values)[0][0] == pytest.approx((12 - 4) / 9)
    assert value(by_y, values)[0][0] == pytest.approx((12 - 4) / 9)


def test_what_an_operation_has_twice_counts_twice():
    x = d2l.Variable()
    slope, = d2l.graph_gradients(x + x, [x])
    assert value(slope, {x: 5 * ONE}) == [[2]]
    slope, = d2l.graph_gradients(x - x, [x])
    assert value(slope, {x: 5 * ONE}) == [[0]]


def test_the_gradient_of_a_variable_for_itself_is_one():
    x = d2l.Variable()
    slope, = d2l.graph_gradients(x, [x])
    assert value(slope, {x: 5 * ONE}) == [[1]]


def test_each_derivative_of_a_power_is_a_graph():
    x = d2l.Variable()
    y, found = x * x * x * x, []
    for _ in range(3):
        y, = d2l.graph_gradients(y, [x])
        found.append(value(y, {x: 2 * ONE}))
    assert found == [[[32]], [[48]], [[48]]]  # 4 x^3, 12 x^2, 24 x


def test_first_and_second_derivatives_of_every_operation_are_torchs(torch):
    rng = onp.random.RandomState(0)
    A, b = rng.uniform(.5, 1.5, (3, 2)), rng.uniform(.5, 1.5, (3, 1))

    def theirs(A):
        B = torch.tensor(b)
        return (torch.log(torch.tanh(A) / B + torch.exp(A.T @ A).sum()) * A - A).sum()

    X, B, ones, v = (d2l.Variable() for _ in range(4))
    everywhere = (X.transpose() @ X).exp().sum().spread(X)
    ours = ((X.tanh() / (B @ ones) + everywhere).log() * X - X).sum()
    tensor = torch.tensor(A, requires_grad=True)
    first, = torch.autograd.grad(theirs(tensor), tensor, create_graph=True)
    direction = rng.normal(size=A.shape)
    second, = torch.autograd.grad((first * torch.tensor(direction)).sum(), tensor)
    g, = d2l.graph_gradients(ours, [X])
    h, = d2l.graph_gradients((g * v).sum(), [X])
    found = d2l.evaluate_graph([g, h], {X: A, B: b, v: direction,
                                       ones: onp.ones((1, 2))})
    for one, other in zip(found, (first.detach(), second)):
        onp.testing.assert_allclose(one, other.numpy(), rtol=1e-10)


def test_a_graph_with_more_paths_than_can_be_walked_is_walked():
    x = z = d2l.Variable()
    for _ in range(200):
        z = z + z
    slope, = d2l.graph_gradients(z, [x])
    assert value(slope, {x: ONE}) == [[2. ** 200]]


def test_what_z_does_not_depend_on_has_no_gradient():
    x, other = d2l.Variable(), d2l.Variable()
    with pytest.raises(ValueError, match='z does not depend on'):
        d2l.graph_gradients(x * x, [x, other])


def test_shapes_are_checked_and_a_matrix_stands_for_its_sum():
    x, b = d2l.Variable(), d2l.Variable()
    values = {x: onp.ones((3, 1)), b: onp.ones((1, 1))}
    with pytest.raises(ValueError, match=r'of one shape, got \(3, 1\) and \(1, 1\)'):
        d2l.evaluate_graph([(x + b).sum()], values)
    z = x + x
    found, = d2l.evaluate_graph(d2l.graph_gradients(z, [x]), values)
    assert found.tolist() == [[2], [2], [2]]
