"""Automatic parallelism (自动并行)

Source: chapter_computational-performance/auto-parallelism
"""
from mxnet import np, npx

import d2lmx as d2l

SMOKE = dict(n=200, repeat=4)
RANGES = dict(n=(1, 20000))


# book: run(x), a name that every section here has for what the command starts
def products(x, repeat):
    """As many products of x with its transpose."""
    # book: x.dot(x). Where two contexts of the CPU compute large dots at once, with
    # several threads each, MXNet's BLAS waits for ever; oneDNN, behind this, does not
    return [npx.fully_connected(x, x, no_bias=True, num_hidden=len(x))
            for _ in range(repeat)]


def parallel_computation(xs, repeat):
    """Seconds of products on each device alone, and on both at once."""
    seconds = {}
    for x in xs:
        products(x, 1)  # the first takes memory
        with d2l.Benchmark(f'on {x.ctx}') as benchmark:
            products(x, repeat)
            npx.waitall()
        seconds[f'on {x.ctx}'] = benchmark.seconds
    with d2l.Benchmark('on both') as benchmark:
        for x in xs:
            products(x, repeat)
        npx.waitall()
    seconds['on both'] = benchmark.seconds
    return seconds


def parallel_computation_and_communication(x, repeat, host):
    """Seconds of products, of copying them to another device, and of both at once."""
    def copy_to_cpu(x):
        return [y.copyto(host) for y in x]

    seconds = {}
    with d2l.Benchmark(f'products on {x.ctx}') as benchmark:
        ys = products(x, repeat)
        npx.waitall()
    seconds['products'] = benchmark.seconds
    with d2l.Benchmark(f'copies to {host}') as benchmark:
        copy_to_cpu(ys)
        npx.waitall()
    seconds['copies'] = benchmark.seconds
    with d2l.Benchmark('products, each copied as soon as it is there') as benchmark:
        copies = copy_to_cpu(products(x, repeat))
        npx.waitall()
    seconds['both'] = benchmark.seconds
    equal = all((y.asnumpy() == z.asnumpy()).all() for y, z in zip(ys, copies))
    return seconds, equal


def run(*, n: int = 2000, repeat: int = 10) -> dict:
    devices = d2l.try_gpus(2)
    on_gpus = devices[0].device_type == 'gpu'
    if not on_gpus:
        print('this page wants two GPUs: shown on two contexts of the CPU instead, '
              'which have a queue each, as GPUs have, but share the cores')
    xs = [np.random.uniform(size=(n, n), ctx=device) for device in devices]
    npx.waitall()
    computing = parallel_computation(xs, repeat)
    communicating, equal = parallel_computation_and_communication(
        xs[0], repeat, npx.cpu(0 if on_gpus else 1))
    return {'devices': [str(device) for device in devices], 'copies are equal': equal,
            'timing': {'two devices': computing, 'with copies': communicating}}


if __name__ == '__main__':
    d2l.main(run)
