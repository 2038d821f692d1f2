import numpy as onp
import pytest
from mxnet import autograd, np
from mxnet.gluon import nn

import d2lmx as d2l

POOL = onp.array([[[[1, 3], [0, 4]]]], 'float32')  # one pool: chances 1/8, 3/8, 0, 1/2


@pytest.fixture
def layer():
    """A DropConnect of two inputs and three outputs, with weights 1 to 6."""
    layer = d2l.DropConnect(3, .25, in_units=2)
    layer.initialize()
    layer.weight.set_data(np.arange(1, 7).reshape(3, 2))
    layer.bias.set_data(np.array([0, 10, 20]))
    return layer


def test_all_weights_predict(layer):
    assert layer(np.array([[1, 1], [2, 0]])).tolist() == [[3, 17, 31], [2, 16, 30]]


def test_weights_fail_in_training_and_the_mean_is_kept(layer):
    layer.hybridize()
    outputs = []
    for _ in range(800):
        with autograd.record():
            outputs.append(layer(np.array([[1, 1], [2, 0]])).asnumpy())
    outputs = onp.array(outputs, 'float64')  # (draws, examples, outputs)
    # the second example sees the first weight of each output alone
    found = set((outputs[:, 1] - [0, 10, 20]).round(4).ravel())
    assert found == {0, *(round(2 * w / .75, 4) for w in (1, 3, 5))}
    # one draw for the batch: a weight that failed is missing in both examples
    failed = outputs[:, 1, 0] == 0
    assert set(outputs[failed, 0, 0].round(4)) == {0, round(2 / .75, 4)}
    # 5 standard errors of draws of variance w ** 2 * .25 / .75
    assert abs(outputs[:, 0].mean(axis=0) - [3, 17, 31]).max() < 5 * (
        (61 / 3) / 800) ** .5


def test_a_weight_that_failed_is_not_trained(layer):
    with autograd.record():
        Y = layer(np.array([[1, 1]]))
    Y.backward()
    grad = layer.weight.grad().asnumpy().astype('float64')
    assert set(grad.round(4).ravel()) <= {0, round(1 / .75, 4)}
    lost = (onp.arange(1, 7).reshape(3, 2) * grad).sum(axis=1)
    onp.testing.assert_allclose(Y.asnumpy()[0] - [0, 10, 20], lost, rtol=1e-5)


@pytest.mark.parametrize('chance', [-.1, 1])
def test_a_chance_that_is_none_is_told(chance):
    with pytest.raises(d2l.InputError, match='dropout'):
        d2l.DropConnect(3, chance, in_units=2)


def test_a_pool_predicts_the_mean_by_its_chances():
    # (1 + 9 + 0 + 16) / 8; a pool of zeros is 0
    X = onp.concatenate([POOL, onp.zeros_like(POOL)], axis=3)
    assert d2l.StochasticPool2D()(np.array(X)).tolist() == [[[[26 / 8, 0]]]]


@pytest.mark.parametrize('hybrid', [False, True])
def test_a_pool_chooses_by_chance_in_training_and_trains_what_it_chose(hybrid):
    pool = d2l.StochasticPool2D()
    pool.hybridize(hybrid)
    X = np.array(onp.tile(POOL, (4000, 1, 1, 1)))
    X.attach_grad()
    with autograd.record():
        Y = pool(X)
    Y.backward()
    Y, grad = Y.asnumpy().ravel(), X.grad.asnumpy()
    shares = {value: (Y == value).mean() for value in (1, 3, 4)}
    # 5 standard errors of 4000 draws
    assert shares == {1: pytest.approx(1 / 8, abs=.027),
                      3: pytest.approx(3 / 8, abs=.04), 4: pytest.approx(.5, abs=.04)}
    onp.testing.assert_array_equal(grad[:, 0], Y[:, None, None] == POOL[0])


def test_pools_lie_where_a_mean_pool_has_them():
    X = onp.random.RandomState(0).uniform(size=(2, 3, 6, 4)).astype('float32')
    total, squares = (nn.AvgPool2D(2)(np.array(each)).asnumpy() for each in (X, X ** 2))
    onp.testing.assert_allclose(d2l.StochasticPool2D()(np.array(X)).asnumpy(),
                                squares / total, rtol=1e-5)


def test_both_keep_the_contract_of_blocks():
    def build():
        net = nn.HybridSequential()
        net.add(nn.Conv2D(2, 3, padding=1, activation='relu'), d2l.StochasticPool2D(),
                d2l.DropConnect(3, .5, in_units=32))
        return net

    d2l.check_hybrid_block(build, (np.random.uniform(size=(2, 1, 8, 8)),))
