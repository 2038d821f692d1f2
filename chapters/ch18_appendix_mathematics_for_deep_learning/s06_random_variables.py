"""Random variables (随机变量)

Source: chapter_appendix-mathematics-for-deep-learning/random-variables
"""
import math

from mxnet import np

import d2lmx as d2l

SMOKE = dict()

PRINTED = [({}, {'probability between -2 and 3': (0.7736172, 0.773616, 0.773619)})]


def density(x):
    """Of a variable that is near -1 in four cases of five, else near 3."""
    return (0.2 * np.exp(-(x - 3) ** 2 / 2) + 0.8 * np.exp(-(x + 1) ** 2 / 2)
            ) / math.sqrt(2 * math.pi)


def probability():
    """P(-2 <= X < 3) as a sum of slices; draws the density, then with this area."""
    epsilon = 0.01
    x = np.arange(-5, 5, epsilon)
    p = density(x)
    d2l.plot(x, p, 'x', 'Density')
    d2l.plot(x, p, 'x', 'Density', fmts=['k-'])
    d2l.plt.fill_between(x[300:800].asnumpy(), p[300:800].asnumpy())
    chance = float((epsilon * p[300:800]).sum())
    d2l.plt.title(f'between -2 and 3: {chance:.3f}')
    return chance


def plot_chebyshev(a, p):
    """Draw the chances of a - 2, a and a + 2, which are p, 1 - 2p and p.

    The bar reaches two standard deviations of sqrt(8p) to both sides of the mean, a.
    """
    far = 4 * math.sqrt(2 * p)
    d2l.plot([a - far, a + far], [0.5, 0.5], 'x', 'p.m.f.', xlim=[-4, 4], fmts=['k|-'])
    d2l.plt.stem([a - 2, a, a + 2], [p, 1 - 2 * p, p])
    d2l.plt.title(f'p = {p:.3f}')


def chebyshev(p):
    """The share of the variable outside of the bar, at most 1/4 by Chebyshev.

    In the bar is what is on its ends, too: 2 = 4 sqrt(2p), for p = 1/8.
    """
    plot_chebyshev(0.0, p)
    return 2 * p if 2 > 4 * math.sqrt(2 * p) else 0.0


def cauchy():
    """A variable with neither mean nor variance; draws its density, x^2 times it.

    Between -10 and 10, -100 and 100, and so on, the second integrates to ever more.
    """
    # book: leaves out pi, and has an area of pi below its density
    def p(x):
        return 1 / (math.pi * (1 + x ** 2))

    x = np.arange(-5, 5, 0.01)
    d2l.plot(x, p(x), 'x', 'p.d.f.')
    x = np.arange(-20, 20, 0.01)
    d2l.plot(x, x ** 2 * p(x), 'x', 'integrand')
    return {f'{end}': 2 * (end - math.atan(end)) / math.pi for end in (10, 100, 1000)}


def scatter(name, values, mix):
    """Draw 500 pairs for each value, Y = mix(value, X, noise); what it is in them."""
    num_samples, found = 500, {}
    _, axes = d2l.plt.subplots(1, 3, figsize=(9, 3), constrained_layout=True)
    for ax, value in zip(axes, values):
        X = np.random.normal(0, 1, num_samples)
        Y = mix(value, X, np.random.normal(0, 1, num_samples))
        ax.scatter(X.asnumpy(), Y.asnumpy(), s=9)
        ax.set(xlabel='X', ylabel='Y', title=f'{name} = {value}')
        covariance = ((X - X.mean()) * (Y - Y.mean())).mean()
        if name == 'cor':
            covariance = covariance / (X.std() * Y.std())
        found[f'{value}'] = float(covariance)
    return found


def run() -> dict:
    chance = probability()
    outside = {f'p = {p}': chebyshev(p) for p in (0.2, 0.125, 0.05)}
    return {'probability between -2 and 3': chance,
            'outside of two standard deviations': outside,
            'Cauchy: x^2 p(x), integrated to both sides up to': cauchy(),
            'covariances': scatter('cov', (-0.9, 0.0, 1.2), lambda cov, X, noise:
                                   cov * X + noise),
            'correlations': scatter('cor', (-0.9, 0.0, 1.0), lambda cor, X, noise:
                                    cor * X + math.sqrt(1 - cor ** 2) * noise)}


if __name__ == '__main__':
    d2l.main(run)
