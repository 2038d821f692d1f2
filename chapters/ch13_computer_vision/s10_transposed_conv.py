"""Transposed convolution (转置卷积)

Source: chapter_computer-vision/transposed-conv
"""
from mxnet import init, np
from mxnet.gluon import nn

import d2lmx as d2l

SMOKE = dict()


def trans_conv(X, K):
    """Y (h + kh - 1, w + kw - 1): each element of X (h, w) brings in K (kh, kw)."""
    h, w = X.shape
    Y = np.zeros((h + K.shape[0] - 1, w + K.shape[1] - 1))
    # book: loops over the elements of X, of which there are more than of K
    for i in range(K.shape[0]):
        for j in range(K.shape[1]):
            Y[i: i + h, j: j + w] += X * K[i, j]
    return Y


def kernel2matrix(K):
    """W (4, 9): W times X (3, 3), as a vector, is X's correlation with K (2, 2)."""
    k, W = np.zeros(5), np.zeros((4, 9))
    k[:2], k[3:] = K[0, :], K[1, :]  # a row of X has three elements
    for row, start in enumerate((0, 1, 3, 4)):
        W[row, start:start + 5] = k
    return W


def build_net():
    """A convolution and its way back. X (batch, 10, h, w) -> (batch, 10, h, w) for h
    and w of 3 n + 1."""
    net = nn.HybridSequential()
    net.add(nn.Conv2D(20, kernel_size=5, padding=2, strides=3),
            nn.Conv2DTranspose(10, kernel_size=5, padding=2, strides=3))
    return net


def example_inputs(batch_size=2, size=16):
    return (np.random.uniform(size=(batch_size, 10, size, size)),)


def layer(X, K, **options):
    """What Gluon's layer makes of X (h, w) with the kernel K."""
    tconv = nn.Conv2DTranspose(1, kernel_size=K.shape, use_bias=False, **options)
    tconv.initialize(init.Constant(K.reshape(1, 1, *K.shape)))
    return tconv(X.reshape(1, 1, *X.shape))[0, 0]


def basic_operation():
    """The page's example, by hand and by Gluon's layer, with padding and strides."""
    X = np.array([[0.0, 1.0], [2.0, 3.0]])
    K = np.array([[0.0, 1.0], [2.0, 3.0]])
    return {'trans_conv(X, K)': trans_conv(X, K).tolist(),
            'Conv2DTranspose': layer(X, K).tolist(),
            'padding=1': layer(X, K, padding=1).tolist(),
            'strides=2': layer(X, K, strides=2).tolist()}


def back_to_its_shape():
    """Whether a transposed convolution gives the shape that a convolution had."""
    net, (X,) = build_net(), example_inputs(batch_size=1)
    net.initialize()
    return net(X).shape == X.shape


def as_matrices():
    """Correlation as a product with W, and the transposed one with W's transpose."""
    X = np.arange(9.0).reshape(3, 3)
    K = np.array([[1.0, 2.0], [3.0, 4.0]])
    Y, W = d2l.corr2d(X, K), kernel2matrix(K)
    Z = trans_conv(Y, K)
    return {'Y': Y.tolist(), 'W': W.tolist(), 'Z': Z.tolist(),
            'Y == W X': bool((Y == np.dot(W, X.reshape(-1)).reshape(2, 2)).all()),
            "Z == W' Y": bool((Z == np.dot(W.T, Y.reshape(-1)).reshape(3, 3)).all())}


def run() -> dict:
    return {**basic_operation(), 'a convolution and back keeps the shape':
            back_to_its_shape(), 'as matrices': as_matrices()}


if __name__ == '__main__':
    d2l.main(run)
