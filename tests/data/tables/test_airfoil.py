"""The airfoil table: batches, standardization, and files that are no such table."""
import numpy as onp
import pytest

import d2lmx as d2l
from d2lmx.files import hub


def test_a_pass_gives_each_of_the_first_n_rows_once_standardized(monkeypatch):
    data_iter, feature_dim = d2l.get_data_ch11(batch_size=400, n=1000)
    assert feature_dim == 5 and [len(X) for X, _ in data_iter] == [400, 400, 200]
    table = onp.genfromtxt(d2l.download('airfoil'), delimiter='\t')
    table = (table - table.mean(axis=0)) / table.std(axis=0)
    batches = list(data_iter)
    rows = onp.concatenate([onp.column_stack([X.asnumpy(), y.asnumpy()])
                            for X, y in batches])
    order = onp.lexsort(rows.T)
    wanted = table[:1000][onp.lexsort(table[:1000].T.astype('float32'))]
    onp.testing.assert_allclose(rows[order], wanted, atol=1e-4)  # float32
    assert not onp.array_equal(rows, batches_again(data_iter))


def batches_again(data_iter):
    return onp.concatenate([onp.column_stack([X.asnumpy(), y.asnumpy()])
                            for X, y in data_iter])


def test_all_rows_may_be_asked_for_but_no_more():
    assert sum(len(X) for X, _ in d2l.get_data_ch11(100, n=1503)[0]) == 1503
    for n in (0, 1504):
        with pytest.raises(ValueError, match=f'1 to the 1503 rows .* got {n}'):
            d2l.get_data_ch11(10, n=n)


@pytest.mark.parametrize('content', ['1\t2\t3\n' * 4, '1 2 3 4 5 6\n' * 4,
                                     '1\t2\t3\t4\t5\t\n' * 4, '1\t2\n1\t2\t3\n'])
def test_a_file_that_is_no_table_is_refused_by_name(content, tmp_path, monkeypatch):
    (tmp_path / 'airfoil_self_noise.dat').write_text(content)
    monkeypatch.setenv('D2LMX_DATA', str(tmp_path))
    with pytest.raises(hub.BadData, match='line 1 of .*airfoil_self_noise.dat'):
        d2l.get_data_ch11()


def test_the_line_that_is_no_row_is_named(tmp_path, monkeypatch):
    (tmp_path / 'airfoil_self_noise.dat').write_text(
        '1\t2\t3\t4\t5\t6\n\n1\t2\tmany\t4\t5\t6\n')
    monkeypatch.setenv('D2LMX_DATA', str(tmp_path))
    with pytest.raises(hub.BadData, match='line 3 of .* must hold 6 numbers'):
        d2l.get_data_ch11()


def test_a_constant_column_is_refused_by_its_number(tmp_path, monkeypatch):
    (tmp_path / 'airfoil_self_noise.dat').write_text(
        ''.join(f'{i}\t{i}\t7\t{i}\t{i}\t{i}\n' for i in range(4)))
    monkeypatch.setenv('D2LMX_DATA', str(tmp_path))
    with pytest.raises(hub.BadData, match='column 3 of .* holds one number alone'):
        d2l.get_data_ch11(n=4)


def test_a_linear_regression_explains_about_half_of_the_toy_label():
    (X, y), = d2l.get_data_ch11(1500)[0]
    A = onp.column_stack([X.asnumpy(), onp.ones(1500)])
    _, (rest,), _, _ = onp.linalg.lstsq(A, y.asnumpy(), rcond=None)
    assert .2 < rest / 1500 / 2 < .3  # 0.242 on the real file


@pytest.mark.data
def test_the_real_file_is_the_books(real_data):
    assert hub.locate('airfoil')[1] == 'book'
    (X, y), = d2l.get_data_ch11(1503, n=1503)[0]
    assert float(abs(X.mean(axis=0)).max()) < 1e-4
    assert float(y.std()) == pytest.approx(1)


def test_rows_are_those_of_the_file():
    table = onp.genfromtxt(d2l.download('airfoil'), delimiter='\t', dtype='float32')
    onp.testing.assert_array_equal(d2l.read_airfoil(), table)
