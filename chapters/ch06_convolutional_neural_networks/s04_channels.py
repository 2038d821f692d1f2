"""Multiple input and multiple output channels (多输入多输出通道)

Source: chapter_convolutional-neural-networks/channels
"""
from mxnet import np

import d2lmx as d2l

SMOKE = dict()


def corr2d_multi_in(X, K):
    """The sum over channels. X (c_i, h, w), K (c_i, kh, kw) -> one channel."""
    return sum(d2l.corr2d(x, k) for x, k in zip(X, K))


def corr2d_multi_in_out(X, K):
    """A kernel for each output. X (c_i, h, w), K (c_o, c_i, kh, kw) -> c_o channels."""
    return np.stack([corr2d_multi_in(X, k) for k in K])


def corr2d_multi_in_out_1x1(X, K):
    """A dense layer over the channels of each pixel.

    X (c_i, h, w), K (c_o, c_i, 1, 1) -> (c_o, h, w)
    """
    c_i, h, w = X.shape
    c_o = K.shape[0]
    Y = np.dot(K.reshape(c_o, c_i), X.reshape(c_i, h * w))  # (c_o, h * w)
    return Y.reshape(c_o, h, w)


def example():
    """The page's X (2, 3, 3) and K (2, 2, 2)."""
    X, K = np.arange(9).reshape(3, 3), np.arange(4).reshape(2, 2)
    return np.stack([X, X + 1]), np.stack([K, K + 1])


def multiple_outputs():
    """Three output channels, from the kernels K, K + 1 and K + 2."""
    X, K = example()
    K = np.stack([K, K + 1, K + 2])
    return {'shape of K': list(K.shape), 'Y': corr2d_multi_in_out(X, K).tolist()}


def one_by_one():
    """The 1 x 1 convolution in two ways: the sum of all absolute differences."""
    X = np.random.normal(0, 1, (3, 3, 3))
    K = np.random.normal(0, 1, (2, 3, 1, 1))
    Y1, Y2 = corr2d_multi_in_out_1x1(X, K), corr2d_multi_in_out(X, K)
    return float(np.abs(Y1 - Y2).sum())


def run() -> dict:
    return {'multiple input channels': corr2d_multi_in(*example()).tolist(),
            'multiple output channels': multiple_outputs(),
            '1 x 1 convolution, difference from a dense layer': one_by_one()}


if __name__ == '__main__':
    d2l.main(run)
