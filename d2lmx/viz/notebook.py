"""Whether Jupyter is there, and what only Jupyter can do; works without IPython."""
import sys


def in_notebook() -> bool:
    """Whether this process is a Jupyter kernel."""
    ipython = sys.modules.get('IPython')
    shell = ipython.get_ipython() if ipython else None
    return shell is not None and hasattr(shell, 'kernel')


def use_svg() -> None:
    """Ask the notebook for SVG figures."""
    from matplotlib_inline.backend_inline import set_matplotlib_formats
    set_matplotlib_formats('svg')


def redraw(fig) -> None:
    """Show the figure in place of the cell's output so far."""
    from IPython import display
    display.display(fig)
    display.clear_output(wait=True)
