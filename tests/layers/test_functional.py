"""Functions on arrays against values by hand and PyTorch."""
import numpy as onp
import pytest
from mxnet import autograd, ndarray, np
from mxnet.gluon import nn

import d2lmx as d2l


def test_linreg_is_a_weighted_sum_and_an_offset():
    y_hat = d2l.linreg(np.array([[1., 2.], [3., 4.], [5., 6.]]),
                       np.array([[10.], [1.]]), np.array([.5]))
    assert y_hat.tolist() == [[12.5], [34.5], [56.5]]


def test_squared_loss_pairs_a_column_with_a_flat_array():
    # subtracted as they are, (3, 1) and (3,) would give nine differences
    l = d2l.squared_loss(np.array([[1.], [2.], [4.]]), np.array([1., 4., 0.]))
    assert l.tolist() == [[0], [2], [8]]


def test_corr2d_gives_the_sum_of_each_window():
    X, K = np.arange(12).reshape(3, 4), np.array([[1., 0., 2.], [0., 1., 0.]])
    # the first window: 0 * 1 + 2 * 2 + 5 * 1
    assert d2l.corr2d(X, K).tolist() == [[9, 13], [25, 29]]


def test_corr2d_and_its_gradients_equal_pytorch(torch):
    rng = onp.random.RandomState(0)
    x, k = rng.randn(5, 7).astype('float32'), rng.randn(2, 3).astype('float32')
    X, K = np.array(x), np.array(k)
    for array in (X, K):
        array.attach_grad()
    with autograd.record():
        Y = d2l.corr2d(X, K)
        l = (Y ** 2).sum()
    l.backward()
    tx, tk = (torch.tensor(a, requires_grad=True) for a in (x, k))
    ty = torch.nn.functional.conv2d(tx[None, None], tk[None, None])[0, 0]
    (ty ** 2).sum().backward()
    for ours, theirs in ((Y, ty), (X.grad, tx.grad), (K.grad, tk.grad)):
        # six products of float32 an element, summed in another order
        onp.testing.assert_allclose(ours.asnumpy(), theirs.detach().numpy(), rtol=1e-4,
                                    atol=1e-5)


@pytest.mark.parametrize('x,k,reason', [
    ((2, 2), (3, 1), r'kernel \(3, 1\) is larger'), ((2, 5), (1, 6), 'is larger'),
    ((2, 2, 2), (1, 1), 'two axes'), ((2, 2), (2,), 'two axes')])
def test_corr2d_refuses_what_does_not_fit(x, k, reason):
    with pytest.raises(ValueError, match=reason):
        d2l.corr2d(np.ones(x), np.ones(k))


@pytest.mark.parametrize('dtype', ['int32', 'float32'])
def test_tokens_are_counted_up_to_the_padding_at_the_end(dtype):
    # a word that is called <pad> may stand within a text
    X = np.array([[7, 1, 8, 1, 1], [2, 3, 4, 5, 6], [1, 1, 1, 1, 1]], dtype=dtype)
    assert d2l.count_tokens(ndarray, X, 1).tolist() == [3, 5, 0]


def trained_and_predicted(function, *arrays):
    """The outputs of function(ndarray, *arrays) in training and out of it, and the
    gradient by the last array of the sum of the output's squares."""
    arrays = [np.array(a) for a in arrays]
    arrays[-1].attach_grad()
    with autograd.record():
        Y = function(ndarray, *arrays)
        l = (Y ** 2).sum()
    l.backward()
    return Y.asnumpy(), function(ndarray, *arrays).asnumpy(), arrays[-1].grad.asnumpy()


def test_sum_tokens_adds_up_the_second_axis():
    x = onp.arange(24, dtype='float32').reshape(2, 3, 4)
    trained, predicted, grad = trained_and_predicted(d2l.sum_tokens, x)
    assert (trained == x.sum(axis=1)).all() and (predicted == trained).all()
    assert (grad == 2 * x.sum(axis=1, keepdims=True) + 0 * x).all()


def test_max_over_time_takes_the_first_of_the_largest_of_each_channel():
    x = onp.array([[[1, 5, 5], [3, -2, 0]], [[-4, -3, -9], [0, 0, 0]]], 'float32')
    trained, predicted, grad = trained_and_predicted(d2l.max_over_time, x)
    assert trained.tolist() == predicted.tolist() == [[5, 3], [-3, 0]]
    assert grad.tolist() == [[[0, 10, 0], [6, 0, 0]], [[0, -6, 0], [0, 0, 0]]]


@pytest.mark.parametrize('n', [1, 3])
def test_each_row_is_added_to_each_of_the_other_array(n):
    rng = onp.random.RandomState(0)
    x, y = rng.randn(2, n, 5).astype('float32'), rng.randn(2, 4, 5).astype('float32')
    sums = x[:, :, None] + y[:, None]  # (2, n, 4, 5), a single addition each
    for order in (1, -1):  # the gradient by either
        trained, predicted, grad = trained_and_predicted(
            lambda F, *arrays: d2l.add_pairs(F, *arrays[::order]), *(x, y)[::order])
        assert (trained == sums).all() and (predicted == sums).all()
        # up to four numbers of ten at most, added in another order
        onp.testing.assert_allclose(grad, 2 * sums.sum(axis=1 if order == 1 else 2),
                                    rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize('weigh, shape, wide', [
    (d2l.weigh_channels, (2, 3, 1), (2, 3, 1, 1)),
    (d2l.weigh_places, (2, 1, 4, 5), (2, 1, 4, 5))])
def test_maps_are_weighed_as_by_broadcasting_and_gradients_are_pytorchs(
        weigh, shape, wide, torch):
    rng = onp.random.RandomState(0)
    x, s = rng.randn(2, 3, 4, 5).astype('float32'), rng.randn(*shape).astype('float32')
    tx, ts = (torch.tensor(a, requires_grad=True) for a in (x, s.reshape(wide)))
    ((tx * ts) ** 2).sum().backward()
    for order, theirs in ((1, ts), (-1, tx)):  # the gradient by either
        trained, predicted, grad = trained_and_predicted(
            lambda F, *arrays: weigh(F, *arrays[::order]), *(x, s)[::order])
        assert (trained == x * s.reshape(wide)).all() and (predicted == trained).all()
        # up to 20 numbers of ten at most, added in another order
        onp.testing.assert_allclose(grad, theirs.grad.numpy().reshape(grad.shape),
                                    rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize('mean, axes', [(d2l.mean_over_places, (2, 3)),
                                        (d2l.mean_over_channels, 1)])
def test_means_of_maps_are_numpys(mean, axes):
    x = onp.random.RandomState(0).randn(2, 3, 4, 5).astype('float32')
    trained, predicted, grad = trained_and_predicted(mean, x)
    expected = x.mean(axis=axes, keepdims=True)
    count = x.size // expected.size
    for found in (trained, predicted):
        assert found.ndim == (3 if axes == (2, 3) else 4)
        # sums of 20 numbers of 3 at most, in another order
        onp.testing.assert_allclose(found.ravel(), expected.ravel(), rtol=1e-5,
                                    atol=1e-6)
    onp.testing.assert_allclose(grad, 2 * expected / count + 0 * x, rtol=1e-5,
                                atol=1e-6)


@pytest.mark.parametrize('shape', [(2, 1, 4), (2, 3, 1), (2, 3, 4)], ids=str)
@pytest.mark.parametrize('mode', ['plus', 'times'])
def test_mask_like_gives_what_broadcasting_gives(shape, mode):
    rng = onp.random.RandomState(0)
    mask, x = rng.rand(*shape).astype('float32'), rng.randn(2, 3, 4).astype('float32')

    def function(F, mask, X):
        mask = d2l.mask_like(F, mask, X)
        return X + mask if mode == 'plus' else X * mask

    trained, predicted, grad = trained_and_predicted(function, mask, x)
    y = x + mask if mode == 'plus' else x * mask
    assert (trained == y).all() and (predicted == y).all()
    assert onp.allclose(grad, 2 * y * (1 if mode == 'plus' else mask))


def test_mask_like_gives_masks_no_gradient():
    mask, X = np.ones((2, 1)), np.ones((2, 3))
    mask.attach_grad()
    X.attach_grad()
    with autograd.record():
        l = (X * d2l.mask_like(ndarray, mask, X)).sum()
    l.backward()
    assert X.grad.sum() == 6 and mask.grad.sum() == 0


@pytest.mark.parametrize('shapes, axis', [
    ([(3, 2), (3, 5)], 1), ([(2, 3, 4), (2, 3, 1), (2, 3, 2)], 2),
    ([(2, 3, 5, 5), (2, 16, 5, 5), (2, 17, 5, 5)], 1)])
def test_arrays_are_joined_as_numpy_does_with_their_slopes(shapes, axis):
    arrays = [np.random.normal(size=shape) for shape in shapes]
    for array in arrays:
        array.attach_grad()
    with autograd.record():
        Y = d2l.join(ndarray, *arrays, axis=axis)
        l = (Y * np.arange(Y.size).reshape(Y.shape)).sum()
    l.backward()
    values = [array.asnumpy() for array in arrays]
    onp.testing.assert_array_equal(Y.asnumpy(), onp.concatenate(values, axis))
    ends = onp.cumsum([shape[axis] for shape in shapes])[:-1]
    slopes = onp.split(onp.arange(Y.size).reshape(Y.shape), ends, axis)
    for array, slope in zip(arrays, slopes):
        onp.testing.assert_array_equal(array.grad.asnumpy(), slope)


def test_what_convolutions_give_is_joined_in_their_layout_as_numpy_does(torch):
    # oneDNN's layout has channels in blocks of 8 or 16, which 24 and 5 do not fill
    X = np.random.normal(size=(2, 3, 9, 7))
    weights = [np.random.normal(size=(n, 3, 3, 3)) for n in (16, 24, 5)]
    last = np.random.normal(size=(4, 45, 3, 3))

    class Net(nn.HybridBlock):
        def hybrid_forward(self, F, X, last, *weights):
            maps = [F.npx.convolution(X, w, kernel=(3, 3), num_filter=w_n, no_bias=True)
                    for w, w_n in zip(weights, (16, 24, 5))]
            Y = F.npx.pooling(d2l.join(F, *maps), kernel=(2, 2), pool_type='max')
            return F.npx.convolution(Y, last, kernel=(3, 3), num_filter=4, no_bias=True)

    net = Net()
    net.hybridize(static_alloc=True, static_shape=True)
    arrays = [X, last, *weights]
    for array in arrays:
        array.attach_grad()
    for _ in range(2):
        with autograd.record():
            Y = net(*arrays)
        Y.backward()
    theirs = [torch.tensor(array.asnumpy(), requires_grad=True) for array in arrays]
    x, end, *ws = theirs
    conv = torch.nn.functional.conv2d
    y = conv(torch.nn.functional.max_pool2d(
        torch.cat([conv(x, w) for w in ws], 1), 2, stride=1), end)
    y.sum().backward()
    # sums of up to 3,645 products of numbers around 1 to 30
    onp.testing.assert_allclose(Y.asnumpy(), y.detach().numpy(), rtol=1e-4, atol=1e-2)
    for array, tensor in zip(arrays, theirs):
        onp.testing.assert_allclose(array.grad.asnumpy(), tensor.grad.numpy(),
                                    rtol=1e-4, atol=1e-2)


def test_squares_of_each_row_are_added_up_with_their_slopes():
    X = np.array([[1., -2, 3], [0, .5, -4]])
    X.attach_grad()
    with autograd.record():
        Y = d2l.squared_norms(ndarray, X)
    Y.backward()
    assert Y.tolist() == [[14], [16.25]]
    assert X.grad.tolist() == [[2, -4, 6], [0, 1, -8]]


def test_arrays_of_one_shape_are_subtracted_with_their_slopes():
    X, Y = np.array([[5., 1]]), np.array([[2., 4]])
    for array in (X, Y):
        array.attach_grad()
    with autograd.record():
        Z = d2l.subtract(ndarray, X, Y)
    Z.backward()
    assert Z.tolist() == [[3, -3]]
    assert X.grad.tolist() == [[1, 1]] and Y.grad.tolist() == [[-1, -1]]
