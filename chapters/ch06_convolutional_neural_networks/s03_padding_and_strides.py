"""Padding and stride (填充和步幅)

Source: chapter_convolutional-neural-networks/padding-and-strides
"""
from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l

SMOKE = dict()

# the page's layers, in its order; padding is counted on each side
LAYERS = (dict(kernel_size=3, padding=1),
          dict(kernel_size=(5, 3), padding=(2, 1)),
          dict(kernel_size=3, padding=1, strides=2),
          dict(kernel_size=(3, 5), padding=(0, 1), strides=(3, 4)))


def comp_conv2d(conv2d, X):
    """What a fresh convolutional layer makes of X (h, w), without batch and channel."""
    conv2d.initialize()
    return conv2d(X.reshape(1, 1, *X.shape))[0, 0]


def output_size(n, k, p=0, s=1):
    """What kernel size k, p of padding in all and stride s leave of n elements."""
    return (n - k + p + s) // s


def deep_convolution(n, k, num_layers):
    """What num_layers layers of kernel size k, without padding, leave of n pixels."""
    for _ in range(num_layers):
        n = output_size(n, k)
    return n


def run() -> dict:
    X = np.random.uniform(size=(8, 8))
    shapes = {', '.join(f'{name} {value}' for name, value in options.items()):
              list(comp_conv2d(nn.Conv2D(1, **options), X).shape) for options in LAYERS}
    return {'240 pixels after ten 5 x 5 layers': deep_convolution(240, 5, 10),
            'output shapes': shapes}


if __name__ == '__main__':
    d2l.main(run)
