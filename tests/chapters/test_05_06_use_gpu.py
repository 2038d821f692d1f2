import mxnet as mx
import numpy as onp
import pytest
from mxnet import np, npx


@pytest.fixture
def page(section):
    return section('5.6')


@pytest.fixture
def num_gpus(monkeypatch):
    """``num_gpus(n)``: MXNet says that the machine has n GPUs."""
    return lambda n: monkeypatch.setattr(npx, 'num_gpus', lambda: n)


def test_without_a_gpu_the_cpu_stands_in_and_the_page_says_so(page, num_gpus, capsys):
    num_gpus(0)
    result = page.run()
    assert 'wants two GPUs, found 0' in capsys.readouterr().out
    assert result['try_gpu()'] == result['try_gpu(10)'] == 'cpu(0)'
    assert result['try_all_gpus()'] == ['cpu(0)']
    assert (result['X.ctx'], result['Y.ctx']) == ('cpu(0)', 'cpu(1)')


@pytest.mark.parametrize('n, devices', [
    (0, [npx.cpu(0), npx.cpu(1)]), (1, [npx.gpu(0), npx.cpu(0)]),
    (2, [npx.gpu(0), npx.gpu(1)]), (4, [npx.gpu(0), npx.gpu(1)])])
def test_two_devices_are_gpus_where_there_are_any(page, num_gpus, capsys, n, devices):
    num_gpus(n)
    assert page.two_devices() == devices
    assert ('instead' in capsys.readouterr().out) == (n < 2)


def test_device_functions_on_a_machine_with_two_gpus(page, num_gpus):
    num_gpus(2)
    result = page.computing_devices()
    assert result['devices have names'] == ['cpu(0)', 'gpu(0)', 'gpu(1)']
    assert result['num_gpus'] == 2
    assert (result['try_gpu()'], result['try_gpu(10)']) == ('gpu(0)', 'cpu(0)')
    assert result['try_all_gpus()'] == ['gpu(0)', 'gpu(1)']


def test_arrays_are_added_where_both_are(page):
    result = page.arrays_on_devices(npx.cpu(0), npx.cpu(1))
    assert result['x.ctx'] == result['X.ctx'] == 'cpu(0)'
    assert result['Z.ctx'] == result['(Y + Z).ctx'] == 'cpu(1)'
    assert onp.array(result['Y + Z']) == pytest.approx(onp.array(result['Y']) + 1)
    assert result['Z.as_in_ctx(Z.ctx) is Z'] is True


def test_two_contexts_of_the_cpu_are_apart_for_networks_only(page):
    X = np.ones((2, 3), ctx=npx.cpu(1))
    assert (X + np.ones((2, 3), ctx=npx.cpu(0))).ctx == npx.cpu(1)
    net = page.build_net()
    net.initialize(ctx=npx.cpu(0))
    with pytest.raises(RuntimeError, match='not initialized on context cpu.1.'):
        net(X)
    net.hybridize()
    net(X.as_in_ctx(npx.cpu(0)))
    with pytest.raises((RuntimeError, mx.MXNetError)):
        net(X)


def test_network_computes_where_its_parameters_are(page):
    result = page.network_on_device(npx.cpu(1))
    assert result['net(X).ctx'] == result['parameters on'] == 'cpu(1)'
    first, second = result['net(X)']  # two rows of ones
    assert first == second
