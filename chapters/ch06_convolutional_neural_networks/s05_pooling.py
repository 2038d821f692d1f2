"""Pooling (汇聚层)

Source: chapter_convolutional-neural-networks/pooling
"""
from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l

SMOKE = dict()


def pool2d(X, pool_size, mode='max'):
    """The largest value, or the mean, of each window of X.

    X (h, w), pool_size (ph, pw), mode 'max' or 'avg' -> (h - ph + 1, w - pw + 1).
    ValueError for another mode and for a window larger than X.
    """
    if mode not in ('max', 'avg'):
        raise ValueError(f"mode must be 'max' or 'avg', got {mode!r}")
    ph, pw = pool_size
    h, w = X.shape[0] - ph + 1, X.shape[1] - pw + 1
    if h < 1 or w < 1:
        raise ValueError(f'the window {pool_size} is larger than the input {X.shape}: '
                         'choose a smaller one')
    windows = np.stack([X[i:i + h, j:j + w] for i in range(ph) for j in range(pw)])
    return windows.max(axis=0) if mode == 'max' else windows.mean(axis=0)


def maximum_and_average():
    """Both kinds of pooling on the page's 3 x 3 numbers."""
    X = np.arange(9).reshape(3, 3)
    return {'maximum': pool2d(X, (2, 2)).tolist(),
            'average': pool2d(X, (2, 2), 'avg').tolist()}


def edge_moved():
    """An edge of section 6.2, and the same a pixel further: their pooled maps."""
    Y = np.array([[0.0, 0.0, 1.0, 0.0, 0.0, 0.0]] * 3)
    moved = np.roll(Y, 1, axis=1)
    return {'pooled': pool2d(Y, (2, 2)).tolist(),
            'pooled, moved': pool2d(moved, (2, 2)).tolist()}


def padding_and_stride(X):
    """Gluon's layer, whose stride is its window unless we say otherwise."""
    layers = {'window 3': nn.MaxPool2D(3),
              'window 3, padding 1, stride 2': nn.MaxPool2D(3, padding=1, strides=2),
              'window (2, 3), padding (1, 2), stride (2, 3)':
                  nn.MaxPool2D((2, 3), padding=(1, 2), strides=(2, 3))}
    return {name: layer(X)[0, 0].tolist() for name, layer in layers.items()}


def multiple_channels(X):
    """Each channel is pooled by itself: as many come out as go in."""
    X = np.concatenate([X, X + 1], axis=1)  # (1, 2, 4, 4)
    return nn.MaxPool2D(3, padding=1, strides=2)(X)[0].tolist()


def run() -> dict:
    X = np.arange(16).reshape(1, 1, 4, 4)
    return {**maximum_and_average(), 'an edge that moves': edge_moved(),
            'X': X[0, 0].tolist(), 'padding and stride': padding_and_stride(X),
            'two channels': multiple_channels(X)}


if __name__ == '__main__':
    d2l.main(run)
