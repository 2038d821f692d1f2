import numpy as onp
import pytest
from mxnet import MXNetError, autograd, np


@pytest.fixture
def autograd_section(section):
    return section('2.5')


def test_gradient_of_twice_the_dot_product_is_4x(autograd_section):
    results = autograd_section.simple_example()
    assert results['x.grad at first'] == [0, 0, 0, 0]
    assert results['y'] == 28
    assert results['x.grad'] == [0, 4, 8, 12]
    assert results['x.grad == 4 * x'] == [True] * 4


def test_a_new_backward_pass_overwrites_the_gradient(autograd_section):
    assert autograd_section.simple_example()['x.grad of x.sum()'] == [1, 1, 1, 1]


def test_backward_of_a_vector_differentiates_its_sum(autograd_section):
    results = autograd_section.backward_for_non_scalars()
    assert results['x.grad of x * x'] == [0, 2, 4, 6]


def test_detached_factor_counts_as_a_constant(autograd_section):
    results = autograd_section.detach()
    assert results['x.grad of u * x'] == [0, 1, 4, 9]  # x^2; not 3x^2
    assert results['x.grad == u'] == results['x.grad == 2 * x'] == [True] * 4


@pytest.mark.parametrize('a, factor', [(1.0, 1024), (3.0, 512), (600.0, 2),
                                       (-1.0, 102400), (-600.0, 200)])
def test_gradient_of_control_flow_is_its_factor(autograd_section, a, factor):
    # twice a, doubled until it reaches 1000; a hundred times that where a is negative
    results = autograd_section.control_flow(np.array(a))
    assert results['a.grad'] == factor
    assert results['d'] == a * factor
    assert results['a.grad equals d / a']


def test_control_flow_agrees_where_rounding_breaks_equality(autograd_section):
    a = onp.array([-0.36], dtype='float32')
    rounded, = 100 * (a * 4096) / a  # in float32, which misses 409600
    results = autograd_section.control_flow(np.array(a))
    assert results['a.grad'] == 409600
    assert results['d / a'] == rounded != 409600
    assert results['a.grad equals d / a']


def test_mxnet_refuses_second_derivatives():
    x = np.arange(1.0, 4.0)
    x.attach_grad()
    with autograd.record():
        y = x * x * x
        grad, = autograd.grad(y, [x], create_graph=True)
        total = grad.as_np_ndarray().sum()
    with pytest.raises(MXNetError, match='non-differentiable'):
        total.backward()
