import math

import pytest
from mxnet import np


def test_convexity_by_chords_agrees_with_the_second_derivative(section):
    result = section('11.2').run()
    assert result['convex on [-2, 2]'] == {'0.5 x^2': True, 'cos(pi x)': False,
                                           'exp(0.5 x)': True}
    second = result['smallest second derivative']
    # 1; -pi^2 at 0; exp(-1) / 4 at -2; differences in float32
    assert second['0.5 x^2'] == pytest.approx(1, abs=.01)
    assert second['cos(pi x)'] == pytest.approx(-math.pi ** 2, abs=.1)
    assert second['exp(0.5 x)'] == pytest.approx(math.exp(-1) / 4, abs=.01)


def test_jensens_inequality_holds_where_the_function_is_convex(section):
    page = section('11.2')
    mean_of_f, f_of_mean = page.jensen(lambda x: x ** 2, np.array([0., 4.]),
                                       np.array([.25, .75]))
    assert (mean_of_f, f_of_mean) == (12, 9)
    convex = page.run()
    for name, (mean_of_f, f_of_mean) in convex['mean of f, f of the mean'].items():
        assert (mean_of_f >= f_of_mean) == convex['convex on [-2, 2]'][name]


def test_a_convex_function_has_a_single_local_minimum(section):
    assert section('11.2').local_minimum_is_global() == [1]


def test_a_projection_goes_to_the_ball_and_leaves_what_is_inside(section):
    project = section('11.2').project
    assert project(np.array([3., 4.]), 1).tolist() == pytest.approx([.6, .8])
    assert project(np.array([.3, .4]), 1).tolist() == pytest.approx([.3, .4])
