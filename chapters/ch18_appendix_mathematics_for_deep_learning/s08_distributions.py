"""Distributions (分布)

Source: chapter_appendix-mathematics-for-deep-learning/distributions
"""
from math import erf, exp, factorial

import numpy as np

import d2lmx as d2l

SMOKE = dict()


def plot_pmf(ax, x, pmf):
    """Draw the probability mass of the values x."""
    ax.stem(x, pmf)
    ax.set(xlabel='x', ylabel='p.m.f.')


def draw(name, x, pmf, grid, F):
    """Two figures: the mass (or density, where x is the grid), and F on the grid."""
    if x is grid:
        d2l.plot(x, pmf, 'x', 'p.d.f.')
    else:
        plot_pmf(d2l.plt.figure(figsize=(3.5, 2.5)).gca(), x, pmf)
    d2l.plt.title(name)
    d2l.plot(grid, np.array([F(y) for y in grid]), 'x', 'c.d.f.')
    d2l.plt.title(name)


def summary(mean, variance, sample, cdf):
    """Formulas of a distribution beside those of a sample; its c.d.f. at points."""
    return {'mean': mean, 'variance': variance, 'mean of 100': float(sample.mean()),
            'variance of 100': float(sample.var()), 'sample': sample[0].tolist(),
            'F': {f'{x:g}': float(y) for x, y in cdf.items()}}


def bernoulli(p=0.3):
    """1 with chance p, else 0."""
    # book: F(1) is 1 - p there, though all of the mass lies up to 1
    def F(x):
        return 0 if x < 0 else 1 if x >= 1 else 1 - p

    draw('Bernoulli', [0, 1], [1 - p, p], np.arange(-1, 2, 0.01), F)
    return summary(p, p * (1 - p), 1 * (np.random.rand(10, 10) < p),
                   {x: F(x) for x in (-0.5, 0, 0.5, 1)})


def discrete_uniform(n=5):
    """Each of 1, ..., n with the same chance."""
    def F(x):
        return 0 if x < 1 else 1 if x > n else np.floor(x) / n

    draw('discrete uniform', np.arange(1, n + 1), n * [1 / n],
         np.arange(-1, 6, 0.01), F)
    # book: draws from 1 to n - 1
    sample = np.random.randint(1, n + 1, size=(10, 10))
    return summary((1 + n) / 2, (n ** 2 - 1) / 12, sample,
                   {x: F(x) for x in (0.5, 1, 3.5, 5)})


def continuous_uniform(a=1, b=3):
    """Any number from a to b, none rather than another."""
    x = np.arange(0, 4, 0.01)
    p = (x > a) * (x < b) / (b - a)

    def F(x):
        return 0 if x < a else 1 if x > b else (x - a) / (b - a)

    draw('continuous uniform', x, p, x, F)
    return summary((a + b) / 2, (b - a) ** 2 / 12, (b - a) * np.random.rand(10, 10) + a,
                   {x: F(x) for x in (0.5, 1.5, 3)})


def binom(n, k):
    """In how many ways k of n are chosen."""
    comb = 1
    for i in range(min(k, n - k)):
        comb = comb * (n - i) // (i + 1)
    return comb


def binomial_pmf(n, p):
    """The chances of 0, ..., n successes in n tries: (n + 1,)."""
    return np.array([p ** i * (1 - p) ** (n - i) * binom(n, i) for i in range(n + 1)])


def binomial(n=10, p=0.2):
    """How many of n tries succeed, each with chance p."""
    pmf = binomial_pmf(n, p)
    cmf = np.cumsum(pmf)

    def F(x):
        return 0 if x < 0 else 1 if x > n else cmf[int(x)]

    draw('binomial', np.arange(n + 1), pmf, np.arange(-1, 11, 0.01), F)
    return summary(n * p, n * p * (1 - p), np.random.binomial(n, p, size=(10, 10)),
                   {x: F(x) for x in (-1, 0, 2.5, 10)})


def poisson(lam=5.0):
    """How many of very many tries succeed, when lam do in the mean."""
    xs = np.arange(20)
    pmf = np.array([exp(-lam) * lam ** k / factorial(k) for k in range(20)])
    cmf = np.cumsum(pmf)

    # book: F is 1 above 10, the n of the binomial distribution before
    def F(x):
        return 0 if x < 0 else cmf[min(int(x), 19)]

    draw('Poisson', xs, pmf, np.arange(-1, 21, 0.01), F)
    return summary(lam, lam, np.random.poisson(lam, size=(10, 10)),
                   {x: F(x) for x in (0, 5.5, 10.5)})


def central_limit(p=0.2, ns=(1, 10, 100, 1000)):
    """Draw binomial variables at mean 0 and variance 1; how far each is from normal.

    That is the largest difference of the two c.d.f.s at a value of the variable.
    """
    _, axes = d2l.plt.subplots(1, len(ns), figsize=(10, 3), constrained_layout=True)
    distance = {}
    for ax, n in zip(axes, ns):
        pmf, deviation = binomial_pmf(n, p), np.sqrt(n * p * (1 - p))
        values = (np.arange(n + 1) - n * p) / deviation
        near = abs(values) <= 4
        plot_pmf(ax, values[near], pmf[near])
        ax.set(xlim=(-4, 4), title=f'n = {n}')
        normal = np.array([(1 + erf(x / np.sqrt(2))) / 2 for x in values])
        distance[f'n = {n}'] = float(abs(pmf.cumsum() - normal).max())
    return distance


def gaussian(mu=0, sigma=1):
    """What sums of many small, independent numbers come to."""
    x = np.arange(-3, 3, 0.01)
    p = 1 / np.sqrt(2 * np.pi * sigma ** 2) * np.exp(-(x - mu) ** 2 / (2 * sigma ** 2))

    def phi(x):
        return (1.0 + erf((x - mu) / (sigma * np.sqrt(2)))) / 2.0

    draw('Gaussian', x, p, x, phi)
    return summary(mu, sigma ** 2, np.random.normal(mu, sigma, size=(10, 10)),
                   {x: phi(x) for x in (-1.96, 0, 1.96)})


def exponential_family(x, mu, sigma):
    """The Gaussian density at x as h exp(eta T(x) - A(eta))."""
    h = 1 / np.sqrt(2 * np.pi)
    eta = np.array([mu / sigma ** 2, 1 / (2 * sigma ** 2)])
    T = np.array([x, -x ** 2])
    A = eta[0] ** 2 / (4 * eta[1]) - np.log(2 * eta[1]) / 2
    return float(h * np.exp(eta.dot(T) - A))


def run() -> dict:
    return {'Bernoulli': bernoulli(), 'discrete uniform': discrete_uniform(),
            'continuous uniform': continuous_uniform(), 'binomial': binomial(),
            'Poisson': poisson(), 'binomial, distance to normal': central_limit(),
            'Gaussian': gaussian(),
            'density of N(1, 4) at 2, as exponential family':
                exponential_family(2.0, mu=1.0, sigma=2.0)}


if __name__ == '__main__':
    d2l.main(run)
