"""Pooling (汇聚层)

Source: chapter_convolutional-neural-networks/pooling
"""
from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l

SMOKE = dict()


def pool2d(X, pool_size, mode='max'):
    """The largest value, or the mean, of each window of X.

    X (h, w), pool_size (p_h, p_w), mode 'max' or 'avg' -> (h - p_h + 1, w - p_w + 1).
    ValueError for another mode and for a window larger than X.
    """
    if mode not in ('max', 'avg'):
        raise ValueError(f"mode must be 'max' or 'avg', got {mode!r}")
    p_h, p_w = pool_size
    if p_h > X.shape[0] or p_w > X.shape[1]:
        raise ValueError(f'the window {pool_size} is larger than the input {X.shape}: '
                         'choose a smaller one')
    Y = np.zeros((X.shape[0] - p_h + 1, X.shape[1] - p_w + 1))
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            window = X[i:i + p_h, j:j + p_w]
            Y[i, j] = window.max() if mode == 'max' else window.mean()
    return Y


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
