import numpy as onp
import pandas as pd
import pytest

import d2lmx as d2l
from d2lmx.context import running
from d2lmx.files import hub


def read(part):
    return pd.read_csv(d2l.download(f'kaggle_house_{part}'))


@pytest.fixture(scope='module')
def toy():
    with running(data='toy'):
        return read('train'), read('test')


def test_toy_files_have_the_books_columns(toy):
    train, test = toy
    assert train.shape == (1460, 81) and test.shape == (1459, 80)
    assert train.columns[0] == 'Id' and train.columns[-1] == 'SalePrice'
    assert list(test.columns) == list(train.columns[:-1])
    assert train.Id.tolist() == list(range(1, 1461)) and test.Id[0] == 1461


def test_toy_areas_add_up(toy):
    for houses in toy:
        assert (houses['1stFlrSF'] + houses['2ndFlrSF'] == houses.GrLivArea).all()
        assert (houses.BsmtFinSF1 + houses.BsmtUnfSF == houses.TotalBsmtSF).all()
        assert (houses.GarageType.isna() == (houses.GarageCars == 0)).all()


def test_toy_features_explain_the_logarithm_of_the_price(toy):
    train, _ = toy
    names = ['OverallQual', 'GrLivArea', 'TotalBsmtSF', 'LotArea', 'YearBuilt',
             'GarageCars', 'Fireplaces', 'FullBath']
    X = onp.hstack([train[names].to_numpy(float), onp.ones((len(train), 1)),
                    pd.get_dummies(train.Neighborhood).to_numpy(float)])
    y = onp.log(train.SalePrice.to_numpy())
    fit = onp.linalg.lstsq(X[:300], y[:300], rcond=None)[0]
    error = (X[300:] @ fit - y[300:]).std()
    assert .05 < error < .1  # 5 to 10 % noise, as the writer promises
    assert error < y[300:].std() / 3


def test_toy_columns_can_be_missing_and_categorical(toy):
    train, _ = toy
    assert 0 < train.LotFrontage.isna().sum() < 500
    assert train.PoolQC.isna().sum() > 1000
    assert train.Neighborhood.nunique() == 7


@pytest.mark.data
def test_toy_has_the_real_files_columns_types_and_categories(toy, real_data):
    for made, real in zip(toy, (read('train'), read('test'))):
        assert list(made.columns) == list(real.columns)
        words = made.dtypes == object
        assert (words == (real.dtypes == object)).all()
        for name in made.columns[words]:
            assert set(made[name].dropna()) <= set(real[name].dropna())
    assert [file['data'] for file in hub.used()] == ['book', 'book']
