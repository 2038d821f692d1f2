"""Hardware (硬件)

Source: chapter_computational-performance/hardware
"""
import statistics

import numpy as onp
from mxnet import np, npx

import d2lmx as d2l

SMOKE = dict(megabytes=8, n=256, num_calls=200)
RANGES = dict(megabytes=(1, 4096), n=(64, 16384))


def best_seconds(function, rounds=5):
    """The least time of a few calls, which other programs disturbed least."""
    times = []
    for _ in range(rounds):
        npx.waitall()
        timer = d2l.Timer()
        function()
        npx.waitall()
        times.append(timer.stop())
    return min(times)


def memory_bandwidth(megabytes):
    """{bytes of a block: GB/s} of copying one block again and again; draws it.

    Small blocks stay in a cache near the processor, the largest come from memory.
    """
    speeds, size = {}, 4096
    while size <= megabytes * 2 ** 20:
        source, target = onp.ones(size, 'uint8'), onp.zeros(size, 'uint8')
        repeat = max(1, min(4096, 2 ** 26 // size))

        def copy():
            for _ in range(repeat):
                onp.copyto(target, source)

        speeds[size] = repeat * size / best_seconds(copy) / 1e9
        size *= 4
    d2l.plot([float(size) for size in speeds], list(speeds.values()),
             'bytes of a block', 'GB/s', xscale='log')
    return speeds


def burst_and_random_reads(megabytes):
    """GB/s of gathering floats by their places, in order and in random order."""
    count = megabytes * 2 ** 20 // 4
    X = onp.ones(count, 'float32')
    orders = {'in order': onp.arange(count), 'at random': onp.random.permutation(count)}
    return {name: 4 * count / best_seconds(lambda: X.take(order), 3) / 1e9
            for name, order in orders.items()}


def gemm_speed(n):
    """{side: gigaflops} of products of square matrices, up to n."""
    speeds, side = {}, 64
    while side <= n:
        A = np.random.normal(size=(side, side))
        repeat = max(1, (512 // side) ** 3)
        seconds = best_seconds(lambda: [np.dot(A, A) for _ in range(repeat)])
        speeds[side] = repeat * 2 * side ** 3 / seconds / 1e9
        side *= 2
    return speeds


def call_latency(num_calls):
    """Microseconds of a call: the median of five times num_calls calls."""
    x, a = np.ones((1, 2)), onp.ones((1, 2))

    def nothing():
        pass

    calls = {'a Python function': nothing,
             'a NumPy operator': lambda: a + 1,
             'an MXNet operator, queued': lambda: x + 1,
             'an MXNet operator, waited for': lambda: (x + 1).wait_to_read(),
             'a value read from MXNet': lambda: x.asnumpy()}
    latencies = {}
    for name, call in calls.items():
        times = []
        for _ in range(5):
            npx.waitall()
            timer = d2l.Timer()
            for _ in range(num_calls):
                call()
            times.append(timer.stop() / num_calls)
        latencies[name] = statistics.median(times) * 1e6
    npx.waitall()
    return latencies


def balance(bandwidth, gemm, latencies):
    """What the figures mean for a program.

    How many operations a float that comes from memory must serve for the processor to
    be busy, and how large a matrix product is as long as the call that starts it.
    """
    peak, memory = max(gemm.values()), bandwidth[max(bandwidth)]
    overhead = latencies['an MXNet operator, waited for'] * 1e-6
    return {'operations a float': 4 * peak / memory,
            'side of a product as long as its call':
                round((overhead * peak * 1e9 / 2) ** (1 / 3))}


def run(*, megabytes: int = 256, n: int = 2048, num_calls: int = 2000) -> dict:
    bandwidth, gemm = memory_bandwidth(megabytes), gemm_speed(n)
    latencies = call_latency(num_calls)
    tables = {'GB/s of copying blocks of so many bytes': bandwidth,
              'GB/s of gathering floats': burst_and_random_reads(megabytes),
              'gigaflops of products of so many rows': gemm,
              'microseconds of a call': latencies}
    for title, table in tables.items():
        print(title)
        for name, value in table.items():
            print(f'  {name!s:>30} {value:10.3g}')
    return {'balance': balance(bandwidth, gemm, latencies), 'timing': tables}


if __name__ == '__main__':
    d2l.main(run)
