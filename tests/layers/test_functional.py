"""Functions on arrays against values by hand and PyTorch."""
import numpy as onp
import pytest
from mxnet import autograd, ndarray, np

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
