import math

import pandas as pd
import pytest

from d2lmx.commands import call


@pytest.fixture
def pandas_section(section):
    return section('2.2')


def test_na_in_the_file_is_read_as_missing(pandas_section, tmp_path):
    data = pandas_section.read_dataset(tmp_path / 'house_tiny.csv')
    assert list(data.columns) == ['NumRooms', 'Alley', 'Price']
    assert data.shape == (4, 3)
    assert data.isna().sum().tolist() == [2, 3, 0]


def test_missing_numbers_become_the_mean_of_the_column(pandas_section):
    inputs = pd.DataFrame({'NumRooms': [1, None, 8.0], 'Alley': ['Pave', None, 'Grvl']})
    filled = pandas_section.fill_missing_numbers(inputs)
    assert filled['NumRooms'].tolist() == [1, 4.5, 8]
    assert filled['Alley'].isna().tolist() == [False, True, False]


def test_words_become_columns_of_0_and_1(pandas_section):
    inputs = pd.DataFrame({'Alley': ['Pave', None, 'Grvl']})
    indicated = pandas_section.indicate_categories(inputs)
    assert list(indicated.columns) == ['Alley_Grvl', 'Alley_Pave', 'Alley_nan']
    assert indicated.values.tolist() == [[0, 1, 0], [0, 0, 1], [1, 0, 0]]
    assert indicated.values.dtype.kind == 'i'  # not booleans, as pandas 2 gives them


def test_arrays_are_those_printed_in_the_book(pandas_section, tmp_path):
    results = pandas_section.run(out=tmp_path)
    assert results['X'] == [[3, 1, 0], [2, 0, 1], [4, 0, 1], [3, 0, 1]]
    assert results['y'] == [127500, 106000, 178100, 140000]
    assert (results['X.dtype'], results['y.dtype']) == ('float64', 'int64')
    rooms, alley, price = results['data']['rows'][0]
    assert math.isnan(rooms) and (alley, price) == ('Pave', 127500)


def test_the_command_keeps_the_csv_file_with_the_results(tmp_path):
    assert call('run', ['2.2', '--out', str(tmp_path)]) == 0
    lines = (tmp_path / '02.02_pandas' / 'house_tiny.csv').read_text().splitlines()
    assert lines[:2] == ['NumRooms,Alley,Price', 'NA,Pave,127500'] and len(lines) == 5
