import numpy as onp
import pandas as pd
import pytest
from mxnet import np

import d2lmx as d2l


@pytest.fixture
def tables():
    train = pd.DataFrame({'Id': [1, 2], 'Area': [10.0, 30.0], 'Rooms': [1, 3],
                          'Alley': ['Grvl', None], 'SalePrice': [100, 300]})
    test = pd.DataFrame({'Id': [3], 'Area': [onp.nan], 'Rooms': [5], 'Alley': ['Pave']})
    return train, test


def test_numbers_are_standardized_over_both_tables_and_missing_ones_0(section, tables):
    train, test, labels = section('4.10').preprocess(*tables)
    # Area: mean 20, deviation sqrt(200); Rooms: mean 3, deviation 2
    area = 10 / 200 ** 0.5
    onp.testing.assert_allclose(train[:, :2].asnumpy(), [[-area, -1], [area, 0]],
                                rtol=1e-6)
    onp.testing.assert_allclose(test[:, :2].asnumpy(), [[0, 1]])
    assert labels.tolist() == [[100], [300]]


def test_each_category_and_being_missing_becomes_a_feature(section, tables):
    train, test, _ = section('4.10').preprocess(*tables)
    # Grvl, Pave, missing
    assert train[:, 2:].tolist() == [[1, 0, 0], [0, 0, 1]]
    assert test[:, 2:].tolist() == [[0, 1, 0]]


def test_the_word_none_is_a_category_and_na_is_missing(section):
    train, _ = section('4.10').read_data()
    assert 'None' in set(train['MasVnrType'])
    assert train['Alley'].isna().any() and 'NA' not in set(train['Alley'].dropna())


def test_log_rmse_is_that_of_the_logarithms_and_clips_below_1(section):
    predictions = np.array([[1.0], [onp.e ** 2], [-5.0]])
    labels = np.array([[1.0], [1.0], [onp.e ** 4]])
    # differences of the logarithms: 0, 2 and 0 - 4
    assert section('4.10').log_rmse(lambda X: predictions, None, labels) == (
        pytest.approx((20 / 3) ** 0.5, rel=1e-6))


def test_the_folds_share_out_all_examples_but_the_remainder(section):
    X, y = np.arange(11).reshape(11, 1), np.arange(11).reshape(11, 1) * 10
    validated = []
    for i in range(3):
        X_train, y_train, X_valid, y_valid = section('4.10').get_k_fold_data(3, i, X, y)
        assert X_train.shape == (6, 1) and X_valid.shape == (3, 1)
        assert (y_train == X_train * 10).all() and (y_valid == X_valid * 10).all()
        assert sorted(X_train.reshape(-1).tolist() + X_valid.reshape(-1).tolist()) == (
            list(range(9)))
        validated += X_valid.reshape(-1).tolist()
    assert validated == list(range(9))


@pytest.mark.parametrize('k', [0, 1, 12])
def test_a_number_of_folds_that_leaves_one_empty_is_refused(section, k):
    X = np.zeros((11, 2))
    with pytest.raises(ValueError, match='k must be from 2 to the 11 examples'):
        section('4.10').get_k_fold_data(k, 0, X, X)


def test_training_gives_the_error_of_each_epoch_on_both_sets(section):
    module = section('4.10')
    X, y = np.random.normal(size=(6, 2)), np.full((6, 1), 3.0)
    # predictions of 0 count as 1, and no step of this length leads above it
    assert module.train(module.get_net(), X, y, X[:2], y[:2] * 2, 3, 1e-6, 0, 6) == (
        pytest.approx([onp.log(3)] * 3), pytest.approx([onp.log(6)] * 3))
    assert module.train(module.get_net(), X, y, None, None, 2, 1e-6, 0, 6)[1] == []


def test_a_run_on_toy_houses_learns_and_writes_a_submission(section, smoke_run):
    module, smoke = section('4.10'), smoke_run('4.10')
    # the log rmse of the best constant price
    constant = onp.log(module.read_data()[0]['SalePrice']).std()
    assert smoke.result['average valid log rmse'] < 0.7 * constant
    written = pd.read_csv(smoke.folder / 'submission.csv')
    test_table = pd.read_csv(d2l.download('kaggle_house_test'))
    assert list(written.columns) == ['Id', 'SalePrice']
    assert list(written['Id']) == list(test_table['Id'])
    assert (written['SalePrice'] > 0).all()


@pytest.mark.data
def test_the_real_tables_give_331_features(section, real_data):
    module = section('4.10')
    train_table, test_table = module.read_data()
    assert train_table.shape == (1460, 81) and test_table.shape == (1459, 80)
    train, test, labels = module.preprocess(train_table, test_table)
    assert train.shape == (1460, 331) and test.shape == (1459, 331)
    assert labels.shape == (1460, 1) and labels[0, 0] == 208500
    assert onp.isfinite(train.asnumpy()).all() and onp.isfinite(test.asnumpy()).all()


@pytest.mark.slow
@pytest.mark.data
def test_five_folds_average_the_errors_of_the_book(section, real_data):
    module = section('4.10')
    features, _, labels = module.preprocess(*module.read_data())
    folds = onp.array(module.k_fold(5, features, labels, num_epochs=100,
                                    learning_rate=5, weight_decay=0, batch_size=64))
    onp.testing.assert_allclose(folds.mean(axis=0), [0.1652, 0.1704], atol=0.001)
    # the book prints these validation errors, fold by fold
    onp.testing.assert_allclose(folds[:, 1], [0.1571, 0.1891, 0.1681, 0.1547, 0.1831],
                                atol=0.002)
