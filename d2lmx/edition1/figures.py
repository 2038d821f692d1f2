"""Figures as the first edition spells them."""
from matplotlib import pyplot as plt

from ..errors import InputError
from ..viz import boxes, lines, traces
from ..viz.images import show_images as draw_images

__all__ = ['bbox_to_rect', 'semilogy', 'set_figsize', 'show_bboxes',
           'show_fashion_mnist', 'show_images', 'show_trace_2d', 'use_svg_display']


def use_svg_display() -> None:
    """Use SVG figures in Jupyter; nothing elsewhere.

    Edition 1: 3.2
    """
    # edition 1: by a function of IPython.display, which IPython 9 has no more
    lines.use_svg_display()


def set_figsize(figsize=(3.5, 2.5)) -> None:
    """Set the size, in inches, of the figures to come.

    Edition 1: 3.2
    """
    lines.set_figsize(figsize)


def semilogy(x_vals, y_vals, x_label, y_label, x2_vals=None, y2_vals=None, legend=None,
             figsize=(3.5, 2.5)) -> None:
    """Show a curve with a logarithmic axis y, and perhaps a second one, dotted.

    x_vals, y_vals: as many numbers, as x2_vals, y2_vals are, else ValueError.
    legend: the names of the curves. figsize: inches.

    Edition 1: 3.11
    """
    curves = [(x_vals, y_vals), (x2_vals, y2_vals)][:1 + (y2_vals is not None)]
    if (x2_vals is None) != (y2_vals is None):
        raise InputError('x2_vals and y2_vals make the second curve together: give '
                         'both or neither')
    X, Y = zip(*curves)
    lines.plot(X, Y, x_label, y_label, legend=legend, yscale='log', fmts=('-', ':'),
               figsize=figsize)
    plt.show()


def show_images(imgs, num_rows: int, num_cols: int, scale: float = 2):
    """Draw pictures in a grid; returns its axes, an array (num_rows, num_cols).

    imgs: arrays (h, w) or (h, w, 3), values in [0, 1] or uint8. Pictures beyond the
    grid are left out, unused places stay empty. scale: inches a place.

    Edition 1: 9.1
    """
    # edition 1: its array has one axis where there is one row or column, and it raises
    axes = draw_images(imgs, num_rows, num_cols, scale=scale)
    return axes.reshape(num_rows, num_cols)


def show_fashion_mnist(images, labels) -> None:
    """Draw pictures of 28 x 28 pixels, in whatever shape, in a row under their labels.

    InputError for another number of labels than of pictures.

    Edition 1: 3.5
    """
    if len(images) != len(labels):
        raise InputError(f'there must be one label a picture, got {len(images)} '
                         f'pictures and {len(labels)} labels')
    axes = draw_images([image.reshape((28, 28)) for image in images], 1, len(images),
                       titles=labels, scale=1.2)
    axes[0].figure.set_figheight(2)  # inches: 3.6 has titles of two lines


def show_trace_2d(f, res):
    """Draw the points (x1, x2) of res over the contours of f; returns the axes.

    f takes two arrays of NumPy's of one shape, on [-5.5, 1] x [-3, 1], or further where
    the points leave it. res: pairs of numbers, such as `train_2d` returns.

    Edition 1: 7.2
    """
    # edition 1: 7.2 itself calls the second argument `results`, and no page says either
    return traces.draw_trace(f, res)


def bbox_to_rect(bbox, color):
    """A box as a frame of matplotlib's, to be added to axes: (x1, y1, x2, y2).

    Edition 1: 9.3
    """
    return boxes.bbox_to_rect(bbox, color)


def show_bboxes(axes, bboxes, labels=None, colors=None) -> None:
    """Draw boxes, with labels in their upper left corners, or next to those outside.

    axes: those of a picture. bboxes: corners (n, 4) in its pixels, or a list of such
    rows. labels: the text of each box, or the only one's. colors: names, or one, taken
    in turn; without them blue, green, red, magenta and cyan.

    Edition 1: 9.4
    """
    # edition 1: the fifth colour is cyan on the page, and black in its package
    boxes.show_bboxes(axes, bboxes, labels, colors)
