import mxnet as mx
import numpy as onp
import pytest
from mxnet import autograd, np

import d2lmx as d2l

THREE = [mx.cpu(i) for i in range(3)]


def test_allreduce_leaves_the_sum_on_each_device(section):
    data = [np.ones((1, 2), ctx=d) * v for d, v in zip(THREE, (1, 2, 4))]
    section('12.5').allreduce(data)
    assert [a.tolist() for a in data] == [[[7, 7]]] * 3
    assert [a.ctx for a in data] == THREE


def test_parameters_are_copied_with_room_for_gradients(section):
    page = section('12.5')
    params = page.init_params()
    copies = page.get_params(params, THREE[1])
    assert all(p.ctx == THREE[1] and p.grad is not None for p in copies)
    copies[0][:] = 0
    assert float(abs(params[0]).max()) > 0


def test_lenet_has_the_shapes_of_the_page(section):
    page = section('12.5')
    params = page.init_params()
    assert page.lenet(np.zeros((2, 1, 28, 28)), params).shape == (2, 10)
    assert [p.shape for p in params[::2]] == [
        (20, 1, 3, 3), (50, 20, 5, 5), (800, 128), (128, 10)]


@pytest.mark.parametrize('batch_size', [6, 7, 4])
def test_ten_steps_on_three_devices_equal_ten_on_one(section, batch_size):
    page = section('12.5')
    # in float32 the sums' other order grows over ten steps to any size
    params = [p.astype('float64') for p in page.init_params(scale=.1)]
    ends = []
    for devices in (THREE[:1], THREE):
        d2l.set_seed(1)
        copies = [page.get_params(params, d) for d in devices]
        for _ in range(10):
            X = np.random.uniform(size=(batch_size, 1, 28, 28)).astype('float64')
            y = np.random.randint(0, 10, size=(batch_size,)).astype('int32')
            page.train_batch(X, y, copies, devices, .1)
        ends.append([p.asnumpy() for p in copies[-1]])
    for alone, copy, start in zip(*ends, params):
        onp.testing.assert_allclose(copy, alone, rtol=1e-8, atol=1e-10)
        assert abs(alone - start.asnumpy()).max() > 1e-4


def test_a_step_reports_the_loss_of_each_shard(section):
    page = section('12.5')
    copies = [page.get_params(page.init_params(), d) for d in THREE]
    X, y = np.random.uniform(size=(5, 1, 28, 28)), np.zeros(5)
    ls = page.train_batch(X, y, copies, THREE, .1)
    assert [(l.shape, l.ctx) for l in ls] == [((2,), THREE[0]), ((2,), THREE[1]),
                                              ((1,), THREE[2])]
    assert not autograd.is_recording()


def test_training_starts_from_the_parameters_given_and_leaves_them(
        section, monkeypatch, capsys):
    page = section('12.5')
    batches = [(np.random.uniform(size=(6, 1, 28, 28)), np.arange(6))]
    monkeypatch.setattr(d2l, 'load_data_fashion_mnist', lambda size: (batches, batches))
    params = page.init_params()
    before = [p.asnumpy() for p in params]
    histories = [page.train(num_gpus, 6, .2, 2, params) for num_gpus in (1, 1, 2)]
    losses = [[l for _, l in history.series['train loss']] for history in histories]
    assert all((p.asnumpy() == b).all() for p, b in zip(params, before))
    assert losses[0] == losses[1] and losses[0][1] != losses[0][0]
    # float32 sums of halves
    onp.testing.assert_allclose(losses[2], losses[0], rtol=1e-5)
    assert 'sec/epoch on cpu(0), cpu(1)' in capsys.readouterr().out
