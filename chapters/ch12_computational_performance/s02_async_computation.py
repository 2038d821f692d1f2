"""Asynchronous computation (异步计算)

Source: chapter_computational-performance/async-computation
"""
import numpy as onp
from mxnet import np, npx

import d2lmx as d2l

SMOKE = dict(n=200, num_ops=200)


def front_end_and_back_end(n, repeat=10):
    """Seconds of matrix products in NumPy, in MXNet, and until MXNet's are done."""
    seconds = {}
    with d2l.Benchmark('numpy') as benchmark:
        for _ in range(repeat):
            a = onp.random.normal(size=(n, n))
            onp.dot(a, a)
    seconds['numpy'] = benchmark.seconds
    with d2l.Benchmark('mxnet.np, queued') as benchmark:
        timer = d2l.Timer()
        for _ in range(repeat):
            a = np.random.normal(size=(n, n))
            np.dot(a, a)
    seconds['mxnet.np, queued'] = benchmark.seconds
    npx.waitall()
    seconds['mxnet.np, done'] = timer.stop()
    print(f'mxnet.np, done: {seconds["mxnet.np, done"]:.4f} sec')
    return seconds


def graph_of_dependences():
    """x * y + 2, which the back end computes while Python goes on, until it is read."""
    x, y = np.ones((1, 2)), np.ones((1, 2))
    z = x * y + 2
    return z.tolist()


def barriers_and_blockers(n):
    """Seconds until Python goes on: after nothing, a barrier, or what needs values."""
    a = np.random.normal(size=(n, n))
    reads = {
        'no barrier': lambda b: None,
        'npx.waitall()': lambda b: npx.waitall(),
        'b.wait_to_read()': lambda b: b.wait_to_read(),
        'b.asnumpy()': lambda b: b.asnumpy(),
        'b.sum().item()': lambda b: b.sum().item(),
    }
    seconds = {}
    for name, read in reads.items():
        with d2l.Benchmark(name) as benchmark:
            b = np.dot(a, a)
            read(b)
        seconds[name] = benchmark.seconds
    npx.waitall()
    return seconds


def improving_computation(num_ops):
    """Seconds of as many small operators, waited for one by one, and at the end."""
    seconds = {}
    x = np.ones((1, 2))
    with d2l.Benchmark('synchronous') as benchmark:
        for _ in range(num_ops):
            y = x + 1
            npx.waitall()
    seconds['synchronous'] = benchmark.seconds
    with d2l.Benchmark('asynchronous') as benchmark:
        for _ in range(num_ops):
            y = x + 1
        y.wait_to_read()
    seconds['asynchronous'] = benchmark.seconds
    return seconds


def run(*, n: int = 1000, num_ops: int = 10000) -> dict:
    timing = {'matrix products': front_end_and_back_end(n),
              'until Python goes on': barriers_and_blockers(n),
              f'{num_ops} small operators': improving_computation(num_ops)}
    return {'x * y + 2': graph_of_dependences(), 'timing': timing}


if __name__ == '__main__':
    d2l.main(run)
