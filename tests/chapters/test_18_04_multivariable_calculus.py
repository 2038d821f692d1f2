import math

import numpy as onp
import pytest


def test_the_gradient_of_the_smooth_maximum_is_its_softmax(section):
    page = section('18.4')
    gradient = page.grad_f(0, math.log(2)).asnumpy()
    assert gradient == pytest.approx([1 / 3, 2 / 3], rel=1e-6)
    near = page.linear_approximation()
    # log 3 + 0.01 / 3 - 0.03 * 2 / 3
    assert near['approximation'] == pytest.approx(math.log(3) - .05 / 3, rel=1e-6)
    assert near['true value'] == pytest.approx(
        math.log(math.exp(.01) + 2 * math.exp(-.03)), rel=1e-6)


def test_the_polynomial_is_flat_where_it_is_said_to_be(section):
    values = section('18.4').critical_points()
    slope = onp.poly1d([3, -4, -12, 0, 0]).deriv()
    assert {float(x) for x in values} == {float(x) for x in slope.roots.round(9)}
    assert values == {'-1': -5, '0': 0, '2': -32}


@pytest.mark.parametrize('point', [(-1, 0, -2, 1), (.5, -1, 2, .25)])
def test_three_ways_to_the_gradient_agree(section, point):
    page = section('18.4')
    backward = page.backpropagation(*point)
    by_mxnet = page.gradients(lambda *inputs: page.chain(*inputs)[-1], *point)
    # powers up to the eighth, in float32 on one side
    assert [float(g) for g in by_mxnet] == pytest.approx(list(backward.values()),
                                                         rel=1e-5)
    assert page.forward_derivative(*point) == pytest.approx(backward['w'])
    h = 1e-6
    for i, name in enumerate('wxyz'):
        ends = [page.chain(*(v + s * h * (j == i) for j, v in enumerate(point)))[-1]
                for s in (1, -1)]
        assert (ends[0] - ends[1]) / (2 * h) == pytest.approx(backward[name], rel=1e-5)


def test_the_paraboloid_misses_by_the_next_term_of_the_series(smoke_run):
    along_x, along_y = smoke_run('18.4').result['surface less paraboloid']
    # a tenth away: 10/e h^3 / 6 and -1/e h^4 / 2; the terms after them are 1/20 and
    # 1/300 of these, float32 3e-8
    assert along_x == pytest.approx(10 / math.e * .001 / 6, rel=.02)
    assert along_y == pytest.approx(-1 / math.e * 1e-4 / 2, rel=.01)


def test_the_rules_of_matrix_calculus_hold(smoke_run):
    result = smoke_run('18.4').result['difference to the rules of matrix calculus']
    assert set(result.values()) == {0}  # of small whole numbers
