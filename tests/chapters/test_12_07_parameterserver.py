import mxnet as mx
import pytest
from mxnet import np

import d2lmx as d2l


def arrays(n, size):
    return [np.arange(size, ctx=mx.cpu(i)) * 10 ** i for i in range(n)]


@pytest.mark.parametrize('n,size', [(2, 6), (3, 7), (5, 5), (1, 4), (4, 9)])
def test_both_ways_leave_the_sum_on_every_device(section, n, size):
    page = section('12.7')
    for way in (page.central_sum, page.ring_sum):
        data = arrays(n, size)
        way(data)
        wanted = [k * sum(10 ** i for i in range(n)) for k in range(size)]
        assert [a.tolist() for a in data] == [wanted] * n
        assert [a.ctx for a in data] == [mx.cpu(i) for i in range(n)]


def test_a_ring_moves_twice_the_array_less_two_pieces_by_each_device(section):
    page = section('12.7')
    for n in (2, 4, 8):
        assert page.ring_sum(arrays(n, 16)) == 2 * (n - 1) * 16 // n
        assert page.central_sum(arrays(n, 16)) == 2 * (n - 1) * 16


def test_fewer_numbers_than_devices_are_refused(section):
    with pytest.raises(d2l.InputError, match='3 numbers .* each of 4'):
        section('12.7').ring_sum(arrays(4, 3))


def test_the_arithmetic_is_the_pages(section):
    # 160 MB at 16 GB/s are 10 ms; 3 times there and 3 times back, or 2 x 3 quarters
    assert section('12.7').seconds_to_synchronize(4) == pytest.approx(
        {'central': 60, 'ring': 15})


def test_the_store_sums_what_is_pushed_and_updates_what_it_keeps(section):
    shown = section('12.7').key_value_store()
    assert shown['sum pulled on each device'] == [[6, 6]] * 3  # 1 + 2 + 3
    # from 1, two steps of rate 0.1 by gradients that sum up to 3
    assert shown['updated twice'] == pytest.approx([.4, .4])


def test_servers_train_as_one_machine_does(section):
    trained = section('12.7').train_on_servers(num_servers=2, num_workers=3)
    assert trained['keys of each server'] == [[0], [1]]
    # float32 means of shards
    assert trained['largest difference from one machine'] < 1e-5


def test_a_value_is_handed_out_when_all_workers_have_pushed(section):
    servers = section('12.7').ParameterServers(num_servers=1, num_workers=2, lr=.5)
    servers.init(7, np.array([1.]))
    servers.push(7, np.array([2.]))
    with pytest.raises(ValueError, match='1 of 2 workers have pushed 7'):
        servers.pull(7)
    servers.push(7, np.array([4.]))
    assert servers.pull(7).tolist() == [1 - .5 * 3]
