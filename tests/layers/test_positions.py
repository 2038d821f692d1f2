import mxnet as mx
import numpy as onp
import pytest
from mxnet import autograd, ndarray, np

import d2lmx as d2l


def test_positions_by_the_formula():
    P = d2l.PositionalEncoding(5, 0, max_len=40).P  # an odd number of columns too
    for i, j in onp.ndindex(40, 5):
        angle = i / 10000 ** (j // 2 * 2 / 5)
        expected = onp.sin(angle) if j % 2 == 0 else onp.cos(angle)
        assert P[0, i, j].item() == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize('num_earlier', [None, 0, 4])
def test_positional_encoding_keeps_the_contract(num_earlier):
    X = np.random.normal(size=(2, 3, 6))
    earlier = () if num_earlier is None else (np.ones((2, num_earlier, 6)),)
    d2l.check_hybrid_block(lambda: d2l.PositionalEncoding(6, 0.1), (X, *earlier))


@pytest.mark.parametrize('active', [False, True])
def test_positions_go_on_after_earlier_steps(active):
    net = d2l.PositionalEncoding(6, 0, max_len=9)
    net.initialize()
    net.hybridize(active)
    for num_earlier in (0, 4, 6):
        Y = net(np.zeros((2, 3, 6)), np.ones((2, num_earlier, 6)))
        onp.testing.assert_array_equal(
            Y[1].asnumpy(), net.P[0, num_earlier:num_earlier + 3].asnumpy())
    # and no clipping to the last one
    with pytest.raises(mx.MXNetError, match='exceeds limit|slice_like'):
        net(np.zeros((2, 3, 6)), np.ones((2, 7, 6))).asnumpy()


def test_add_steps_adds_each_step_s_own_numbers_to_every_example():
    x, p = onp.arange(12).reshape(2, 3, 2), onp.array([[[10, 20], [30, 40], [50, 60]]])
    X, P = np.array(x, dtype='float32'), np.array(p, dtype='float32')
    X.attach_grad()
    P.attach_grad()
    with autograd.record():
        Y = d2l.add_steps(ndarray, X, P)
        l = (Y ** 2).sum()
    l.backward()
    assert Y.tolist() == d2l.add_steps(ndarray, X, P).tolist() == (x + p).tolist()
    assert X.grad.tolist() == (2 * (x + p)).tolist()
    assert P.grad.tolist() == (2 * (x + p)).sum(axis=0, keepdims=True).tolist()
