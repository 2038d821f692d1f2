import numpy as onp
import pytest
from matplotlib import pyplot as plt
from mxnet import np
from mxnet.gluon import nn


@pytest.fixture
def page(section):
    return section('8.1')


class NextNumber(nn.HybridBlock):
    """Continues every arithmetic sequence exactly."""

    def hybrid_forward(self, F, X):
        return 2 * X[:, -1:] - X[:, -2:-1]


def test_features_are_the_four_values_before_a_label(page):
    features, labels = page.embed(np.arange(7), tau=4)
    assert features.tolist() == [[0, 1, 2, 3], [1, 2, 3, 4], [2, 3, 4, 5]]
    assert labels.tolist() == [[4], [5], [6]]


def test_series_is_a_sine_with_noise_of_a_fifth(page):
    time, x = page.make_series(1000)
    noise = x.asnumpy() - onp.sin(0.01 * onp.arange(1, 1001))
    assert time[0] == 1 and time[-1] == 1000
    # the deviation of 1000 draws spreads by 2 %
    assert noise.std() == pytest.approx(0.2, rel=0.1)


def test_k_step_predictions_build_on_predictions_and_are_placed_by_their_time(page):
    x = np.arange(20) ** 2
    k_steps = page.predict_k_steps(NextNumber(), x, tau=4, max_steps=3)
    assert k_steps.shape == (14, 3)
    # from 0 1 4 9, by adding the last difference of 5: 14, 19, 24
    assert k_steps[0].tolist() == [14, 19, 24]
    assert k_steps[13].tolist() == [16 ** 2 + 31 * k for k in (1, 2, 3)]


def test_prediction_beyond_the_training_data_reads_no_later_value(page):
    x = np.array([0, 1, 2, 3, 4, 5, 100, 100, 100])
    preds = page.predict_further(NextNumber(), x, tau=4, num_train=6)
    assert preds.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8]


def test_one_step_ahead_is_near_the_noise_and_64_steps_are_worse(page):
    result = page.run()
    error = result['squared error']
    assert len(result['series']['loss']) == 5
    assert 0.03 < error['1 steps ahead'] < 0.09  # the noise alone makes 0.04
    assert error['64 steps ahead'] > 2 * error['1 steps ahead']
    assert result['final']['loss'] < 0.045  # half a squared error
    legends = [text.get_text() for number in plt.get_fignums()
               if plt.figure(number).axes[0].get_legend()
               for text in plt.figure(number).axes[0].get_legend().get_texts()]
    assert '64-step preds' in legends and 'multistep preds' in legends
