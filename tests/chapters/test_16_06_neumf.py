"""NeuMF: two ways to a score, and why the page's second sigmoid hides them."""
import numpy as onp
import pytest
from mxnet import autograd, init, np

import d2lmx as d2l

IDS = [np.array(ids, dtype='int32') for ids in ([0, 2, 2], [4, 1, 0])]


def scores(net):
    """By NumPy: a product of factors, a perceptron, and both put together."""
    P, Q, U, V = (block.weight.data().asnumpy()[ids.asnumpy()] for block, ids in
                  zip((net.P, net.Q, net.U, net.V), IDS * 2))
    X = onp.concatenate([U, V], axis=1)
    for layer in net.mlp:
        X = onp.maximum(X @ layer.weight.data().asnumpy().T
                        + layer.bias.data().asnumpy(), 0)
    W = net.prediction_layer.weight.data().asnumpy()
    return onp.concatenate([P * Q, X], axis=1) @ W.T


@pytest.fixture
def make(section):
    """``make(is_sigmoid)``: a small network."""
    def make(is_sigmoid=False):
        d2l.set_seed(3)
        net = section('16.6').NeuMF(3, 4, 5, (4, 2), is_sigmoid)
        net.initialize(init.Normal(1))
        net(*IDS)
        return net
    return make


def test_scores_are_of_a_product_and_a_perceptron(make):
    net = make()
    assert (net.prediction_layer.weight.data().asnumpy() == 1).all()
    onp.testing.assert_allclose(net(*IDS).asnumpy(), scores(net), rtol=1e-5, atol=1e-6)


def test_the_pages_sigmoid_keeps_differences_below_1_and_gradients_small(make):
    grown, l = {}, d2l.BPRLoss()
    for is_sigmoid in (False, True):
        net = make(is_sigmoid)
        net.prediction_layer.weight.set_data(np.full((1, 5), 3.))
        with autograd.record():
            positive, negative = net(*IDS), net(IDS[0], IDS[1][::-1])
            loss = l(positive, negative)
        loss.backward()
        grown[is_sigmoid] = float(abs(net.P.weight.grad()).sum())
        if is_sigmoid:
            assert (abs(positive - negative) < 1).all()
            # no more than -log sigmoid(1) can be reached, however long it learns
            assert float(loss) > 3 * onp.log(1 + onp.exp(-1))
    assert grown[True] < grown[False] / 3


def test_the_pages_dataset_gives_items_that_were_not_taken(section):
    onp.random.seed(0)
    data = section('16.6').PRDataset([0, 0, 1], [2, 1, 0], {0: [2, 1], 1: [0]}, 4)
    assert len(data) == 3 and data[1][:2] == (0, 1)
    assert {data[0][2] for _ in range(40)} == {0, 3}
    assert {data[2][2] for _ in range(60)} == {1, 2, 3}


def test_both_ranges_of_items_and_both_networks_are_told(smoke_run):
    result = smoke_run('16.6').result
    names = {'train loss', 'hit rate', 'AUC'}
    for name in ('as the page ranks', "with the page's sigmoid"):
        assert result[name].keys() == names
    for series in result['series'].values():  # both figures have curves
        assert [epoch for epoch, _ in series['test AUC']] == [1, 2]
    # items beyond the number of users are never ranked: their users get an area of 0
    assert result['as the page ranks']['AUC'] < result['final']['test AUC']


def test_films_are_of_each_user(section, smoke_run):
    folder = smoke_run('16.6').folder / 'model'
    found = section('16.6').predict(folder, '3', '4', top=5)
    assert [films['user'] for films in found] == [3, 4]
    assert [len(films['films']) for films in found] == [5, 5]
    with pytest.raises(d2l.InputError, match="the user '999' is unknown"):
        section('16.6').predict(folder, '999')
