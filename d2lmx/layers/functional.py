"""Plain functions on arrays."""
from mxnet import autograd, np

from ..runtime.checks import check_arrays

__all__ = ['linreg', 'squared_loss', 'corr2d', 'count_tokens', 'sum_tokens',
           'max_over_time', 'without_gradient', 'mask_like', 'add', 'add_pairs',
           'multiply', 'subtract', 'join', 'squared_norms', 'weigh_channels',
           'weigh_places', 'mean_over_places', 'mean_over_channels']


def linreg(X, w, b):
    """Linear regression: X (batch, d), w (d, 1), b (1,) -> (batch, 1).

    Book: 3.2 (sec_linear_scratch)
    """
    return np.dot(X, w) + b


def squared_loss(y_hat, y):
    """Half the squared error of each element: y_hat (batch, 1) -> (batch, 1).

    y has as many elements, in any shape.

    Book: 3.2 (sec_linear_scratch)
    """
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2


def corr2d(X, K):
    """Two-dimensional cross-correlation of X (h, w) with a kernel K (kh, kw).

    Gives (h - kh + 1, w - kw + 1), differentiable in both. ValueError where X or K
    is not two-dimensional or K is larger than X.

    Book: 6.2 (sec_conv_layer)
    """
    check_arrays(X=X, K=K)
    if X.ndim != 2 or K.ndim != 2:
        raise ValueError(f'X and K must have two axes, got {X.shape} and {K.shape}')
    kh, kw = K.shape
    h, w = X.shape[0] - kh + 1, X.shape[1] - kw + 1
    if h < 1 or w < 1:
        raise ValueError(f'the kernel {K.shape} is larger than the input {X.shape}')
    return sum(K[i, j] * X[i:i + h, j:j + w] for i in range(kh) for j in range(kw))


def add(F, X, Y):
    """X + Y of one shape.

    The gradient of ``+`` looks for axes to sum over; and it does not keep the layout in
    which oneDNN's convolutions work, as this does.

    Ours, for 7.6
    """
    return F.elemwise_add(X.as_nd_ndarray(), Y.as_nd_ndarray()).as_np_ndarray()


def multiply(F, X, Y):
    """X * Y of one shape, for which the reasons are those of `add`.

    Ours, for 10.7
    """
    return F.elemwise_mul(X.as_nd_ndarray(), Y.as_nd_ndarray()).as_np_ndarray()


def subtract(F, X, Y):
    """X - Y of one shape, for which the reasons are those of `add`.

    Ours, for 16.4
    """
    return F.elemwise_sub(X.as_nd_ndarray(), Y.as_nd_ndarray()).as_np_ndarray()


def join(F, *arrays, axis: int = 1):
    """``np.concatenate(arrays, axis)`` of numbers of one type.

    It is oneDNN's, where ``np.concatenate`` is not: it takes half of the time, and what
    convolutions give stays in the layout in which the next ones work.

    Ours, for 7.7
    """
    arrays = [array.as_nd_ndarray() for array in arrays]
    return F.concat(*arrays, dim=axis).as_np_ndarray()


def squared_norms(F, X):
    """The sum of the squares of each row: X (n, d) -> (n, 1).

    A dense layer of ones adds them up, which takes a fifth of the time of a sum over an
    axis, or less.

    Ours, for 16.4
    """
    ones = F.np.ones_like(F.npx.slice(X, begin=(0, None), end=(1, None)))  # (1, d)
    return F.npx.fully_connected(F.np.square(X), ones, num_hidden=1, no_bias=True)


def row_of_ones(F, X):
    """(1, h * w) for X (batch, channels, h, w)."""
    # not one channel at once: sliced out of oneDNN's layout, it ends the process
    one = F.npx.slice(X, begin=(0, None, None, None), end=(1, None, None, None))
    return F.np.ones_like(F.npx.slice(F.npx.reshape(one, (-5, -5)), begin=(0,),
                                      end=(1,)))


def weigh_channels(F, X, s):
    """X (batch, channels, h, w) times s (batch, channels, 1).

    Where a gradient is recorded, numbers are copied by a matrix product, whose gradient
    is one again: with the sums of broadcasting it takes two to five times as long.

    Ours, for 22.7
    """
    if not autograd.is_recording():
        return X * F.np.expand_dims(s, 3)
    copies = F.np.dot(F.npx.reshape(s, (-1, 1)), row_of_ones(F, X))
    return multiply(F, X, F.npx.reshape_like(copies, X))


def weigh_places(F, X, s):
    """X (batch, channels, h, w) times s (batch, 1, h, w).

    As in `weigh_channels`; broadcasting takes three to nine times as long.

    Ours, for 22.7
    """
    if not autograd.is_recording():
        return X * s
    one = F.npx.slice(X, begin=(None, None, 0, 0), end=(None, None, 1, 1))
    copies = F.npx.batch_dot(F.np.ones_like(F.npx.reshape(one, (-2, -2, 1))),
                             F.npx.reshape(s, (-2, -2, -1)))  # (batch, channels, h * w)
    return multiply(F, X, F.npx.reshape_like(copies, X))


def mean_over_places(F, X):
    """Of each channel of X (batch, channels, h, w): (batch, channels, 1).

    Where a gradient is recorded, a matrix product: where channels are few, up to 64 of
    7 x 7 places or 128 of 14 x 14, a convolution with global pooling after it takes
    four to fourteen times as long; where they are many, down to half of the time.

    Ours, for 22.7
    """
    if not autograd.is_recording():
        return F.npx.reshape(F.npx.pooling(X, kernel=(1, 1), global_pool=True,
                                           pool_type='avg'), (-2, -2, 1))
    ones = row_of_ones(F, X)
    means = F.np.dot(F.npx.reshape(X, (-5, -5)), F.np.transpose(ones / F.np.sum(ones)))
    return F.npx.reshape_like(means, X, lhs_begin=0, lhs_end=1, rhs_begin=0, rhs_end=2)


def mean_over_channels(F, X):
    """At each place of X (batch, channels, h, w): (batch, 1, h, w).

    Where a gradient is recorded, a convolution: a sum over an axis takes two to nine
    times as long.

    Ours, for 22.7
    """
    if not autograd.is_recording():
        return F.np.mean(X, axis=1, keepdims=True)
    ones = F.np.ones_like(F.npx.slice(X, begin=(0, None, 0, 0), end=(1, None, 1, 1)))
    return F.npx.convolution(X, ones / F.np.sum(ones), kernel=(1, 1), num_filter=1,
                             no_bias=True)


def add_pairs(F, X, Y):
    """The sum of each row of X (batch, n, d) with each of Y (batch, m, d).

    (batch, n, m, d). Where a gradient is recorded, rows are copied by matrix products,
    whose gradients are products again: the sums of broadcasting's take twice as long as
    all of it.

    Ours, for 10.3
    """
    if not autograd.is_recording():
        return F.np.expand_dims(X, 2) + F.np.expand_dims(Y, 1)
    n, m = (F.np.ones_like(F.npx.slice(Z, begin=(None, None, 0), end=(None, None, 1)))
            for Z in (X, Y))                                         # (b, n or m, 1)
    m = F.npx.reshape(F.npx.batch_dot(n, m, transpose_b=True), (-5, -2, 1))
    of_X = F.npx.batch_dot(m, F.npx.reshape(X, (-5, -6, 1, -1)))     # (b * n, m, d)
    of_Y = F.npx.batch_dot(n, F.npx.reshape(Y, (-2, 1, -1)))         # (b, n, m * d)
    return F.npx.reshape_like(add(F, of_X, F.npx.reshape_like(of_Y, of_X)), X,
                              lhs_begin=0, lhs_end=1, rhs_begin=0, rhs_end=2)


def count_tokens(F, X, pad: int):
    """How many tokens stand before the padding at the end of each row, as float32.

    X (batch, steps), numbers of tokens, where `pad` is that of '<pad>' -> (batch,).

    Ours, for 15.2
    """
    is_token = (X != pad).astype('float32')
    places = F.np.expand_dims(F.npx.arange_like(is_token, axis=1) + 1, axis=0)
    return F.np.max(is_token * places, axis=1)


def sum_tokens(F, X):
    """The sum over the tokens of X (batch, tokens, d): (batch, d).

    A matrix product, in a tenth of the time that np.sum and its gradient take.

    Ours, for 15.5
    """
    ones = F.np.ones_like(F.npx.slice(X, begin=(None, None, 0), end=(None, None, 1)))
    return F.np.squeeze(F.npx.batch_dot(ones, X, transpose_a=True), axis=1)


def max_over_time(F, X):
    """The largest value of each channel of X (batch, channels, steps): as (batch,
    channels).

    Picked by its place, in a tenth of the time that a pooling layer and its gradient
    take. The gradient goes to the first of equal values.

    Ours, for 15.3
    """
    return F.npx.pick(X, F.np.argmax(X, axis=2), axis=2)


def without_gradient(F, X):
    """X, such as lengths, of which no gradient is wanted.

    A compiled block whose output is such an input as it came cannot go backward, and
    MXNet's sequence_mask leaves what memory held for the gradient of lengths.

    Ours, for 10.7
    """
    return F.BlockGrad(X.as_nd_ndarray()).as_np_ndarray()


def mask_like(F, mask, X):
    """A mask without a gradient, to be added to X or multiplied by it.

    Where a gradient is recorded, in the shape of X, to which it must broadcast: the
    gradients of broadcasting, to X too, are sums that take ten times as long.

    Ours, for 10.3
    """
    if not autograd.is_recording():
        return mask
    return without_gradient(F, mask + F.np.zeros_like(X))
