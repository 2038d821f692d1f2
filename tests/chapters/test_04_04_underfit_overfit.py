import math

import numpy as onp
import pytest
from matplotlib import pyplot as plt


@pytest.fixture
def data(section):
    return section('4.4').make_data(200)


def test_seed_0_gives_the_examples_that_the_book_prints(data):
    features, poly_features, labels = data
    onp.testing.assert_allclose(features[:2].asnumpy().ravel(),
                                [-0.03716067, -1.1468065], rtol=1e-6)
    onp.testing.assert_allclose(labels[:2].asnumpy(), [5.1432443, -0.06415121],
                                rtol=1e-5)
    onp.testing.assert_allclose(
        poly_features[1, :4].asnumpy(),
        [1.0, -1.1468065, 6.5758252e-01, -2.5137332e-01], rtol=1e-5)


def test_features_are_powers_over_factorials(data):
    features, poly_features, _ = data
    x = features.asnumpy().astype(float)[:, 0]
    for i in (0, 1, 5, 19):
        onp.testing.assert_allclose(poly_features[:, i].asnumpy(),
                                    x ** i / math.factorial(i), rtol=1e-4, atol=1e-37)


def test_labels_are_the_cubic_with_noise_of_a_tenth(data):
    features, _, labels = data
    x = features.asnumpy().astype(float)[:, 0]
    noise = labels.asnumpy() - (5 + 1.2 * x - 3.4 * x ** 2 / 2 + 5.6 * x ** 3 / 6)
    # 200 draws: the standard error of the deviation is 0.1 / sqrt(400) = 0.005
    assert abs(noise.std() - 0.1) < 0.02 and abs(noise.mean()) < 0.03


@pytest.mark.slow
@pytest.mark.parametrize('num_degrees, train_loss, test_loss',
                         [(4, 0.00479, 0.00621), (2, 6.61, 10.8)])
def test_400_epochs_end_at_the_losses_of_the_book(section, data, num_degrees,
                                                  train_loss, test_loss):
    _, poly_features, labels = data
    X = poly_features[:, :num_degrees]
    history, weight = section('4.4').train(X[:100], X[100:], labels[:100], labels[100:])
    # the order of the examples, which the book does not seed, is worth 1 %
    assert history['train'] == pytest.approx(train_loss, rel=0.02)
    assert history['test'] == pytest.approx(test_loss, rel=0.02)
    if num_degrees == 4:  # what the book prints
        onp.testing.assert_allclose(
            weight.asnumpy(), [5.0189676, 1.2220631, -3.423816, 5.571831], rtol=1e-3)


def test_a_run_draws_both_losses_of_three_fits(section):
    module = section('4.4')
    result = module.run(num_epochs=2, num_epochs_all=3)
    assert [len(fit['weight']) for fit in list(result.values())[1:4]] == [4, 2, 20]
    assert len(plt.get_fignums()) == 3
    for number in plt.get_fignums():
        axes = plt.figure(number).axes[0]
        assert axes.get_yscale() == 'log'
        legend = axes.get_legend().get_texts()
        assert [text.get_text() for text in legend] == ['train', 'test']
