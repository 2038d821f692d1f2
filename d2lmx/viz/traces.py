"""The way an optimiser takes, drawn over the function it makes small."""
import numpy as onp
from matplotlib import pyplot as plt
from mxnet import np

from .lines import use_svg_display

__all__ = ['annotate', 'show_trace_2d']

FIGSIZE = (3.5, 2.5)
MARGIN = 0.05  # around points, in their spans


def annotate(text, xy, xytext) -> None:
    """Write text at xytext on the current axes, with an arrow to xy.

    Book: 11.1 (sec_optimization-intro)
    """
    plt.gca().annotate(text, xy=xy, xytext=xytext, arrowprops=dict(arrowstyle='->'))


def show_trace_2d(f, results):
    """Draw the points (x1, x2) of results over the contours of f; returns the axes.

    f takes two arrays of one shape, on [-5.5, 1] x [-3, 1], or further where the
    points leave it. results: pairs of numbers, or of arrays of one number.

    Book: 11.3 (sec_gd)
    """
    return draw_trace(lambda *grid: f(*map(np.array, grid)).asnumpy(), results)


def draw_trace(f, results):
    """What `show_trace_2d` does with an f of NumPy's arrays. Ours, for 11.3"""
    use_svg_display()
    x1, x2 = onp.array([[float(a), float(b)] for a, b in results]).T
    # book: draws the same square always, which hides points that run away
    grid = onp.meshgrid(_span(x1, -5.5, 1.0), _span(x2, -3.0, 1.0))
    # book: makes a new figure outside Jupyter only by chance
    _, axes = plt.subplots(figsize=FIGSIZE)
    axes.plot(x1, x2, '-o', color='#ff7f0e')
    axes.contour(*grid, f(*grid), colors='#1f77b4')
    axes.set_xlabel('x1')
    axes.set_ylabel('x2')
    return axes


def _span(points, low, high):
    """65 numbers from low to high, or further: over all finite points, and a margin.
    """
    points = points[onp.isfinite(points)]
    first, last = points.min(), points.max()
    margin = MARGIN * (last - first)
    return onp.linspace(min(low, first - margin), max(high, last + margin), 65)
