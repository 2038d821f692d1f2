import pytest


def test_ten_steps_end_where_the_book_prints(section):
    page = section('11.3')
    # 10 (1 - 2 eta)^10 too
    assert page.one_dimension() == pytest.approx({
        'eta = 0.2': .060466, 'eta = 0.05': 3.486784, 'eta = 1.1': 61.917364}, rel=1e-5)
    assert page.local_minimum() == pytest.approx(-1.528166, rel=1e-5)


def test_twenty_steps_in_two_dimensions_end_where_the_book_prints(section, capsys):
    # 5 * 0.8^20 and 2 * 0.6^20
    assert section('11.3').many_dimensions() == pytest.approx(
        [-5 * .8 ** 20, -2 * .6 ** 20])
    assert capsys.readouterr().out == 'epoch 20, x1: -0.057646, x2: -0.000073\n'


def test_newtons_method_ends_where_the_book_prints(section):
    ends = section('11.3').newtons_method()
    assert ends['cosh(cx)'] == pytest.approx(0, abs=1e-6)
    assert ends['x cos(cx), eta = 1'] == pytest.approx(26.83413291324767, rel=1e-9)
    assert ends['x cos(cx), eta = 0.5'] == pytest.approx(7.269860168684531, rel=1e-9)


def test_preconditioning_shrinks_both_errors_alike(section, capsys):
    ends = section('11.3').preconditioning(eta=.45, steps=10)
    assert ends['preconditioned'] == pytest.approx([-5 * .55 ** 10, -2 * .55 ** 10])
    assert ends['plain'] == pytest.approx([-5 * .91 ** 10, -2 * .8 ** 10])
