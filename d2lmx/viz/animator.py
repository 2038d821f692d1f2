"""Curves that grow while something trains."""
import sys
from itertools import cycle

from matplotlib import pyplot as plt

from . import notebook
from .finish import finish
from .lines import FMTS, set_axes, show_single_point, use_svg_display

__all__ = ['Animator']


class Animator:
    """A figure of curves that grow point by point.

    In Jupyter the figure is redrawn at each point. On a terminal there is a line on
    standard error for each whole x (an epoch). Elsewhere nothing is printed, and the
    figure, drawn once, is there for whoever saves it.

    ylim holds as long as every curve ends within it.

    Attributes: ``fig``; ``axes``, a list; ``X`` and ``Y``, a list of values a curve.

    Book: 3.6 (sec_softmax_scratch)
    """

    def __init__(self, xlabel=None, ylabel=None, legend=None, xlim=None, ylim=None,
                 xscale='linear', yscale='linear', fmts=FMTS, nrows=1, ncols=1,
                 figsize=(3.5, 2.5)):
        use_svg_display()
        self.fig, axes = plt.subplots(nrows, ncols, figsize=figsize, squeeze=False)
        self.axes = list(axes.flatten())
        self.legend = legend or []
        self.xlabel = xlabel or 'x'
        self._config = dict(xlabel=xlabel, ylabel=ylabel, xlim=xlim, ylim=ylim,
                            xscale=xscale, yscale=yscale)
        self._fmts = cycle(fmts)
        self._lines = []
        self.X, self.Y = [], []
        set_axes(self.axes[0], legend=None, **self._config)

    def add(self, x, y) -> None:
        """Add one point to each curve.

        y: a number or None (no point) for each curve; x: a number for all, or one each.
        """
        y = list(y) if _is_list(y) else [y]
        x = list(x) if _is_list(x) else [x] * len(y)
        if len(x) != len(y):
            raise ValueError(f'x must be one number or as many as y ({len(y)}), '
                             f'got {len(x)}')
        while len(self._lines) < len(y):
            self._new_curve()
        for i, (a, b) in enumerate(zip(x, y)):
            if a is not None and b is not None:
                self.X[i].append(float(a))
                self.Y[i].append(float(b))
                self._lines[i].set_data(self.X[i], self.Y[i])
                show_single_point(self._lines[i])
        self.axes[0].relim()
        self.axes[0].autoscale_view()
        self._keep_in_sight()
        self._report(x[0])

    def _new_curve(self):
        self._lines += self.axes[0].plot([], [], next(self._fmts))
        self.X.append([])
        self.Y.append([])
        if self.legend:  # one label a curve: some are still to come
            self.axes[0].legend(*zip(*zip(self._lines, self.legend)))

    def _keep_in_sight(self):
        """Leave a given ylim as long as a curve ends beyond it."""
        axes, ylim = self.axes[0], self._config['ylim']
        # book: keeps its limits, beyond which a curve is not seen
        if ylim is not None and ylim[0] < ylim[1]:
            is_within = all(ylim[0] <= ys[-1] <= ylim[1] for ys in self.Y if ys)
            axes.set_ylim(ylim if is_within else (None, None), auto=not is_within)
            axes.autoscale_view()

    def _report(self, x):
        if notebook.in_notebook():
            finish(self.fig)
            notebook.redraw(self.fig)
        elif sys.stderr.isatty() and x is not None and float(x).is_integer():
            names = list(self.legend) + [''] * len(self.Y)
            values = ', '.join(f'{name} {ys[-1]:.3g}'.strip()
                               for name, ys in zip(names, self.Y) if ys)
            print(f'{self.xlabel} {float(x):g}: {values}', file=sys.stderr)


def _is_list(a) -> bool:
    """Whether a holds several numbers; an array without axes is one number."""
    return getattr(a, 'ndim', 1) > 0 and hasattr(a, '__len__')
