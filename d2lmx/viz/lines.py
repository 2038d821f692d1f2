"""Curves."""
from itertools import cycle

import mxnet as mx
import numpy as onp
from matplotlib import pyplot as plt
from matplotlib.ticker import LogFormatterSciNotation

from . import notebook
from .finish import finish

__all__ = ['FMTS', 'use_svg_display', 'set_figsize', 'set_axes', 'plot', 'plot_history']

FMTS = ('-', 'm--', 'g-.', 'r:')  # the book's line styles, in order
# powers of ten on a logarithmic axis, up to which some, or all, between have numbers
FEW_POWERS = 2, .5
# what a series is of, and how its axis calls the rest of its name
SETS, QUANTITIES = ('train', 'valid', 'test'), {'acc': 'accuracy'}


def use_svg_display() -> None:
    """Use SVG figures in Jupyter; nothing elsewhere.

    Book: 2.4 (sec_calculus)
    """
    if notebook.in_notebook():
        notebook.use_svg()


def set_figsize(figsize=(3.5, 2.5)) -> None:
    """Set the size, in inches, of the figures to come.

    Book: 2.4 (sec_calculus)
    """
    use_svg_display()
    plt.rcParams['figure.figsize'] = figsize


def set_axes(axes, xlabel, ylabel, xlim, ylim, xscale, yscale, legend) -> None:
    """Label and scale axes. Limits and legend may be None.

    Limits that do not rise are left to matplotlib.

    Book: 2.4 (sec_calculus)
    """
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    axes.set_xscale(xscale)
    axes.set_yscale(yscale)
    # book: sets these too, as [1, num_epochs] and [10, num_epochs] are for few epochs
    if xlim is not None and xlim[0] < xlim[1]:
        axes.set_xlim(xlim)
    if ylim is not None and ylim[0] < ylim[1]:
        axes.set_ylim(ylim)
    if yscale == 'log':
        axes.yaxis.set_minor_formatter(
            LogFormatterSciNotation(minor_thresholds=FEW_POWERS))
    if legend:
        axes.legend(legend)
    finish(axes.figure)
    axes.grid(True)


def _numpy(a):
    """A one-dimensional NumPy array of numbers, from an array or a list of them."""
    if isinstance(a, (list, tuple)):
        return onp.array([float(v) for v in a])
    return a.asnumpy() if isinstance(a, mx.nd.NDArray) else onp.asarray(a)


def _is_curve(a) -> bool:
    """Whether a is one curve: one axis of numbers, not a list of curves."""
    if hasattr(a, 'ndim'):
        return a.ndim == 1
    return len(a) > 0 and getattr(a[0], 'ndim', int(hasattr(a[0], '__len__'))) == 0


def _curves(X, Y):
    """Pairs (x, y) of NumPy arrays from what `plot` accepts."""
    if Y is None:
        X, Y = None, X
    Y = [Y] if _is_curve(Y) else list(Y)
    Y = [_numpy(y) for y in Y]
    if X is None:
        return [(onp.arange(len(y)), y) for y in Y]
    X = [X] if _is_curve(X) else list(X)
    if len(X) == 1:
        X = X * len(Y)
    if len(X) != len(Y):
        raise ValueError(f'X must hold one curve or as many as Y: got {len(X)} '
                         f'and {len(Y)}')
    pairs = [(_numpy(x), y) for x, y in zip(X, Y)]
    for x, y in pairs:
        if len(x) != len(y):
            raise ValueError(f'x and y of a curve must have one length, got {len(x)} '
                             f'and {len(y)}')
    return pairs


def show_single_point(line) -> None:
    """A dot where a curve has one point, which no line shows; else its own marker.

    Ours, for 3.6
    """
    num_points = len(line.get_xdata())
    if num_points <= 2 and line.get_marker() in ('None', '.'):
        line.set_marker('.' if num_points == 1 else 'None')


def _new_axes(figsize):
    """Axes to draw on: the current figure's where it is still empty, else new ones."""
    fig = plt.gcf()
    if fig.axes:
        fig = plt.figure(figsize=figsize)
    fig.set_size_inches(figsize)
    return fig.gca()


def plot(X, Y=None, xlabel=None, ylabel=None, legend=None, xlim=None, ylim=None,
         xscale='linear', yscale='linear', fmts=FMTS, figsize=(3.5, 2.5), axes=None):
    """Draw one or more curves, on axes that ``plt.gca()`` gives afterwards.

    X, Y: an array (n,) or a list of numbers for one curve, a list of such for several
    (an array of two axes is several curves). One X serves all of Y. Without Y, X holds
    the values, drawn over 0, 1, 2, ... ValueError where lengths differ.
    axes: drawn on after being cleared; None means a new figure.

    Book: 2.4 (sec_calculus)
    """
    use_svg_display()
    curves = _curves(X, Y)
    # book: draws on the current axes, so outside Jupyter a second plot wipes the first
    axes = axes if axes is not None else _new_axes(figsize)
    axes.cla()
    # book: stops at the fourth curve, without a word, where fmts has four styles
    for (x, y), fmt in zip(curves, cycle(fmts)):
        show_single_point(*axes.plot(x, y, fmt))
    set_axes(axes, xlabel, ylabel, xlim, ylim, xscale, yscale, legend)
    plt.sca(axes)


def plot_history(history, ax=None, fmts=FMTS, names=None):
    """Draw series of a `History` over epochs, by default every one; return the axes.

    Ours, for 3.6
    """
    ax = ax if ax is not None else _new_axes(plt.rcParams['figure.figsize'])
    names = list(history.series) if names is None else names
    for name, fmt in zip(names, cycle(fmts)):
        show_single_point(*ax.plot(*zip(*history.series[name]), fmt, label=name))
    ax.set_xlabel('epoch')
    ax.set_ylabel(', '.join(dict.fromkeys(map(quantity, names))))
    ax.legend()
    finish(ax.figure)
    ax.grid(True)
    return ax


def quantity(name: str) -> str:
    """What a series measures, by its name without its set: 'accuracy' of 'test acc'.

    Ours, for 3.6
    """
    words = [word for word in name.split() if word not in SETS]
    return QUANTITIES.get(' '.join(words), ' '.join(words)) or name
