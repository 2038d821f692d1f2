import numpy as onp
import pytest
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
