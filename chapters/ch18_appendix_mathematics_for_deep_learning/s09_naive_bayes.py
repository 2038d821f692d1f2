"""Naive Bayes (朴素贝叶斯)

Source: chapter_appendix-mathematics-for-deep-learning/naive-bayes
"""
import math
from typing import Literal

from mxnet import np, npx

import d2lmx as d2l

DATA = ('mnist_train_images', 'mnist_train_labels', 'mnist_test_images',
        'mnist_test_labels')
SMOKE = dict()

LOG_P = (-268.97256, -301.70447, -245.19518, -218.87395, -193.45708, -206.0909,
         -292.52267, -114.62564, -220.33139, -163.1784)
P_Y = (0.09871667, 0.11236667, 0.0993, 0.10218333, 0.09736667, 0.09035, 0.09863333,
       0.10441667, 0.09751666, 0.09915)
# printed, then what other orders of summation may give in float32
PRINTED = [({}, {'accuracy': (0.8427, 0.8425, 0.8429),
                 **{f'P_y/{y}': (p, p - 1e-6, p + 1e-6) for y, p in enumerate(P_Y)},
                 **{f'first test picture/log p(x, y)/{y}': (p, p - 0.01, p + 0.01)
                    for y, p in enumerate(LOG_P)}})]


def transform(data, label):
    """Grey pictures (..., 28, 28, 1), 0 to 255, as black and white (..., 28, 28)."""
    return np.floor(data.astype('float32') / 128).squeeze(axis=-1), label


def read(images, is_train):
    """Black and white pictures (n, 28, 28), float32, and labels (n,)."""
    reader = d2l.read_mnist if images == 'digits' else d2l.read_fashion_mnist
    data, labels = reader(is_train)
    return transform(np.array(data[..., None], dtype='uint8'),
                     np.array(labels, dtype='int32'))


def probabilities(X, Y):
    """P_y (10,) of each class, P_xy (10, 28, 28) that its pixels are on; draws these.

    One picture more with a pixel on and one more with it off are counted, so that
    nothing is impossible.
    """
    is_of = npx.one_hot(Y, 10)                                      # (n, 10)
    n_y = is_of.sum(axis=0)
    n_x = np.dot(is_of.T, X.reshape(-1, 784)).reshape(10, 28, 28)
    P_xy = (n_x + 1) / (n_y + 2).reshape(10, 1, 1)
    d2l.show_images(P_xy, 2, 5)
    return n_y / n_y.sum(), P_xy


def classifier(P_y, P_xy):
    """The page's functions bayes_pred, bayes_pred_stable and predict."""
    log_P_xy, log_P_xy_neg = np.log(P_xy), np.log(1 - P_xy)
    log_P_y = np.log(P_y)

    def bayes_pred(x):
        x = np.expand_dims(x, axis=0)  # (28, 28) -> (1, 28, 28)
        p_xy = P_xy * x + (1 - P_xy) * (1 - x)
        return p_xy.reshape(10, -1).prod(axis=1) * P_y  # p(x, y)

    def bayes_pred_stable(x):
        x = np.expand_dims(x, axis=0)
        p_xy = log_P_xy * x + log_P_xy_neg * (1 - x)
        return p_xy.reshape(10, -1).sum(axis=1) + log_P_y  # log p(x, y)

    def predict(X):
        return [int(bayes_pred_stable(x).argmax(axis=0)) for x in X]

    return bayes_pred, bayes_pred_stable, predict


def log_joint(X, P_y, P_xy):
    """log p(x, y) of pictures (n, 28, 28) and all classes, (n, 10), in one product."""
    on, off = (np.log(P).reshape(10, 784) for P in (P_xy, 1 - P_xy))
    return np.dot(X.reshape(-1, 784), (on - off).T) + off.sum(axis=1) + np.log(P_y)


def run(*, images: Literal['digits', 'garments'] = 'digits') -> dict:
    X, Y = read(images, is_train=True)
    d2l.show_images(X[10:38], 2, 9)
    P_y, P_xy = probabilities(X, Y)
    bayes_pred, bayes_pred_stable, predict = classifier(P_y, P_xy)
    X, y = read(images, is_train=False)
    first = {'label': int(y[0]), 'p(x, y)': bayes_pred(X[0]).tolist(),
             'log p(x, y)': bayes_pred_stable(X[0]).tolist()}
    found = predict(X[:18])
    names = d2l.get_fashion_mnist_labels(found) if images == 'garments' else found
    d2l.show_images(X[:18], 2, 9, titles=names)
    # book: predicts ten thousand pictures one by one
    preds = log_joint(X, P_y, P_xy).argmax(axis=1)
    return {'P_y': P_y.tolist(), 'first test picture': first,
            '0.1^784': 0.1 ** 784, '784 log 0.1': 784 * math.log(0.1),
            'accuracy': float((preds.astype('int32') == y).sum()) / len(y)}


if __name__ == '__main__':
    d2l.main(run)
