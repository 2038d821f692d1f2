"""Linear regression (线性回归)

Source: chapter_linear-networks/linear-regression
"""
import math

from mxnet import np, npx

import d2lmx as d2l

SMOKE = dict(n=200)


def add_by_loop(a, b):
    """a + b, element after element. a, b (n,) -> (n,)."""
    c = np.zeros(len(a))
    for i in range(len(a)):
        c[i] = a[i] + b[i]
    return c


def add_as_vectors(a, b):
    """a + b in one operation. a, b (n,) -> (n,)."""
    return a + b


def time_additions(n):
    """Seconds that adding two vectors of length n takes each way, and their ratio."""
    a, b = np.ones(n), np.ones(n)
    seconds = {}
    for add in (add_by_loop, add_as_vectors):
        npx.waitall()
        timer = d2l.Timer()
        add(a, b)
        # book: stops the clock before the work, which MXNet only queues, is done
        npx.waitall()
        seconds[add.__name__] = timer.stop()
    ratio = seconds['add_by_loop'] / seconds['add_as_vectors']
    return {**seconds, 'loop / vectors': ratio}


def normal(x, mu, sigma):
    """Density of the normal distribution with mean mu, standard deviation sigma."""
    p = 1 / math.sqrt(2 * math.pi * sigma ** 2)
    return p * np.exp(-0.5 / sigma ** 2 * (x - mu) ** 2)


def plot_normal_densities():
    """The highest value of each of three densities; draws them."""
    x = np.arange(-7, 7, 0.01)
    params = [(0, 1), (0, 2), (3, 1)]
    names = [f'mean {mu}, std {sigma}' for mu, sigma in params]
    densities = [normal(x, mu, sigma) for mu, sigma in params]
    d2l.plot(x, densities, xlabel='x', ylabel='p(x)', figsize=(4.5, 2.5), legend=names)
    return {name: float(p.max()) for name, p in zip(names, densities)}


def run(*, n: int = 10000) -> dict:
    timing = time_additions(n)
    print(f'adding two vectors of length {n}: by a loop {timing["add_by_loop"]:.5f} '
          f'sec, as vectors {timing["add_as_vectors"]:.5f} sec, '
          f'{timing["loop / vectors"]:.0f} times faster')
    return {'highest density': plot_normal_densities(), 'timing': timing}


if __name__ == '__main__':
    d2l.main(run)
