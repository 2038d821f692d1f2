import numpy as onp
import pytest
from mxnet import np

import d2lmx as d2l


@pytest.fixture
def page(section):
    return section('13.10')


def test_numbers_are_those_that_the_page_prints(page):
    result = page.run()
    for way in ('trans_conv(X, K)', 'Conv2DTranspose'):
        assert result[way] == [[0, 0, 1], [0, 4, 6], [4, 12, 9]]
    assert result['padding=1'] == [[4]]
    assert result['strides=2'] == [[0, 0, 0, 1], [0, 0, 2, 3], [0, 2, 0, 3],
                                   [4, 6, 6, 9]]
    assert result['a convolution and back keeps the shape'] is True


def test_matrices_are_those_that_the_page_prints(page):
    found = page.run()['as matrices']
    assert found['Y'] == [[27, 37], [57, 67]]
    assert found['W'] == [[1, 2, 0, 3, 4, 0, 0, 0, 0], [0, 1, 2, 0, 3, 4, 0, 0, 0],
                          [0, 0, 0, 1, 2, 0, 3, 4, 0], [0, 0, 0, 0, 1, 2, 0, 3, 4]]
    # 27 of K = [[1, 2], [3, 4]] at the upper left, and so on
    assert found['Z'] == [[27, 91, 74], [138, 400, 282], [171, 429, 268]]
    assert found['Y == W X'] is True and found["Z == W' Y"] is True


@pytest.mark.parametrize('shapes', [((3, 4), (2, 2)), ((2, 2), (3, 5)),
                                    ((1, 1), (2, 3)), ((5, 3), (1, 1))])
def test_trans_conv_is_pytorchs(page, torch, shapes):
    rng = onp.random.RandomState(0)
    X, K = (rng.normal(size=shape).astype('float32') for shape in shapes)
    Y = page.trans_conv(np.array(X), np.array(K))
    theirs = torch.nn.functional.conv_transpose2d(
        torch.tensor(X)[None, None], torch.tensor(K)[None, None])[0, 0]
    # float32 sums of up to six products in another order
    onp.testing.assert_allclose(Y.asnumpy(), theirs.numpy(), rtol=1e-5, atol=1e-6)


def test_a_kernels_matrix_is_its_correlation_for_any_numbers(page):
    rng = onp.random.RandomState(1)
    X, K = (np.array(rng.normal(size=size), dtype='float32') for size in ((3, 3), (2, 2)))
    onp.testing.assert_allclose(
        np.dot(page.kernel2matrix(K), X.reshape(-1)).reshape(2, 2).asnumpy(),
        d2l.corr2d(X, K).asnumpy(), rtol=1e-5, atol=1e-6)
