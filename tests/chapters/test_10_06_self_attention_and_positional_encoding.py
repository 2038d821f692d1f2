import numpy as onp
import pytest


@pytest.fixture
def page(section):
    return section('10.6')


def test_shapes_and_bits_are_those_that_the_book_prints(page):
    result = page.run()
    assert result['self-attention'] == [2, 4, 100]
    assert result['binary'] == ['000', '001', '010', '011', '100', '101', '110', '111']
    assert result['encoding'] == [1, 60, 32]


def test_later_columns_change_more_slowly(page):
    P = page.positions(32, 60)[0].asnumpy()
    turns = (onp.diff(onp.sign(P), axis=0) != 0).sum(axis=0)  # changes of sign
    assert turns[0] > turns[6] >= turns[8] > turns[20]


def test_a_later_position_is_a_rotation_of_an_earlier_one(page):
    P = page.positions(32, 60)
    assert page.turned(P, 5) < 1e-6 and page.turned(P, 17) < 1e-6
    assert page.turned(P + 0.1, 5) > 1e-2  # which is not true of any numbers
