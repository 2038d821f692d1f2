"""Data parallelism of every network, and of every kind of training, of the book."""
import inspect

import mxnet as mx
import numpy as onp
import pytest
from mxnet import gluon, np
from mxnet.gluon import nn

import d2lmx as d2l
from d2lmx.pages import sections

THREE = [mx.cpu(i) for i in range(3)]
SMALL = '3.3 3.7 4.3 4.4 4.5 4.6 4.10 5.1 6.6 11.11 12.1'.split()
WITH_BATCH_NORM = '12.6'


def calm(net):
    """Nothing drawn by chance, and no statistics of a batch, which are of a shard then.

    Dropout draws anew on each device. Batch normalization takes mean and variance of
    the examples that a device has; they are all it changes.
    """
    for child in net._children.values():
        calm(child)
    if isinstance(net, nn.Dropout):
        net._rate = 0
    if isinstance(net, nn.BatchNorm):
        net._kwargs['use_global_stats'] = True


def ten_steps(page, devices, num_steps=10, size=5):
    """Parameters after steps on batches of 5, the last of 1."""
    d2l.set_seed(2)
    with d2l.use_devices(devices):
        net = page.build_net()
        calm(net)
        net.initialize(mx.init.Xavier())
        net.hybridize(static_alloc=True, static_shape=True)
        trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': .01})
        step = d2l.regression_step(net, gluon.loss.L2Loss(), trainer)
        for i in range(num_steps):
            X, = page.example_inputs(batch_size=size)
            target = np.ones((size, 1)) * np.ones(len(net(X)[0].reshape(-1)))
            n = 1 if i == num_steps - 1 else size
            step(X[:n], target[:n].reshape(-1, *net(X).shape[1:]))
        return [p.data(devices[-1]).asnumpy() for p in net.collect_params().values()]


@pytest.mark.parametrize('token', SMALL)
def test_ten_steps_on_three_devices_equal_ten_on_one(section, token):
    page = section(token)
    for alone, copy in zip(ten_steps(page, THREE[:1]), ten_steps(page, THREE)):
        # float32 sums in another order, ten times
        onp.testing.assert_allclose(copy, alone, rtol=1e-4, atol=1e-5)


def test_residual_networks_with_fixed_statistics_split_as_well(section):
    page = section(WITH_BATCH_NORM)

    class Small:
        build_net = staticmethod(page.build_net)

        def example_inputs(batch_size):
            return page.example_inputs(batch_size, size=8)

    for alone, copy in zip(ten_steps(Small, THREE[:1], 2, 3),
                           ten_steps(Small, THREE, 2, 3)):
        onp.testing.assert_allclose(copy, alone, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize('token,options', [
    ('3.3', dict(num_epochs=2)), ('3.7', dict(num_epochs=1)),
    ('4.3', dict(num_epochs=1)), ('4.4', dict(num_epochs=3, num_epochs_all=3)),
    # 11.11's other rates let a change of weights by 1e-7 grow as far on one device
    ('11.11', dict(num_epochs=2, schedule='warmup')),
    ('4.10', dict(num_epochs=2, k=2)), ('6.6', dict(num_epochs=1))])
def test_a_section_gives_the_same_numbers_on_three_devices(
        section, token, options, fewer_garments, tmp_path, capsys):
    page = section(token)
    if 'out' in inspect.signature(page.run).parameters:
        options = {**options, 'out': tmp_path}
    numbers = []
    for devices in (THREE[:1], THREE):
        d2l.set_seed(0)
        with fewer_garments(640), d2l.use_devices(devices) as used:
            result = page.run(**options)
        assert used == set(devices)
        result.pop('timing', None)
        numbers.append(list(leaves(result)))
        d2l.plt.close('all')
    assert len(numbers[0]) == len(numbers[1]) > 1
    assert numbers[1] == pytest.approx(numbers[0], rel=2e-3, abs=1e-4)


def test_what_two_devices_have_trained_is_saved_as_it_is(section, tmp_path, capsys):
    page = section('13.2')  # with batch normalization, whose devices see other pictures
    with d2l.use_devices(THREE[:2]) as used:
        page.run(**page.SMOKE, out=tmp_path)  # complains where the saved one differs
    assert used == set(THREE[:2])
    assert d2l.load_model(tmp_path / 'model', 'classes').about['size'] == 32


def leaves(value):
    """All numbers within a result."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for part in value:
            yield from leaves(part)
    elif isinstance(value, float):
        yield value
