import numpy as onp
import pytest
from mxnet import np


def test_one_product_of_joined_matrices_equals_the_sum_of_two(section):
    result = section('8.4').run()
    assert onp.shape(result['one product']) == (3, 4)
    onp.testing.assert_allclose(result['one product'], result['two products'],
                                rtol=1e-4, atol=1e-6)


def test_perplexity_is_the_number_of_equally_likely_choices(section):
    page = section('8.4')
    assert page.perplexities()['every token alike'] == pytest.approx(28, rel=1e-5)
    assert page.perplexities()['right'] == pytest.approx(1, abs=1e-5)
    # odds 1 : 3 for the right one of two: p = 3/4 and 1/4, exp of the mean of -log p
    scores = np.log(np.array([[1.0, 3.0], [1.0, 3.0]]))
    assert page.perplexity(scores, np.array([1, 0])) == pytest.approx(
        (4 / 3 * 4) ** 0.5, rel=1e-5)
