"""Searching hyperparameters (超参数搜索)

Source: deep-learning-specialization, topic 8

What is said: of several hyperparameters few matter, so that points drawn by chance
find more than a grid of as many, which tries each of them at a handful of values alone;
and a search that learns from its trials, a Bayesian one, finds more than chance. A
small network on few garments is trained by each for the same number of trials, over the
learning rate, the weight decay and the size of the first weights. Nobody knows where
the best rate is, so the ends of its range differ from seed to seed. Three seeds do not
decide between grid and chance, since some grids have the best rate by luck;
`--num-seeds 10` tells more.

`d2lmx tune` searches the options of any section.
"""
import math

import numpy as onp
from mxnet import gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels')
SMOKE = dict(num_seeds=1, per_axis=2, num_train=100, num_valid=100, num_epochs=1)
RANGES = dict(num_seeds=(1, 100), per_axis=(2, 10), num_train=(1, 30000),
              num_valid=(1, 30000))
NAMES = 'learning rate', 'weight decay', 'size of weights'
WORST = math.log(10)  # the loss of a network that knows nothing of ten classes


def build_net(num_hiddens=32):
    """X (batch, 1, 28, 28) -> scores (batch, 10)."""
    net = nn.HybridSequential()
    net.add(nn.Dense(num_hiddens, activation='relu'), nn.Dense(10))
    return net


def example_inputs(batch_size=2):
    return (np.random.uniform(size=(batch_size, 1, 28, 28)),)


def draw_ranges():
    """The powers of ten, (lowest, highest), between which each hyperparameter is."""
    low = onp.random.uniform(-4, -3)
    return onp.array([(low, low + 5), (-7, -3), (-3, -1)])


def train(values, data, num_epochs, batch_size, num_hiddens):
    """Train with the values of NAMES; the loss on the second set of (X, y), or WORST.
    """
    lr, wd, sigma = map(float, values)
    net = build_net(num_hiddens)
    net.initialize(init.Normal(sigma), ctx=d2l.try_all_gpus())
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': lr,
                                                          'wd': wd})
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    train_iter, valid_iter = (d2l.load_array(part, batch_size, is_train)
                              for part, is_train in zip(data, (True, False)))
    history = d2l.fit(
        d2l.classification_step(net, loss, trainer), train_iter, num_epochs,
        evaluate=lambda: {'valid loss': d2l.evaluate_loss(net, valid_iter, loss)})
    found = history['valid loss']
    return min(found, WORST) if math.isfinite(found) else WORST


def search(per_axis, num_train, num_valid, **options):
    """{name: (points (n, 3) in the cube, losses (n,))} of three searches, and ranges.
    """
    ranges, data = draw_ranges(), d2l.sample_garments(num_train, num_valid)
    low, high = ranges.T

    def measure(point):
        return train(10 ** (low + point * (high - low)), data, **options)

    def all_of(points):
        return points, onp.array([measure(point) for point in points])

    num_axes = len(NAMES)
    num_trials = per_axis ** num_axes
    return {'grid': all_of(d2l.grid_points(per_axis, num_axes)),
            'random': all_of(d2l.random_points(num_trials, num_axes)),
            'Bayesian': d2l.bayesian_search(measure, num_trials, num_axes)}, ranges


def draw(courses, found, ranges):
    """The best so far of each search, and where in the learning rate it looked."""
    num_trials = len(found['grid'][1])
    d2l.plot(onp.arange(1, num_trials + 1),
             [onp.mean(course, axis=0) for course in courses.values()], 'trial',
             'lowest valid loss so far', legend=list(courses), figsize=(5, 3))
    low, high = ranges[0]
    d2l.plot([10 ** (low + X[:, 0] * (high - low)) for X, _ in found.values()],
             [y for _, y in found.values()], NAMES[0], 'valid loss', xscale='log',
             legend=list(found), fmts=('o', 'mx', 'g^'), figsize=(5, 3))


def claims(found):
    """The three claims, beside what each seed gave."""
    first, *others = NAMES
    together = onp.sum([found[name] for name in others], axis=0)
    return [
        d2l.claim('few hyperparameters matter: the learning rate explains more of the '
                  'loss than the others together',
                  {name: found[name] for name in NAMES},
                  d2l.exceeds(found[first], together)),
        d2l.claim('random search beats a grid of as many trials',
                  {'grid': found['grid'], 'random': found['random']},
                  d2l.exceeds(found['grid'], found['random'])),
        d2l.claim('Bayesian search beats random search',
                  {'random': found['random'], 'Bayesian': found['Bayesian']},
                  d2l.exceeds(found['random'], found['Bayesian']))]


def run(*, num_seeds: int = 3, per_axis: int = 3, num_train: int = 1000,
        num_valid: int = 1000, num_epochs: int = 4, batch_size: int = 50,
        num_hiddens: int = 32) -> dict:
    last, courses = {}, {}

    def measure():
        last['found'], last['ranges'] = search(
            per_axis, num_train, num_valid, num_epochs=num_epochs,
            batch_size=batch_size, num_hiddens=num_hiddens)
        for name, (_, losses) in last['found'].items():
            courses.setdefault(name, []).append(onp.minimum.accumulate(losses))
        X, y = last['found']['random']
        return {**{name: float(losses.min())
                   for name, (_, losses) in last['found'].items()},
                **{name: d2l.share_explained(X[:, i], y, per_axis)
                   for i, name in enumerate(NAMES)}}

    found = d2l.over_seeds(measure, num_seeds)
    draw(courses, **last)
    return {'claims': claims(found), 'trials of each': per_axis ** len(NAMES),
            'lowest valid loss': {name: found[name] for name in courses}}


if __name__ == '__main__':
    d2l.main(run)
