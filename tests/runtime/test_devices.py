"""Devices, the split of a batch over them, and seeds."""
import random

import mxnet as mx
import numpy as onp
import pytest
from mxnet import np, npx

import d2lmx as d2l
from d2lmx.context import current
from d2lmx.runtime.devices import put

TWO = [mx.cpu(0), mx.cpu(1)]


@pytest.fixture
def gpus(monkeypatch):
    """``gpus(n)``: the machine seems to have n GPUs."""
    return lambda n: monkeypatch.setattr(npx, 'num_gpus', lambda: n)


def test_without_a_gpu_the_cpu_serves(gpus):
    gpus(0)
    assert d2l.try_gpu() == npx.cpu()
    assert d2l.try_all_gpus() == [npx.cpu()]


def test_with_gpus_each_is_found_and_the_next_is_the_cpu(gpus):
    gpus(2)
    assert d2l.try_gpu() == npx.gpu(0)
    assert d2l.try_gpu(i=1) == npx.gpu(1)
    assert d2l.try_gpu(2) == npx.cpu()
    assert d2l.try_all_gpus() == [npx.gpu(0), npx.gpu(1)]


def test_devices_are_always_a_list(gpus):
    gpus(0)
    assert d2l.as_devices(mx.cpu(1)) == [mx.cpu(1)]
    assert d2l.as_devices(tuple(TWO)) == TWO
    assert d2l.as_devices(None) == [npx.cpu()]


def test_a_split_keeps_every_example_in_order_on_its_device():
    X, y = np.arange(10).reshape(5, 2), np.arange(5)
    Xs, ys = d2l.split_batch(X, y, TWO)
    assert [shard.ctx for shard in Xs + ys] == TWO + TWO
    assert [shard.tolist() for shard in ys] == [[0, 1, 2], [3, 4]]
    assert [row for shard in Xs for row in shard.tolist()] == X.tolist()


def test_without_devices_the_batch_stays_where_it_is():
    X, y = np.ones((3, 2), ctx=mx.cpu(1)), np.ones(3, ctx=mx.cpu(1))
    (X_shard,), (y_shard,) = d2l.split_batch(X, y, None)
    assert X_shard is X and y_shard is y


def test_a_batch_leaves_the_memory_shared_with_loader_workers():
    X = np.array([[1., 2.]]).as_in_ctx(mx.Context('cpu_shared', 0))
    (X_shard,), _ = d2l.split_batch(X, np.array([0]), None)
    assert X_shard.ctx == npx.cpu() and X_shard.tolist() == [[1, 2]]


def test_split_refuses_unequal_lengths_and_fewer_examples_than_devices():
    with pytest.raises(ValueError, match='got 3 and 2'):
        d2l.split_batch(np.ones((3, 1)), np.ones(2), TWO)
    with pytest.raises(ValueError, match='batch of 1 cannot be split over 2'):
        d2l.split_batch(np.ones((1, 4)), np.ones(1), TWO)


def test_a_seed_repeats_all_three_generators():
    def draw():
        d2l.set_seed(7)
        return np.random.uniform(size=3).tolist(), onp.random.rand(), random.random()

    first = draw()
    np.random.uniform(), onp.random.rand(), random.random()
    assert draw() == first
    d2l.set_seed(8)
    assert onp.random.rand() != first[1]


def test_devices_in_words(gpus):
    gpus(3)
    assert d2l.parse_devices('cpu') == [mx.cpu(0)]
    assert d2l.parse_devices('cpu:4') == [mx.cpu(i) for i in range(4)]
    assert d2l.parse_devices('gpu:0,2') == [mx.gpu(0), mx.gpu(2)]
    assert d2l.parse_devices('gpu') == [mx.gpu(i) for i in range(3)]


@pytest.mark.parametrize('text,complaint', [
    ('cpu:0', "'cpu:4' (four contexts of the CPU) or 'gpu:0,1' (these GPUs)"),
    ('cpu:0,1', "got 'cpu:0,1'"), ('tpu', "got 'tpu'"), ('gpu:', "got 'gpu:'"),
    ('', "got ''"), ('gpu:1', 'MXNet sees 1'), ('gpu:0,0', 'twice')])
def test_wrong_words_for_devices_are_refused(gpus, text, complaint):
    gpus(1)
    with pytest.raises(ValueError) as error:
        d2l.parse_devices(text)
    assert complaint in str(error.value)


def test_all_gpus_of_a_machine_that_has_none_are_refused(gpus):
    gpus(0)
    with pytest.raises(ValueError, match='MXNet sees 0'):
        d2l.parse_devices('gpu')


def test_a_choice_stands_for_the_gpus_and_ends_with_its_block(gpus):
    gpus(0)
    three = [mx.cpu(i) for i in (1, 2, 3)]
    with d2l.use_devices(three) as used:
        assert np.ones(1).ctx == three[0]  # what does not say where it is made
        assert d2l.try_gpu() == three[0] and d2l.try_gpu(2) == three[2]
        assert d2l.try_gpu(3) == mx.cpu()
        assert d2l.as_devices(d2l.try_gpu()) == three
        assert d2l.as_devices(None) == d2l.try_all_gpus() == three
        assert d2l.as_devices(three[1]) == [three[1]]  # a page's own choice
        assert d2l.as_devices(three[:2]) == three[:2]
        assert d2l.try_gpus(2) == three[:2]
        assert used == set()  # asking for a device puts nothing on it
    assert current().devices is None and np.ones(1).ctx == mx.cpu(0)
    assert d2l.as_devices(mx.cpu(1)) == [mx.cpu(1)]


def test_a_device_counts_as_used_once_a_batch_is_put_on_it():
    X, y = np.ones((3, 2)), np.ones(3)
    with d2l.use_devices(TWO) as used:
        d2l.split_batch(X, y, None)  # it stays where it is
        with pytest.raises(ValueError):
            d2l.split_batch(X[:1], y[:1], TWO)
        assert used == set()
        assert put(X, mx.cpu(1)).ctx == mx.cpu(1) and used == {mx.cpu(1)}
        with d2l.use_devices(None) as inner:  # each block tells of itself
            d2l.split_batch(X, y, [mx.cpu(2)])
        assert inner == {mx.cpu(2)} and used == {mx.cpu(1)}
        d2l.split_batch(X, y, TWO)
        assert used == set(TWO)


def test_n_devices_are_gpus_or_all_of_the_cpu(gpus):
    gpus(2)
    assert d2l.try_gpus(2) == [mx.gpu(0), mx.gpu(1)]
    assert d2l.try_gpus(3) == [mx.cpu(0), mx.cpu(1), mx.cpu(2)]
    gpus(0)
    assert d2l.try_gpus(1) == [mx.cpu(0)]


def test_devices_are_counted_from_0_and_one_is_the_fewest():
    with pytest.raises(ValueError, match='i must be a whole number of at least 0'):
        d2l.try_gpu(-1)
    with pytest.raises(ValueError, match='n must be a whole number of at least 1'):
        d2l.try_gpus(0)
