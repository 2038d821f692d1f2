import numpy as onp
import pytest
from mxnet import np

import d2lmx as d2l


def test_parameters_have_the_shapes_of_784_256_10(section):
    params = section('4.2').init_params(num_hiddens=256)
    assert [param.shape for param in params] == [(784, 256), (256,), (256, 10), (10,)]
    assert float(np.abs(params[1]).sum() + np.abs(params[3]).sum()) == 0
    # the standard error of a deviation from 200,704 draws is 0.01 / sqrt(2 n) = 1.6e-5
    assert abs(float(params[0].std()) - 0.01) < 1e-4


def test_scores_equal_those_computed_by_numpy(section):
    module = section('4.2')
    X = np.random.uniform(size=(3, 1, 28, 28))
    params = module.init_params(num_hiddens=5)
    params[1][:] = np.arange(5) / 10 - 0.2  # so that some units are cut off
    W1, b1, W2, b2 = (param.asnumpy().astype(float) for param in params)
    H = X.asnumpy().reshape(3, 784) @ W1 + b1
    assert (H < 0).any() and (H > 0).any()
    onp.testing.assert_allclose(module.make_net(*params)(X).asnumpy(),
                                onp.maximum(H, 0) @ W2 + b2, rtol=1e-4, atol=1e-6)


def test_it_learns_the_toy_garments(smoke_run):
    result = smoke_run('4.2').result
    assert result['final']['train loss'] < 0.5 and result['final']['test acc'] > 0.9


@pytest.mark.slow
@pytest.mark.data
def test_three_epochs_reach_the_loss_of_the_book(section, real_data):
    # the median of the book's builds after the third epoch is 0.523
    result = section('4.2').run(num_epochs=3)
    assert result['final']['train loss'] == pytest.approx(0.523, abs=0.01)


def test_a_batch_of_one_gives_ten_scores(section):
    module = section('4.2')
    params = module.init_params(num_hiddens=4)
    assert module.make_net(*params)(np.zeros((1, 1, 28, 28))).shape == (1, 10)


def test_the_predictions_are_drawn(section, fewer_garments):
    with fewer_garments(640):
        section('4.2').run(num_epochs=1, num_hiddens=8)
    titles = [axes.get_title() for axes in d2l.plt.gcf().axes]
    assert len(titles) == 6 and all(len(title.split('\n')) == 2 for title in titles)
