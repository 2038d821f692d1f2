"""Pictures."""
import mxnet as mx
from matplotlib import pyplot as plt

from .finish import finish

__all__ = ['show_images']


def show_images(imgs, num_rows: int, num_cols: int, titles=None, scale: float = 1.5):
    """Draw images in a grid of num_rows x num_cols; returns its axes, flattened.

    imgs: arrays (h, w) or (h, w, 3), values in [0, 1] or uint8. Images beyond the grid
    are left out, unused places stay empty. titles: one an image. scale: inches a place.

    Book: 3.5 (sec_fashion_mnist)
    """
    _, axes = plt.subplots(num_rows, num_cols, squeeze=False,
                           figsize=(num_cols * scale, num_rows * scale))
    axes = axes.flatten()
    for ax in axes:
        ax.set_axis_off()
    for i, (ax, img) in enumerate(zip(axes, imgs)):
        ax.imshow(img.asnumpy() if isinstance(img, mx.nd.NDArray) else img)
        if titles is not None:
            ax.set_title(titles[i], fontsize='small')
    finish(axes[0].figure)
    return axes
