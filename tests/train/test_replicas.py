"""Copies of a network: equal to one device after ten steps, whatever the last batch."""
import mxnet as mx
import numpy as onp
import pytest
from mxnet import gluon, np
from mxnet.gluon import nn

import d2lmx as d2l

LOSS = gluon.loss.SoftmaxCrossEntropyLoss()
FOUR = [mx.cpu(i) for i in range(4)]


def batches(sizes):
    return [(np.random.normal(size=(n, 5)),
             np.random.randint(0, 3, size=(n,)).astype('int32')) for n in sizes]


def new_net():
    net = nn.HybridSequential()
    net.add(nn.Dense(4, activation='tanh'), nn.Dense(3))
    net.initialize(mx.init.Xavier())
    net.hybridize(static_alloc=True, static_shape=True)
    return net


def weights(net, device=None):
    return [p.data(device or p.list_ctx()[0]).asnumpy()
            for p in net.collect_params().values()]


def trained(sizes, devices, optimizer='sgd', given=False, **options):
    """The network after a step on each batch, devices given or chosen for the run."""
    d2l.set_seed(3)
    with d2l.use_devices(None if given else devices):
        net, data = new_net(), batches(sizes)
        if given:
            net.collect_params().reset_ctx(devices)
        trainer = gluon.Trainer(net.collect_params(), optimizer,
                                {'learning_rate': .1, **options})
        step = d2l.classification_step(net, LOSS, trainer, devices if given else None)
        d2l.fit(step, data, 1)
    return net


@pytest.mark.parametrize('optimizer,options', [
    ('sgd', {'momentum': .9}), ('adam', {}), ('sgd', {'wd': .1})])
@pytest.mark.parametrize('last', [8, 7, 3, 1])
def test_ten_steps_on_four_devices_equal_ten_on_one(last, optimizer, options):
    # a last batch of 3 or 1 leaves devices without an example
    sizes = [8] * 9 + [last]
    one = trained(sizes, FOUR[:1], optimizer, **options)
    four = trained(sizes, FOUR, optimizer, **options)
    for device in FOUR:
        for alone, copy in zip(weights(one), weights(four, device)):
            # float32 sums in another order
            onp.testing.assert_allclose(copy, alone, rtol=1e-5, atol=1e-6)


def test_a_batch_smaller_than_the_devices_is_no_end_of_training():
    sizes = [8, 1, 2, 8, 8]
    one, four = trained(sizes, FOUR[:1]), trained(sizes, FOUR)
    for alone, copy in zip(weights(one), weights(four, FOUR[3])):
        onp.testing.assert_allclose(copy, alone, rtol=1e-5, atol=1e-6)


def test_devices_given_and_devices_chosen_do_the_same():
    for given, chosen in zip(weights(trained([6, 5], FOUR[:3], given=True), FOUR[2]),
                             weights(trained([6, 5], FOUR[:3]), FOUR[2])):
        onp.testing.assert_array_equal(given, chosen)


def test_a_trainer_that_has_made_steps_already_is_told_of_new_devices():
    net = new_net()
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': .1})
    step = d2l.classification_step(net, LOSS, trainer)
    step(*batches([4])[0])
    before = weights(net)
    d2l.replicate(net, FOUR[1:3])
    assert d2l.devices_of(net) == FOUR[1:3]
    for old, new in zip(before, weights(net, FOUR[2])):
        onp.testing.assert_array_equal(old, new)
    step = d2l.classification_step(net, LOSS, trainer)
    step(*batches([5])[0])
    first, second = weights(net, FOUR[1]), weights(net, FOUR[2])
    assert all((a == b).all() for a, b in zip(first, second))
    assert any((a != b).any() for a, b in zip(first, before))


def test_a_batch_goes_to_where_the_network_is():
    net = new_net()
    net.collect_params().reset_ctx(mx.cpu(1))
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': .1})
    data = batches([4])  # on cpu(0)
    d2l.fit(d2l.classification_step(net, LOSS, trainer), data, 1)
    assert 0 <= d2l.evaluate_accuracy(net, data) <= 1


def test_evaluation_over_devices_that_outnumber_the_examples_is_that_of_one():
    net, data = new_net(), batches([4, 1, 3])
    alone = d2l.evaluate_accuracy(net, data), d2l.evaluate_loss(net, data, LOSS)
    d2l.replicate(net, FOUR)
    assert d2l.evaluate_accuracy(net, data) == alone[0]
    assert d2l.evaluate_loss(net, data, LOSS) == pytest.approx(alone[1], rel=1e-6)
    assert d2l.evaluate_accuracy_gpus(net, data) == alone[0]


def test_a_function_stays_where_its_arrays_are():
    w = np.zeros((5, 3))
    w.attach_grad()
    with d2l.use_devices(FOUR) as used:
        step = d2l.classification_step(lambda X: np.dot(X, w), LOSS,
                                       lambda n: d2l.sgd([w], .1, n))
        d2l.fit(step, batches([4, 3]), 1)
        assert used == set()
    assert d2l.devices_of(lambda X: X) is None


def test_running_means_of_devices_become_one():
    # each pass keeps 0.9 of the mean, and adds a tenth of that of the device's examples
    net = nn.HybridSequential()
    net.add(nn.BatchNorm(), nn.Dense(3))
    net.initialize(ctx=FOUR[:2])
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': .1})
    data = batches([6, 6])
    d2l.fit(d2l.classification_step(net, LOSS, trainer, FOUR[:2]), data, 1)
    (first, _), (second, _) = [(X.asnumpy(), y) for X, y in data]
    # a trainer's first step gives all devices what the first device has
    mean = .09 * first[:3].mean(axis=0) + .1 * second.mean(axis=0)
    for array in net[0].running_mean.list_data():
        onp.testing.assert_allclose(array.asnumpy(), mean, rtol=1e-5, atol=1e-7)
    for one, other in zip(weights(net, FOUR[0]), weights(net, FOUR[1])):
        onp.testing.assert_array_equal(one, other)
