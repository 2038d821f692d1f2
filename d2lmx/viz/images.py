"""Pictures."""
import mxnet as mx
import numpy as onp
from matplotlib import pyplot as plt

from .finish import finish

__all__ = ['show_images', 'picture_grid', 'show_grid', 'enlarged']


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


def picture_grid(images, num_cols: int):
    """Pictures (n, h, w, 3) side by side, row below row, as one; what is left is white.

    Values in [0, 1].

    Ours, for 17.2
    """
    n, h, w, _ = images.shape
    num_rows = -(-n // num_cols)
    places = onp.ones((num_rows * num_cols, h, w, 3), 'float32')
    places[:n] = images
    rows = places.reshape(num_rows, num_cols, h, w, 3).transpose(0, 2, 1, 3, 4)
    return rows.reshape(num_rows * h, num_cols * w, 3)


def show_grid(image) -> None:
    """A figure of a picture (h, w, 3) alone, two dots of its file for each pixel.

    Ours, for 17.2
    """
    height, width, _ = image.shape
    # of the file's 150 an inch
    axes = plt.figure(figsize=(width / 75, height / 75)).add_axes([0, 0, 1, 1])
    axes.imshow(image, interpolation='nearest')
    axes.set_axis_off()


def enlarged(X, side: int, dots: int = 4):
    """Grey pictures (n, side * side) as (n, h, w, 3), so many dots for a pixel's side.

    Ours, for 23.20
    """
    grey = onp.asarray(X).reshape(-1, side, side, 1)
    return grey.repeat(dots, axis=1).repeat(dots, axis=2).repeat(3, axis=3)
