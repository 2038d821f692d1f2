import math

import numpy as onp
import pytest
from matplotlib import pyplot as plt
from mxnet import autograd, np

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('3.6')


def probabilities(scores):
    """Softmax over the last axis, by NumPy in double precision."""
    exp = onp.exp(scores - scores.max(axis=-1, keepdims=True))
    return exp / exp.sum(axis=-1, keepdims=True)


def test_sums_along_each_axis_keep_both_axes(page):
    assert page.sums_along_axes() == {'axis 0': [[5, 7, 9]], 'axis 1': [[6], [15]]}


def test_softmax_gives_positive_rows_that_sum_to_one(page):
    result = page.softmax_of_random_scores()
    assert onp.shape(result['probabilities']) == (2, 5)
    assert onp.min(result['probabilities']) > 0
    assert result['sums'] == pytest.approx([1, 1], rel=1e-6)


def test_softmax_agrees_with_numpy(page):
    X = onp.random.RandomState(0).randn(3, 4)
    onp.testing.assert_allclose(page.softmax(np.array(X, dtype='float32')).asnumpy(),
                                probabilities(X), rtol=1e-5)


@pytest.mark.parametrize('score, finite', [(88.0, True), (89.0, False)])
def test_softmax_overflows_above_the_largest_exponent(page, score, finite):
    assert math.log(onp.finfo('float32').max) == pytest.approx(88.72, abs=0.01)
    X_prob = page.softmax(np.array([[score, 0.0]]))
    assert bool(onp.isfinite(X_prob.asnumpy()).all()) is finite


def test_two_examples_give_the_printed_values(page):
    result = page.loss_and_accuracy_of_two_examples()
    assert result['probability of the right class'] == pytest.approx([0.1, 0.5])
    assert result['cross-entropy'] == pytest.approx([2.3025851, 0.6931472])
    assert result['accuracy'] == 0.5


def test_gradient_is_probability_minus_one_hot_times_input(page):
    rng = onp.random.RandomState(0)
    X, y = rng.rand(3, 1, 2, 2), onp.array([4, 0, 4])
    W, b = page.init_params(4, 5)
    with autograd.record():
        y_hat = page.make_net(W, b)(np.array(X, dtype='float32'))
        l = page.cross_entropy(y_hat, np.array(y, dtype='int32'))
    l.backward()
    flat = X.reshape(3, 4)
    delta = probabilities(flat @ W.asnumpy()) - onp.eye(5)[y]
    onp.testing.assert_allclose(W.grad.asnumpy(), flat.T @ delta, rtol=1e-4, atol=1e-6)
    onp.testing.assert_allclose(b.grad.asnumpy(), delta.sum(0), rtol=1e-4, atol=1e-6)


def test_parameters_are_small_random_weights_and_a_zero_bias(page):
    W, b = page.init_params(784, 10)
    assert W.shape == (784, 10) and b.tolist() == [0] * 10
    # the deviation of 7840 draws spreads by 0.8 %
    assert W.asnumpy().std() == pytest.approx(0.01, rel=0.05)


def test_toy_training_learns_and_stays_finite(page, fewer_garments):
    with fewer_garments(4000):
        result = page.run(num_epochs=3, batch_size=64)
    losses = [l for _, l in result['series']['train loss']]
    assert all(map(math.isfinite, losses)) and losses == sorted(losses, reverse=True)
    assert losses[-1] < math.log(10) / 4  # a quarter of the loss of guessing
    assert result['final']['test acc'] > 0.8 > result['test acc before training']


def test_run_draws_the_curves_and_six_predictions(page, fewer_garments):
    with fewer_garments(640):
        page.run(num_epochs=1)
    curves, pictures = (plt.figure(number) for number in plt.get_fignums())
    legend = [text.get_text() for text in curves.axes[0].get_legend().get_texts()]
    assert legend == ['train loss', 'train acc', 'test acc']
    _, labels = d2l.read_fashion_mnist(is_train=False)
    titles = [ax.get_title().split('\n') for ax in pictures.axes]
    assert [true for true, _ in titles] == d2l.get_fashion_mnist_labels(labels[:6])


@pytest.mark.slow
@pytest.mark.data
def test_real_data_follow_the_books_curve(page, real_data):
    series = page.run(num_epochs=2)['series']
    losses = [l for _, l in series['train loss']]
    # medians of the book's builds after epochs 1 and 2; the last epoch's band is 0.01
    assert losses == pytest.approx([0.789, 0.574], abs=0.01)
