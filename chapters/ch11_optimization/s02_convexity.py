"""Convexity (凸性)

Source: chapter_optimization/convexity
"""
from mxnet import np

import d2lmx as d2l

SMOKE = dict()
FUNCTIONS = {'0.5 x^2': lambda x: 0.5 * x ** 2,
             'cos(pi x)': lambda x: np.cos(np.pi * x),
             'exp(0.5 x)': lambda x: np.exp(0.5 * x)}


def draw_chords():
    """Draw three functions, and for each the chord from -1.5 to 1."""
    x, segment = np.arange(-2, 2, 0.01), np.array([-1.5, 1])
    d2l.use_svg_display()
    _, axes = d2l.plt.subplots(1, 3, figsize=(9, 3), constrained_layout=True)
    for ax, (name, f) in zip(axes, FUNCTIONS.items()):
        d2l.plot([x, segment], [f(x), f(segment)], 'x', name, axes=ax)


def is_convex(f, x, tolerance=1e-5):
    """Whether all chords between points of x (n,) lie above f, by the definition.

    lambda f(a) + (1 - lambda) f(b) >= f(lambda a + (1 - lambda) b).
    """
    a, b = x.reshape(-1, 1, 1), x.reshape(1, -1, 1)
    lam = np.linspace(0, 1, 11)
    chords = lam * f(a) + (1 - lam) * f(b)          # (n, n, 11)
    below = chords - f(lam * a + (1 - lam) * b)
    return bool((below >= -tolerance).all())


def jensen(f, x, weights):
    """[mean of f, f of the mean] of the points x (n,) with weights that sum to 1."""
    return [float((weights * f(x)).sum()), float(f((weights * x).sum()))]


def second_derivatives(f, x, h=0.05):
    """The smallest second derivative of f on x, by differences over steps of h."""
    return float(((f(x + h) - 2 * f(x) + f(x - h)) / h ** 2).min())


def local_minimum_is_global():
    """Draw a convex function with a chord; the one place where it stops falling."""
    def f(x):
        return (x - 1) ** 2

    x, segment = np.arange(-2, 2, 0.01), np.array([-1.5, 1])
    d2l.set_figsize()
    d2l.plot([x, segment], [f(x), f(segment)], 'x', 'f(x)')
    y = f(x).asnumpy()
    turns = (y[1:-1] < y[:-2]) & (y[1:-1] < y[2:])
    return [round(float(v), 2) for v in x.asnumpy()[1:-1][turns]]


def project(x, radius):
    """The point of the ball around 0 that is nearest to x: how a constraint is kept."""
    return x * min(1, radius / float(np.linalg.norm(x)))


def run() -> dict:
    draw_chords()
    x = np.linspace(-2, 2, 41)
    points, weights = np.array([-1.5, 0.5, 1]), np.array([0.2, 0.3, 0.5])
    return {'convex on [-2, 2]': {n: is_convex(f, x) for n, f in FUNCTIONS.items()},
            'smallest second derivative': {n: second_derivatives(f, x)
                                           for n, f in FUNCTIONS.items()},
            'mean of f, f of the mean': {n: jensen(f, points, weights)
                                         for n, f in FUNCTIONS.items()},
            'local minima of (x - 1)^2': local_minimum_is_global(),
            '[3, 4] projected on the unit ball': project(np.array([3, 4]), 1).tolist()}


if __name__ == '__main__':
    d2l.main(run)
