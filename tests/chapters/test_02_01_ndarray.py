import numpy as onp
import pytest


@pytest.fixture
def ndarray(section):
    return section('2.1')


def test_reshape_keeps_the_twelve_elements_in_order(ndarray):
    results = ndarray.getting_started()
    assert results['x.shape'] == (12,) and results['x.size'] == 12
    assert results['X'] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]
    assert sum(results['X'], []) == results['x'] == list(range(12))


def test_constants_fill_every_axis(ndarray):
    results = ndarray.getting_started()
    assert results['np.zeros((2, 3, 4))'] == onp.zeros((2, 3, 4)).tolist()
    assert results['np.ones((2, 3, 4))'] == onp.ones((2, 3, 4)).tolist()


def test_seed_0_draws_the_numbers_printed_in_the_book(ndarray):
    # MXNet starts from seed 0 where nobody sets one, as in the book's notebook
    printed = [[2.2122064, 1.1630787, 0.7740038, 0.4838046],
               [1.0434405, 0.29956347, 1.1839255, 0.15302546],
               [1.8917114, -1.1688148, -1.2347414, 1.5580711]]
    drawn = ndarray.getting_started()['np.random.normal(0, 1, size=(3, 4))']
    onp.testing.assert_allclose(drawn, printed, rtol=1e-6)  # eight digits are printed


def test_operators_act_on_pairs_of_elements(ndarray):
    results = ndarray.elementwise_operations()
    assert results['x + y'] == [3, 4, 6, 10]
    assert results['x - y'] == [-1, 0, 2, 6]
    assert results['x * y'] == [2, 4, 8, 16]
    assert results['x / y'] == [0.5, 1, 2, 4]
    assert results['x ** y'] == [1, 4, 16, 64]
    onp.testing.assert_allclose(results['np.exp(x)'], onp.exp([1, 2, 4, 8]), rtol=1e-6)


def test_joining_adds_up_the_lengths_of_one_axis(ndarray):
    results = ndarray.operations_on_matrices()
    X, Y = onp.arange(12).reshape(3, 4), [[2, 1, 4, 3], [1, 2, 3, 4], [4, 3, 2, 1]]
    assert results['joined along axis 0'] == onp.vstack([X, Y]).tolist()
    assert results['joined along axis 1'] == onp.hstack([X, Y]).tolist()
    assert results['X == Y'] == (X == Y).tolist()
    assert results['X.sum()'] == 66


def test_column_plus_row_is_a_matrix(ndarray):
    assert ndarray.broadcasting() == {'a': [[0], [1], [2]], 'b': [[0, 1]],
                                      'a + b': [[0, 1], [1, 2], [2, 3]]}


def test_writing_by_index_changes_only_what_is_indexed(ndarray):
    results = ndarray.indexing_and_slicing()
    assert results['X[-1]'] == [8, 9, 10, 11]
    assert results['X[1:3]'] == [[4, 5, 6, 7], [8, 9, 10, 11]]
    assert results['X after X[1, 2] = 9'] == [[0, 1, 2, 3], [4, 5, 9, 7],
                                              [8, 9, 10, 11]]
    assert results['X after X[0:2, :] = 12'] == [[12] * 4, [12] * 4, [8, 9, 10, 11]]


def test_only_updates_in_place_keep_the_object(ndarray):
    assert ndarray.saving_memory() == {'same Y after Y = Y + X': False,
                                       'same Z after Z[:] = X + Y': True,
                                       'same X after X += Y': True}


def test_conversion_leads_to_numpy_and_back(ndarray):
    results = ndarray.conversion()
    assert results['type(A)'] == 'numpy.ndarray'
    assert results['type(B)'] == 'mxnet.numpy.ndarray'
    assert results['a.item()'] == results['float(a)'] == 3.5
    assert results['int(a)'] == 3 and type(results['int(a)']) is int
