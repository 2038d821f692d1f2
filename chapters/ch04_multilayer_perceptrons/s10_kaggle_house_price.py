"""Predicting house prices on Kaggle (实战Kaggle比赛:预测房价)

Source: chapter_multilayer-perceptrons/kaggle-house-price
"""
from pathlib import Path

import pandas as pd
from mxnet import gluon, np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('kaggle_house_train', 'kaggle_house_test')
SMOKE = dict(k=2, num_epochs=10, batch_size=32, lr=40)
RANGES = dict(k=(2, 100))
# printed, then the range of 42 builds
FOLDS = 'train and valid log rmse of each fold'
PRINTED = [({}, {'average train log rmse': (0.165265, 0.1651, 0.1653),
                 'average valid log rmse': (0.170407, 0.1701, 0.1706),
                 'final train log rmse': (0.162845, 0.1621, 0.163),
                 **{f'{FOLDS}/{i}/0': (l, l - .002, l + .002) for i, l in enumerate(
                     [.1694, .1623, .1637, .1677, .1632])},
                 **{f'{FOLDS}/{i}/1': (l, l - .002, l + .002) for i, l in enumerate(
                     [.1571, .1891, .1681, .1547, .1831])}})]
loss = gluon.loss.L2Loss()


def read_data():
    """The two tables, with the sale price in the first alone."""
    # book: pandas decides what is missing; since version 2 it counts the category None
    missing = dict(keep_default_na=False, na_values=['NA', ''])
    return (pd.read_csv(d2l.download('kaggle_house_train'), **missing),
            pd.read_csv(d2l.download('kaggle_house_test'), **missing))


def preprocess(train_data, test_data):
    """Features of both tables (n, d), and labels (n_train, 1), as arrays.

    Numbers are standardized with 0 for what is missing; each category, and being
    missing, becomes a feature of 0 or 1.
    """
    all_features = pd.concat((train_data.iloc[:, 1:-1], test_data.iloc[:, 1:]))
    numeric = all_features.select_dtypes('number').columns
    standardized = all_features[numeric].apply(lambda x: (x - x.mean()) / x.std())
    all_features[numeric] = standardized.fillna(0)
    all_features = pd.get_dummies(all_features, dummy_na=True, dtype='float32')
    n_train = len(train_data)
    return (np.array(all_features[:n_train].values, dtype='float32'),
            np.array(all_features[n_train:].values, dtype='float32'),
            np.array(train_data[['SalePrice']].values, dtype='float32'))


def build_net():
    """Linear regression. X (batch, d) -> price (batch, 1)."""
    net = nn.HybridSequential()
    net.add(nn.Dense(1))
    return net


def example_inputs(batch_size=2):
    return (np.random.normal(size=(batch_size, 331)),)


def get_net():
    """That network, initialized."""
    net = build_net()
    net.initialize()
    return net


def log_rmse(net, features, labels):
    """Root mean squared difference of the logs; predictions below 1 count as 1."""
    clipped_preds = np.clip(net(features), 1, float('inf'))
    return float(np.sqrt(2 * loss(np.log(clipped_preds), np.log(labels)).mean()))


def train(net, train_features, train_labels, test_features, test_labels, num_epochs,
          learning_rate, weight_decay, batch_size):
    """Train by Adam; returns the log rmse after each epoch on both sets, two lists.

    test_labels may be None: then the second list is empty.
    """
    trainer = gluon.Trainer(net.collect_params(), 'adam',
                            {'learning_rate': learning_rate, 'wd': weight_decay})

    def evaluate():
        values = {'train': log_rmse(net, train_features, train_labels)}
        if test_labels is not None:
            values['test'] = log_rmse(net, test_features, test_labels)
        return values

    def updater(_):
        trainer.step(batch_size)  # as the book does for the last, smaller batch too

    step = d2l.regression_step(net, loss, updater)
    step.trains = net, trainer
    history = d2l.fit(step, d2l.load_array((train_features, train_labels), batch_size),
                      num_epochs, evaluate=evaluate)
    train_ls, test_ls = ([l for _, l in history.series.get(name, [])]
                         for name in ('train', 'test'))
    return train_ls, test_ls


def get_k_fold_data(k, i, X, y):
    """Fold i of k: X_train, y_train, X_valid, y_valid.

    Rows beyond k equal folds are left out. ValueError unless there are two folds at
    least and each has an example.
    """
    if not 2 <= k <= len(X):
        raise ValueError(f'k must be from 2 to the {len(X)} examples, got {k}')
    fold_size = len(X) // k
    parts = [slice(j * fold_size, (j + 1) * fold_size) for j in range(k)]
    valid = parts.pop(i)
    return (np.concatenate([X[part] for part in parts]),
            np.concatenate([y[part] for part in parts]), X[valid], y[valid])


def k_fold(k, X_train, y_train, num_epochs, learning_rate, weight_decay, batch_size):
    """[training, validation] log rmse of each fold; draws the first fold."""
    # book: returns the averages, which the page prints below the folds
    folds = []
    for i in range(k):
        data = get_k_fold_data(k, i, X_train, y_train)
        net = get_net()
        train_ls, valid_ls = train(net, *data, num_epochs, learning_rate, weight_decay,
                                   batch_size)
        if i == 0:
            d2l.plot(range(1, num_epochs + 1), [train_ls, valid_ls], 'epoch',
                     'log rmse', ['train', 'valid'], xlim=[1, num_epochs], yscale='log')
        folds.append([train_ls[-1], valid_ls[-1]])
    return folds


def train_and_pred(train_features, test_features, train_labels, test_data, num_epochs,
                   lr, weight_decay, batch_size, out=Path('.')):
    """Train on all labelled rows, write out/submission.csv; log rmse and its table."""
    net = get_net()
    train_ls, _ = train(net, train_features, train_labels, None, None, num_epochs, lr,
                        weight_decay, batch_size)
    d2l.plot(range(1, num_epochs + 1), [train_ls], 'epoch', 'log rmse',
             xlim=[1, num_epochs], yscale='log')
    submission = pd.DataFrame({'Id': test_data['Id'],
                               'SalePrice': net(test_features).reshape(-1).asnumpy()})
    submission.to_csv(out / 'submission.csv', index=False)
    return train_ls[-1], submission


def run(*, k: int = 5, num_epochs: int = 100, lr: float = 5, weight_decay: float = 0,
        batch_size: int = 64, out: Path = Path('.')) -> dict:
    train_table, test_table = read_data()
    train_features, test_features, train_labels = preprocess(train_table, test_table)
    hyperparameters = num_epochs, lr, weight_decay, batch_size
    folds = k_fold(k, train_features, train_labels, *hyperparameters)
    train_average, valid_average = (sum(column) / k for column in zip(*folds))
    train_l, submission = train_and_pred(train_features, test_features, train_labels,
                                         test_table, *hyperparameters, out)
    first_rows = train_table.iloc[:4, [0, 1, 2, 3, -3, -2, -1]].values
    return {'tables': [list(train_table.shape), list(test_table.shape)],
            'first rows': first_rows.tolist(),
            'number of features': train_features.shape[1],
            'train and valid log rmse of each fold': folds,
            'average train log rmse': train_average,
            'average valid log rmse': valid_average,
            'final train log rmse': train_l,
            'submission.csv': submission[:4].values.tolist()}


if __name__ == '__main__':
    d2l.main(run)
