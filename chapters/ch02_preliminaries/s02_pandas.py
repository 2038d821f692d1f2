"""Data preprocessing (数据预处理)

Source: chapter_preliminaries/pandas
"""
from pathlib import Path

import pandas as pd
from mxnet import np

import d2lmx as d2l

SMOKE = dict()


def read_dataset(data_file):
    """Write four houses, some with gaps (NA), to a CSV file and read them back."""
    data_file.write_text('NumRooms,Alley,Price\n'
                         'NA,Pave,127500\n'
                         '2,NA,106000\n'
                         '4,NA,178100\n'
                         'NA,NA,140000\n', encoding='utf-8')
    return pd.read_csv(data_file)


def fill_missing_numbers(inputs):
    """A number that is missing becomes the mean of its column."""
    # book: takes the mean of every column, which pandas 2 refuses for words
    return inputs.fillna(inputs.mean(numeric_only=True))


def indicate_categories(inputs):
    """A column of words becomes one of 0 and 1 for each word and for missing."""
    # book: gives no dtype, which meant 0 and 1 before pandas 2 and booleans since
    return pd.get_dummies(inputs, dummy_na=True, dtype=int)


def table(frame):
    """A data frame as plain values."""
    return {'columns': list(frame.columns),
            'rows': frame.astype(object).values.tolist()}


def run(*, out: Path = Path('.')) -> dict:
    data = read_dataset(out / 'house_tiny.csv')
    inputs, outputs = data.iloc[:, 0:2], data.iloc[:, 2]
    filled = fill_missing_numbers(inputs)
    indicated = indicate_categories(filled)
    X, y = np.array(indicated.values), np.array(outputs.values)
    return {'data': table(data), 'inputs, numbers filled in': table(filled),
            'inputs, words indicated': table(indicated),
            'X': X.tolist(), 'X.dtype': X.dtype.name,
            'y': y.tolist(), 'y.dtype': y.dtype.name}


if __name__ == '__main__':
    d2l.main(run)
