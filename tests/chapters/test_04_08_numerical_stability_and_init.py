import numpy as onp
import pytest
from matplotlib import pyplot as plt
from mxnet import init


def test_the_gradient_of_the_sigmoid_vanishes_away_from_0(section):
    gradient = section('4.8').vanishing_gradients()
    assert gradient['largest'] == pytest.approx(0.25)
    sigmoid = 1 / (1 + onp.exp(8))
    assert gradient['at x = -8'] == pytest.approx(sigmoid * (1 - sigmoid), rel=1e-4)
    legend = plt.gca().get_legend().get_texts()
    assert [text.get_text() for text in legend] == ['sigmoid', 'gradient']


def test_seed_0_explodes_to_the_product_that_the_book_prints(section):
    matrix, product = section('4.8').exploding_gradients(100).values()
    onp.testing.assert_allclose(
        matrix[0], [2.2122064, 1.1630787, 0.7740038, 0.4838046], rtol=1e-6)
    # a hundred products in float32, on another machine
    onp.testing.assert_allclose(
        [product[0], product[3]],
        [[3.4459714e+23, -7.8040680e+23, 5.9973287e+23, 4.5229990e+23],
         [-4.4951040e+23, 1.0180033e+24, -7.8232281e+23, -5.9000354e+23]], rtol=1e-4)


def test_equal_units_stay_equal_unless_dropout_or_chance_tells_them_apart(section):
    weights = section('4.8').breaking_the_symmetry()
    first, second = weights['constant']
    assert first == second and first != [0.5] * 3  # trained, yet the same
    for name in ('constant, dropout', 'normal'):
        first, second = map(onp.array, weights[name])
        assert abs(first - second).max() > 1e-3


@pytest.mark.parametrize('initializer, variance', [
    (init.Uniform(), 0.07 ** 2 / 3), (init.Normal(0.1), 0.01),
    (init.Xavier(), 2 / (256 + 256))], ids=['default', 'normal', 'Xavier'])
def test_a_layer_multiplies_the_variance_by_n_sigma_squared(section, initializer,
                                                            variance):
    outputs, gradient = section('4.8').variances(initializer, 3, 256)
    gain = 256 * variance
    # means of 256 rows of 256 numbers, in products of three: 10 % is four deviations
    onp.testing.assert_allclose(outputs, [gain ** i for i in range(4)], rtol=0.1)
    assert gradient == pytest.approx(gain ** 3, rel=0.1)


def test_through_ten_layers_only_xavier_keeps_the_variance(section):
    result = section('4.8').initialization(num_layers=10, num_hiddens=256)
    for values in result['Xavier'].values():
        assert 0.7 < values < 1.4
    assert result['normal, 0.01']['variance of the last output'] < 1e-14
    assert result['normal, 0.1']['variance of the last output'] > 1e3
