"""AutoRec: what is not rated teaches nothing, and is not counted."""
import numpy as onp
import pytest
from mxnet import autograd, gluon, np

import d2lmx as d2l


def test_what_is_not_rated_has_no_gradient_and_no_loss(section):
    pred = np.array([[4., 2., 9.], [1., 5., 5.]])
    label = np.array([[5., 0., 7.], [0., 0., 4.]])
    pred.attach_grad()
    with autograd.record():
        l = section('16.4').RatedL2Loss()(pred, label)
    l.backward()
    # the page's mean is over all three cells of a row
    onp.testing.assert_allclose(l.asnumpy(), [(1 + 4) / 6, 1 / 6], rtol=1e-6)
    onp.testing.assert_allclose(pred.grad.asnumpy(), onp.array(
        [[-1, 0, 2], [0, 0, 1]]) / 3, rtol=1e-6)


def test_the_loss_is_the_pages_whose_network_masks(section):
    rng = onp.random.RandomState(0)
    label = np.array(rng.randint(0, 6, size=(4, 7)), dtype='float32')
    pred = np.array(rng.normal(size=(4, 7)), dtype='float32')
    onp.testing.assert_allclose(
        section('16.4').RatedL2Loss()(pred, label).asnumpy(),
        gluon.loss.L2Loss()(pred * np.sign(label), label).asnumpy(), rtol=1e-6)


def test_the_error_is_of_the_ratings_tested(section):
    known = np.array([[5., 0, 0], [0, 1, 0], [2, 0, 3]])
    tested = np.array([[0, 4., 0], [0, 0, 0], [0, 5, 0]])
    found = section('16.4').evaluator(
        lambda X: X + 1, d2l.load_array([known], 2, is_train=False), tested,
        d2l.try_all_gpus())
    assert found == pytest.approx(((3 ** 2 + 4 ** 2) / 2) ** .5)  # 1 for 4, 1 for 5


def test_an_example_is_an_item_and_not_a_cell(smoke_run):
    result = smoke_run('16.4').result
    _, num_users, num_items = d2l.read_data_ml100k()
    assert result['examples an epoch'] == num_items
    assert result['as the page counts']['examples an epoch'] == num_items * num_users
    errors = [error for _, error in result['series']['test RMSE']]
    assert errors[-1] < errors[0]
