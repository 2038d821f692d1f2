"""Matrices as colours."""
import mxnet as mx
import numpy as onp
from matplotlib import pyplot as plt

from .finish import finish
from .lines import use_svg_display

__all__ = ['show_heatmaps']


def show_heatmaps(matrices, xlabel, ylabel, titles=None, figsize=(2.5, 2.5),
                  cmap='Reds'):
    """Draw a grid of matrices as colours, on one scale, row by row.

    matrices (rows, cols, queries, keys), of NumPy or MXNet; titles: one a column.
    ValueError for an array of other than four axes.

    Book: 10.1 (sec_attention-cues)
    """
    use_svg_display()
    if isinstance(matrices, mx.nd.NDArray):
        matrices = matrices.asnumpy()
    matrices = onp.asarray(matrices)
    if matrices.ndim != 4:
        raise ValueError('matrices must have four axes (rows, columns, queries, keys), '
                         f'got shape {matrices.shape}')
    # book: each matrix has its own scale, but the colour bar shows that of the last
    scale = dict(vmin=min(0, matrices.min()), vmax=matrices.max())
    num_rows, num_cols = matrices.shape[:2]
    fig, axes = plt.subplots(num_rows, num_cols, figsize=figsize, sharex=True,
                             sharey=True, squeeze=False)
    for i, (row_axes, row_matrices) in enumerate(zip(axes, matrices)):
        for j, (ax, matrix) in enumerate(zip(row_axes, row_matrices)):
            image = ax.imshow(matrix, cmap=cmap, **scale)
            for axis in (ax.xaxis, ax.yaxis):
                axis.get_major_locator().set_params(integer=True)
            if i == num_rows - 1:
                ax.set_xlabel(xlabel)
            if j == 0:
                ax.set_ylabel(ylabel)
            if titles:
                ax.set_title(titles[j])
    fig.colorbar(image, ax=axes, shrink=0.6)
    finish(fig)
