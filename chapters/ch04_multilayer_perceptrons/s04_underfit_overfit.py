"""Model selection, underfitting, and overfitting (模型选择、欠拟合和过拟合)

Source: chapter_multilayer-perceptrons/underfit-overfit
"""
import math

from mxnet import gluon, np
from mxnet.gluon import nn

import d2lmx as d2l

SMOKE = dict(num_epochs=10, num_epochs_all=20)
# builds differ by less than 1 %, beside the rounding of what they print
PRINTED = [({}, {'normal: degrees 0 to 3/train': (.00479, .00474, .00484),
                 'normal: degrees 0 to 3/test': (.00621, .00614, .00628),
                 'underfitting: degrees 0 and 1/train': (6.61, 6.54, 6.68),
                 'underfitting: degrees 0 and 1/test': (10.8, 10.65, 10.95),
                 'overfitting: all/train': (.0054, .0053, .0055),
                 'overfitting: all/test': (.030, .0292, .0308)})]
max_degree = 20


def make_data(num_examples):
    """A noisy cubic: features x (n, 1), x^i / i! (n, max_degree), labels (n,)."""
    true_w = np.zeros(max_degree)
    true_w[:4] = np.array([5, 1.2, -3.4, 5.6])
    features = np.random.normal(size=(num_examples, 1))
    np.random.shuffle(features)
    poly_features = np.power(features, np.arange(max_degree).reshape(1, -1))
    for i in range(max_degree):
        poly_features[:, i] /= math.factorial(i)
    labels = np.dot(poly_features, true_w)
    labels += np.random.normal(scale=0.1, size=labels.shape)
    return features, poly_features, labels


def build_net():
    """Linear regression. X (batch, degrees) -> (batch, 1)."""
    net = nn.HybridSequential()
    net.add(nn.Dense(1, use_bias=False))  # x^0 among the features is the bias
    return net


def example_inputs(batch_size=2):
    return (np.random.normal(size=(batch_size, 4)),)


def train(train_features, test_features, train_labels, test_labels, num_epochs=400,
          lr=0.01, batch_size=10):
    """Fit one polynomial; returns the history and the weights (degrees,).

    Features are (n, degrees), labels (n,).
    """
    train_data, test_data = (train_features, train_labels), (test_features, test_labels)
    net, loss = build_net(), gluon.loss.L2Loss()
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': lr})

    def evaluate():  # each set as a single batch
        return {'train': d2l.evaluate_loss(net, [train_data], loss),
                'test': d2l.evaluate_loss(net, [test_data], loss)}

    history = d2l.fit(d2l.regression_step(net, loss, trainer),
                      d2l.load_array(train_data, batch_size), num_epochs,
                      evaluate=evaluate)
    return history, net[0].weight.data().reshape(-1)


def draw(history, num_epochs, name):
    """Both losses over the epochs."""
    losses = [[loss for _, loss in history.series[name]] for name in ('train', 'test')]
    d2l.plot(range(1, num_epochs + 1), losses, 'epoch', 'loss', ['train', 'test'],
             xlim=[1, num_epochs], ylim=[1e-3, 1e2], yscale='log')
    d2l.plt.title(name)


def run(*, num_epochs: int = 400, num_epochs_all: int = 1500, lr: float = 0.01,
        batch_size: int = 10, n_train: int = 100, n_test: int = 100) -> dict:
    features, poly_features, labels = make_data(n_train + n_test)
    result = {'first examples': {'features': features[:2].tolist(),
                                 'poly_features': poly_features[:2].tolist(),
                                 'labels': labels[:2].tolist()}}
    series = {}
    for name, num_degrees, epochs in [('normal: degrees 0 to 3', 4, num_epochs),
                                      ('underfitting: degrees 0 and 1', 2, num_epochs),
                                      ('overfitting: all', max_degree, num_epochs_all)]:
        X = poly_features[:, :num_degrees]
        history, weight = train(X[:n_train], X[n_train:], labels[:n_train],
                                labels[n_train:], epochs, lr, batch_size)
        draw(history, epochs, name)
        series[name] = history.record()['series']
        result[name] = {'train': history['train'], 'test': history['test'],
                        'weight': weight.tolist()}
    return {**result, 'series': series}


if __name__ == '__main__':
    d2l.main(run)
