"""What makes a figure readable, whoever drew it."""
from matplotlib.ticker import AutoLocator, MaxNLocator

from . import fonts, legends


def finish(fig) -> None:
    """No legend covers a curve, each character has a font that shows it, and numbers
    stand at whole epochs alone."""
    for axes in fig.axes:
        # others were chosen
        if axes.get_xlabel() == 'epoch' and isinstance(axes.xaxis.get_major_locator(),
                                                       AutoLocator):
            axes.xaxis.set_major_locator(MaxNLocator(
                'auto', steps=[1, 2, 5, 10], integer=True, min_n_ticks=1))
    fonts.complete(fig)
    legends.clear(fig)
