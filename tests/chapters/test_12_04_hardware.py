import pytest


def test_blocks_grow_fourfold_up_to_the_size_asked_for(section):
    speeds = section('12.4').memory_bandwidth(1)
    assert list(speeds) == [4096 * 4 ** i for i in range(5)]
    # slower than a tape, or faster than any cache, would be a wrong unit
    assert all(.1 < speed < 2000 for speed in speeds.values())


def test_floats_are_gathered_in_order_and_in_an_order_by_chance(section, monkeypatch):
    page, orders = section('12.4'), []

    class Floats:
        take = orders.append

    monkeypatch.setattr(page.onp, 'ones', lambda *_: Floats)
    page.burst_and_random_reads(1)
    in_order, by_chance = orders[0], orders[-1]
    assert (in_order == range(2 ** 18)).all() and (sorted(by_chance) == in_order).all()
    assert (by_chance != in_order).mean() > .99


def test_the_sides_of_products_double_up_to_the_one_asked_for(section):
    assert list(section('12.4').gemm_speed(512)) == [64, 128, 256, 512]


@pytest.mark.alone
def test_a_call_of_mxnet_costs_more_than_one_of_numpy_or_python(section):
    micros = section('12.4').call_latency(300)
    assert (micros['a Python function'] < micros['a NumPy operator']
            < micros['an MXNet operator, queued'])


def test_speeds_by_hand_where_everything_takes_a_second(section, monkeypatch):
    page = section('12.4')
    monkeypatch.setattr(page, 'best_seconds', lambda function, rounds=5: 1.)
    # n^3 multiplications and as many additions, (512 / n)^3 times: 2 x 512^3 always
    assert page.gemm_speed(128) == {n: pytest.approx(2 * 512 ** 3 / 1e9)
                                    for n in (64, 128)}
    # a block's bytes count once, in 4,096 copies at most and 64 MB in all
    assert page.memory_bandwidth(1) == {
        4096 * 4 ** i: pytest.approx(min(4096 * 4096 * 4 ** i, 2 ** 26) / 1e9)
        for i in range(5)}
    assert page.burst_and_random_reads(1) == {  # floats of 4 bytes
        order: pytest.approx(2 ** 20 / 1e9) for order in ('in order', 'at random')}


def test_the_balance_by_hand(section):
    # 100 gigaflops, 10 GB/s: 10 operations a byte; 54 microseconds are 5.4e6
    # operations, a product of side (2.7e6)^(1/3) = 139.2
    assert section('12.4').balance({1: 99, 2: 10}, {64: 100, 128: 50}, {
        'an MXNet operator, waited for': 54}) == {
            'operations a float': pytest.approx(40),
            'side of a product as long as its call': 139}
