"""Boxes on pictures."""
import mxnet as mx
import numpy as onp
from matplotlib import pyplot as plt

__all__ = ['bbox_to_rect', 'show_bboxes']

COLORS = ('b', 'g', 'r', 'm', 'c')


def bbox_to_rect(bbox, color):
    """A box as a frame of matplotlib's, to be added to axes: (x1, y1, x2, y2).

    Book: 13.3 (sec_bbox)
    """
    x1, y1, x2, y2 = map(float, bbox)
    return plt.Rectangle(xy=(x1, y1), width=x2 - x1, height=y2 - y1, fill=False,
                         edgecolor=color, linewidth=2)


def show_bboxes(axes, bboxes, labels=None, colors=None) -> None:
    """Draw boxes, with labels in their upper left corners, or next to those outside.

    Parameters
    ----------
    axes
        Those of a picture.
    bboxes
        Corners (n, 4) in the picture's pixels, or a list of such rows.
    labels
        The text of each box, or the only one's; boxes beyond the last have none.
    colors
        Names of colours, or one, taken in turn.

    Book: 13.4 (sec_anchor)
    """
    labels, colors = _as_list(labels, ()), _as_list(colors, COLORS)
    corner = min(axes.get_xlim()), min(axes.get_ylim())  # of the picture
    for i, bbox in enumerate(_rows(bboxes)):
        color = colors[i % len(colors)]
        rect = axes.add_patch(bbox_to_rect(bbox, color))
        if i < len(labels):
            # book: centred on the corner, beyond the picture where that is
            axes.text(*onp.maximum(rect.xy, corner), labels[i], va='top', ha='left',
                      color='k' if color in ('w', 'white') else 'w', fontsize=8,
                      bbox=dict(facecolor=color, linewidth=0, pad=2))


def _as_list(value, default):
    if value is None:
        return default
    return value if isinstance(value, (list, tuple)) else [value]


def _rows(bboxes):
    """Boxes as arrays of NumPy, one a row."""
    if isinstance(bboxes, mx.nd.NDArray):
        return bboxes.asnumpy()
    return [row.asnumpy() if isinstance(row, mx.nd.NDArray) else onp.asarray(row)
            for row in bboxes]
