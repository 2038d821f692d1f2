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


# ---- files of a reader's own


def lines_of(part, name='kaggle_house_train'):
    with running(data='toy'):
        text = open(d2l.download(f'kaggle_house_{part}'), encoding='ascii').read()
    return text.splitlines()[:4]


def priced(price):
    """Toy houses, the second of which has that price."""
    lines = lines_of('train')
    return [*lines[:2], lines[2].rpartition(',')[0] + f',{price}', lines[3]]


@pytest.fixture
def own(tmp_path, monkeypatch):
    """``own(part, lines)`` downloads a file of these lines, the reader's own."""
    def put(part, lines, encoding='utf-8'):
        text = '\n'.join(lines)
        (tmp_path / f'kaggle_house_pred_{part}.csv').write_bytes(text.encode(encoding))
        monkeypatch.setenv('D2LMX_DATA', str(tmp_path))
        with running(data='book'):
            return d2l.download(f'kaggle_house_{part}')

    return put


def test_own_tables_of_houses_are_taken(own):
    assert len(pd.read_csv(own('train', priced(123.5)))) == 3
    assert len(pd.read_csv(own('test', lines_of('test')))) == 3


@pytest.mark.parametrize('price', ['cheap', 'NA', '', '-5', '0', 'nan', 'inf'])
def test_a_price_that_is_no_price_is_refused_by_its_line(own, price):
    with pytest.raises(hub.BadData, match=f'line 3 of .*train.csv .* got {price!r}'):
        own('train', priced(price))


@pytest.mark.parametrize('lines, words', [
    ([], 'lacks Id, MSSubClass'), (['<html>', '<body>'], 'line names the columns'),
    (lines_of('test'), 'must end with the column SalePrice, got .SaleCondition'),
    ([line.replace('LotArea', 'Area') for line in priced(1)], 'it lacks LotArea'),
    ([*priced(1), '1,2,3'], 'line 5 .* must hold 81 cells between commas, .* got 3'),
    (priced(1)[:1], 'two houses at least, got 0')], ids=range(6))
def test_a_file_that_is_no_such_table_is_refused(own, lines, words):
    with pytest.raises(hub.BadData, match=words):
        own('train', lines)


def test_prices_have_no_place_in_the_test_file(own):
    with pytest.raises(hub.BadData, match='no column SalePrice: is it the file with'):
        own('test', priced(1))


def test_another_encoding_is_refused_by_its_line(own):
    with pytest.raises(hub.BadData, match='line 3 is not'):
        own('train', priced('二十万'), 'gbk')
