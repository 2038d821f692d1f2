import numpy as onp
import pytest
from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l
from d2lmx.context import running


def test_no_garment_is_in_two_sets():
    sets = d2l.sample_garments(200, 50, 1)
    assert [X.shape for X, _ in sets] == [(n, 1, 28, 28) for n in (200, 50, 1)]
    images, labels = d2l.read_fashion_mnist()
    known = {image.tobytes(): label for image, label in zip(images, labels)}
    assert len(known) == len(images)  # no two toys are alike
    found = [(x * 255).round().astype('uint8').tobytes() for X, _ in sets for x in X]
    assert len(set(found)) == 251
    assert [known[x] for x in found] == [label for _, y in sets for label in y]


def test_a_seed_chooses():
    def labels(seed):
        d2l.set_seed(seed)
        (_, y), = d2l.sample_garments(100)
        return y

    assert onp.array_equal(labels(3), labels(3))
    assert not onp.array_equal(labels(3), labels(4))


def test_more_than_there_are_is_told():
    with pytest.raises(d2l.InputError, match='12001 garments are asked for.*12000'):
        d2l.sample_garments(6000, 6001)


def test_few_garments_are_the_first_of_either_part_in_their_order_to_test_on():
    with running(data='toy', files={}):
        images, labels = d2l.read_fashion_mnist(is_train=False)
        train_iter, test_iter = d2l.load_few_garments(5, 12, 7, channels=3)
    assert [len(y) for _, y in train_iter] == [5, 5, 2]
    X, y = next(iter(test_iter))
    assert X.shape == (5, 3, 28, 28) and y.tolist() == labels[:5].tolist()
    for channel in range(3):
        onp.testing.assert_allclose(X[:, channel].asnumpy() * 255, images[:5],
                                    rtol=1e-6)


def test_a_quiet_training_learns_and_draws_nothing():
    with running(data='toy', files={}):
        train_iter, test_iter = d2l.load_few_garments(16, 256, 64)
    net = nn.HybridSequential()
    net.add(nn.Dense(10))
    history = d2l.train_quietly(net, train_iter, 3, .01, lambda: {
        'test acc': d2l.evaluate_accuracy(net, test_iter)})
    losses = [value for _, value in history.series['train loss']]
    assert losses == sorted(losses, reverse=True) and len(losses) == 3
    assert history['test acc'] == pytest.approx(d2l.evaluate_accuracy(net, test_iter))
    assert d2l.plt.get_fignums() == []


@pytest.fixture
def garments():
    """Grey squares, each class of its own brightness."""
    y = onp.arange(40, dtype='int32') % 10
    return (onp.ones((40, 1, 28, 28), 'float32')
            * (y.reshape(-1, 1, 1, 1) + 1) / 10), y


@pytest.mark.parametrize('num_garments, size', [(1, 64), (2, 64), (2, 56), (1, 101)])
def test_scenes_hold_garments_where_they_are_said_to_be(garments, num_garments, size):
    X, y, boxes = d2l.garment_scenes(garments, 50, num_garments, size)
    assert X.shape == (50, 1, size, size) and X.dtype == 'float32'
    assert y.shape == (50, num_garments) and boxes.shape == (50, num_garments, 4)
    for (scene,), labels, squares in zip(X, y, boxes):
        assert len(set(labels)) == num_garments
        free = onp.ones((size, size), bool)
        for label, (x1, y1, x2, y2) in zip(labels, squares):
            assert (x2 - x1, y2 - y1) == (28, 28) and min(x1, y1) >= 0
            assert max(x2, y2) <= size
            assert (scene[y1:y2, x1:x2] >= onp.float32((label + 1) / 10)).all()
            assert free[y1:y2, x1:x2].all()  # of no other
            free[y1:y2, x1:x2] = False
        assert onp.count_nonzero(scene[free]) <= 4 * 8 ** 2  # pieces of others


def test_two_garments_lie_beside_and_above_each_other(garments):
    _, _, boxes = d2l.garment_scenes(garments, 200, 2)
    apart = abs(boxes[:, 0, :2] - boxes[:, 1, :2]) >= 28
    assert 50 < apart[:, 0].sum() and 50 < apart[:, 1].sum()  # of about 100 each
    assert apart.any(axis=1).all()
    _, _, boxes = d2l.garment_scenes(garments, 400)
    assert boxes[:, 0, :2].min() == 0 and boxes[:, 0, 2:].max() == 64


@pytest.mark.parametrize('num_garments, size', [(0, 64), (3, 64), (1, 55)])
def test_scenes_that_cannot_be_are_told(garments, num_garments, size):
    with pytest.raises(d2l.InputError, match='1 or 2 garments and sides of 56 pixels'):
        d2l.garment_scenes(garments, 1, num_garments, size)


def test_steps_are_timed_in_turn_by_the_median_and_train_each_network(monkeypatch):
    nets, X = {}, np.ones((4, 3))
    for name in ('first', 'second'):
        nets[name] = nn.Dense(10, in_units=3)
        nets[name].initialize()
    before = {name: net.weight.data().copy() for name, net in nets.items()}

    def in_turn(functions, num_rounds):
        for function in functions.values():
            function()
        return {name: [.001, .5, .002][:num_rounds] for name in functions}

    monkeypatch.setattr('d2lmx.companions.garments.time_in_turn', in_turn)
    assert d2l.time_steps(nets, X, .1, 3) == {'first': 2, 'second': 2}
    for name, net in nets.items():  # Adam's first step is the rate, whatever the slope
        moved = abs(net.weight.data() - before[name]).asnumpy()
        onp.testing.assert_allclose(moved, .1, rtol=1e-3)
