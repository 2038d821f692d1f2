import numpy as onp
import pytest
from matplotlib import pyplot as plt


@pytest.fixture
def result(section):
    return section('4.1').run()


def test_relu_has_slope_0_up_to_0_and_slope_1_beyond(result):
    assert result['relu'] == {'x': [-4, -1, 0, 1, 4], 'value': [0, 0, 0, 1, 4],
                              'gradient': [0, 0, 0, 1, 1]}


def test_sigmoid_and_tanh_equal_their_formulas(result):
    x = onp.array(result['sigmoid']['x'])
    sigmoid = 1 / (1 + onp.exp(-x))
    # float32 against float64
    onp.testing.assert_allclose(result['sigmoid']['value'], sigmoid, rtol=1e-6)
    onp.testing.assert_allclose(result['sigmoid']['gradient'], sigmoid * (1 - sigmoid),
                                rtol=1e-5)
    onp.testing.assert_allclose(result['tanh']['value'], onp.tanh(x), rtol=1e-6)
    onp.testing.assert_allclose(result['tanh']['gradient'], 1 - onp.tanh(x) ** 2,
                                rtol=1e-4)  # 1 - tanh(4) ** 2 cancels three digits


def test_each_function_and_its_derivative_are_drawn(result):
    labels = [plt.figure(number).axes[0].get_ylabel() for number in plt.get_fignums()]
    assert labels == ['relu(x)', 'grad of relu', 'sigmoid(x)', 'grad of sigmoid',
                      'tanh(x)', 'grad of tanh']


def test_the_derivatives_peak_at_0_with_a_quarter_and_with_1(result):
    for number, peak in ((4, 0.25), (6, 1)):
        x, y = plt.figure(number).axes[0].lines[0].get_data()
        assert abs(x[y.argmax()]) < 1e-4 and abs(y.max() - peak) < 1e-6
