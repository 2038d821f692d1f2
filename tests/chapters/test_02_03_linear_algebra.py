import numpy as onp
import pytest

A = onp.arange(20).reshape(5, 4)


@pytest.fixture
def algebra(section):
    return section('2.3')


def test_scalars_add_multiply_divide_and_exponentiate(algebra):
    assert algebra.scalars() == {'x + y': 5, 'x * y': 6, 'x / y': 1.5, 'x ** y': 9}


def test_length_of_a_vector_is_its_only_axis(algebra):
    assert algebra.vectors() == {'x': [0, 1, 2, 3], 'x[3]': 3, 'len(x)': 4,
                                 'x.shape': (4,)}


def test_transpose_swaps_rows_and_columns(algebra):
    results = algebra.matrices()
    assert results['A.T'] == [list(column) for column in zip(*results['A'])]
    assert onp.shape(results['A.T']) == (4, 5)
    assert onp.all(results['B == B.T'])


def test_a_number_meets_every_element_of_a_tensor(algebra):
    results = algebra.tensors()
    assert results['a + X'] == (2 + onp.arange(24).reshape(2, 3, 4)).tolist()
    assert results['(a * X).shape'] == (2, 3, 4)


def test_hadamard_product_of_a_matrix_with_itself_squares(algebra):
    results = algebra.elementwise_arithmetic()
    assert results['A + B'] == (2 * A).tolist()
    assert results['A * B'] == (A ** 2).tolist()


def test_summing_over_an_axis_removes_it(algebra):
    results = algebra.reduction()
    assert results['A_sum_axis0'] == [40, 45, 50, 55]
    assert results['A_sum_axis0.shape'] == (4,)
    assert results['A_sum_axis1'] == [6, 22, 38, 54, 70]
    assert results['A_sum_axis1.shape'] == (5,)
    assert results['A.sum()'] == results['A.sum(axis=[0, 1])'] == 190
    assert results['x.sum()'] == 6


def test_mean_is_sum_over_count(algebra):
    results = algebra.reduction()
    assert results['A.mean()'] == results['A.sum() / A.size'] == 9.5
    assert results['A.mean(axis=0)'] == [8, 9, 10, 11]
    assert results['A.sum(axis=0) / A.shape[0]'] == [8, 9, 10, 11]


def test_kept_axis_lets_rows_be_divided_by_their_sums(algebra):
    results = algebra.sum_without_reduction()
    assert results['sum_A'] == [[6], [22], [38], [54], [70]]
    onp.testing.assert_allclose(onp.sum(results['A / sum_A'], axis=1), 1, rtol=1e-6)
    assert results['A.cumsum(axis=0)'] == A.cumsum(axis=0).tolist()


def test_products_sum_what_the_factors_share(algebra):
    results = algebra.products()
    assert results['np.dot(x, y)'] == results['np.sum(x * y)'] == 6
    assert results['np.dot(A, x)'] == [14, 38, 62, 86, 110]
    assert results['np.dot(A, B)'] == (A @ onp.ones((4, 3))).tolist()


def test_norms_of_a_vector_and_of_a_matrix(algebra):
    assert list(algebra.norms().values()) == [5, 7, 6]  # of (3, -4), and sqrt(36)
