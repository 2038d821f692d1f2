"""Calculus (微积分)

Source: chapter_preliminaries/calculus
"""
from mxnet import np

import d2lmx as d2l

SMOKE = dict()
RANGES = dict(num_steps=(1, 100))


def f(x):
    """The example of the section; its derivative is 6x - 4, which is 2 at x = 1."""
    return 3 * x ** 2 - 4 * x


def numerical_lim(f, x, h):
    """The slope of f between x and x + h."""
    return (f(x + h) - f(x)) / h


def approach_derivative(num_steps):
    """Slopes of f from x = 1 on, over a step h that shrinks tenfold each time."""
    h, limits = 0.1, {}
    for _ in range(num_steps):
        limits[f'h = {h:.5g}'] = numerical_lim(f, 1, h)
        h *= 0.1
    return limits


def plot_tangent():
    """Draw f and the line that touches it at x = 1."""
    x = np.arange(0, 3, 0.1)
    d2l.plot(x, [f(x), 2 * x - 3], 'x', 'f(x)', legend=['f(x)', 'Tangent line (x=1)'])


def run(*, num_steps: int = 5) -> dict:
    plot_tangent()
    return {'numerical limit at x = 1': approach_derivative(num_steps)}


if __name__ == '__main__':
    d2l.main(run)
