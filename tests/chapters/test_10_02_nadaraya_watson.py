import numpy as onp
import pytest
from mxnet import np

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('10.2')


def test_fixed_kernel_by_numpy(page):
    x, keys = onp.array([0.5, 2.0]), onp.array([0.0, 1, 3])
    e = onp.exp(-(x[:, None] - keys) ** 2 / 2)
    weights = page.kernel_weights(np.array(x), np.array(keys))
    onp.testing.assert_allclose(weights.asnumpy(), e / e.sum(axis=1, keepdims=True),
                                rtol=1e-5)


def test_each_example_sees_all_others(page):
    assert page.others(np.array([1.0, 2, 3])).tolist() == [[2, 3], [1, 3], [1, 2]]


def test_width_of_zero_is_the_average_and_great_width_the_nearest(page):
    net = page.build_net()
    net.initialize()
    x, keys, values = np.array([1.1]), np.array([[0.0, 1, 3]]), np.array([[5.0, 6, 10]])
    for w, expected in ((0, 7), (100, 6)):
        net.w.set_data(np.array([w]))
        assert net(x, keys, values).item() == pytest.approx(expected)
    assert net.attention_weights.tolist() == [[0, 1, 0]]


def test_training_ends_at_the_loss_that_the_book_shows(page):
    # its curve ends at 7.88 in every build, since MXNet's generator starts at 0 there
    d2l.set_seed(0)
    result = page.run()
    assert result['final']['train loss'] == pytest.approx(7.88, abs=0.01)
    assert len(result['series']['train loss']) == 5
    error = result['mean squared error']
    assert error['learned width'] < error['fixed width'] < error['average']
