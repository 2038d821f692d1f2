"""One number, with conditions (单一指标与约束)

Source: deep-learning-specialization, topic 9

Which network is best is to be decided by one number. What is said: precision and recall
each choose another network, so that F1, their harmonic mean, has to decide; their plain
mean will not do, since it takes whoever always says yes for better than a network that
has learnt; whatever else matters, such as size, is a condition to be met, which changes
the choice; and what the number chooses on one set of examples is about the best on
another. Five networks tell one garment, which is a tenth of all, from the rest.
"""
from typing import Literal

import numpy as onp
from mxnet import gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels')
SMOKE = dict(num_seeds=1, num_epochs=1, num_train=100, num_valid=100)
RANGES = dict(num_seeds=(1, 100), num_train=(1, 20000), num_valid=(1, 20000),
              max_params=(800, 10 ** 6))
Variant = Literal['conv', 'linear', 'narrow', 'wide', 'deep']
VARIANTS = 'linear', 'narrow', 'wide', 'deep', 'conv'
HIDDEN = {'linear': (), 'narrow': (8,), 'wide': (128,), 'deep': (64, 64, 64)}
ABOUT_AS_GOOD = 0.02  # of F1
SHIRT = 6


def build_net(variant: Variant = 'conv'):
    """X (batch, 1, 28, 28) -> score (batch, 1), of yes where above 0."""
    net = nn.HybridSequential()
    if variant == 'conv':
        net.add(nn.Conv2D(8, kernel_size=5, strides=2, activation='relu'),
                nn.Conv2D(16, kernel_size=3, strides=2, activation='relu'))
    net.add(*(nn.Dense(size, activation='relu') for size in HIDDEN.get(variant, (32,))),
            nn.Dense(1))
    return net


def example_inputs(batch_size=2):
    return (np.random.uniform(size=(batch_size, 1, 28, 28)),)


def train(variant, data, num_epochs, lr, batch_size):
    """A network that has learnt from (X, y)."""
    net = build_net(variant)
    net.initialize(init.Xavier(), ctx=d2l.try_all_gpus())
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': lr})
    d2l.fit(d2l.logistic_step(net, trainer), d2l.load_array(data, batch_size),
            num_epochs)
    return net


def judged(net, X, y) -> dict:
    """Precision, recall and F1 of what the network says of (X, y)."""
    scores = net(np.array(X, ctx=d2l.try_gpu()))[:, 0].asnumpy()
    return d2l.precision_recall_f1(y, scores > 0)


def size_of(net) -> int:
    """How many numbers a network holds."""
    return int(sum(onp.prod(param.shape) for param in net.collect_params().values()))


def plain_mean(found) -> float:
    return (found['precision'] + found['recall']) / 2


def best_of(row, measure, names) -> str:
    """Which of these networks has the most of a measure, in a seed's row."""
    return max(names, key=lambda name: row[f'{name}: {measure}'])


def chosen(row, max_params) -> dict:
    """What one seed's numbers choose, with a condition and without, and what it costs.
    """
    fits = [name for name in VARIANTS if row[f'{name}: size'] <= max_params]
    best = best_of(row, 'F1', VARIANTS)
    learnt = [name for name in VARIANTS if row[f'{name}: F1'] > 0]
    weakest = min(learnt or VARIANTS, key=lambda name: row[f'{name}: plain mean'])
    test = {name: row[f'{name}: test F1'] for name in VARIANTS}
    return {'by precision': best_of(row, 'precision', VARIANTS),
            'by recall': best_of(row, 'recall', VARIANTS), 'by F1': best,
            'by F1, of those that fit': best_of(row, 'F1', fits),
            'weakest: plain mean': row[f'{weakest}: plain mean'],
            'weakest: F1': row[f'{weakest}: F1'],
            'behind the best on the test': max(test.values()) - test[best]}


def claims(found, max_params):
    """The four claims, beside what each seed gave."""
    def of(*names):
        return {name: found[name] for name in names}

    differ = [a != b for a, b in zip(found['by precision'], found['by recall'])]
    fooled = list(zip(*(found[name] for name in (
        'always yes: plain mean', 'weakest: plain mean', 'always yes: F1',
        'weakest: F1'))))
    others = [a != b for a, b in zip(found['by F1'], found['by F1, of those that fit'])]
    behind = found['behind the best on the test']
    return [
        d2l.claim('precision and recall choose other networks (most seeds)',
                  of('by precision', 'by recall', 'by F1'),
                  2 * sum(differ) > len(differ)),
        d2l.claim('the plain mean of both takes always yes for better than a network '
                  'that has learnt, F1 does not (most seeds)',
                  of('always yes: plain mean', 'weakest: plain mean', 'always yes: F1',
                     'weakest: F1'),
                  2 * sum(a > b and c < d for a, b, c, d in fooled) > len(fooled)),
        d2l.claim(f'a condition, at most {max_params} parameters, changes the choice '
                  '(most seeds)', of('by F1', 'by F1, of those that fit'),
                  2 * sum(others) > len(others)),
        d2l.claim('what F1 chooses is about as good as the best on other examples',
                  of('behind the best on the test'), max(behind) <= ABOUT_AS_GOOD)]


def draw(row):
    """Precision over recall, and F1 over the size, of one seed's networks."""
    for x, y in (('recall', 'precision'), ('size', 'F1')):
        d2l.plot([[row[f'{name}: {x}']] for name in VARIANTS],
                 [[row[f'{name}: {y}']] for name in VARIANTS],
                 'parameters' if x == 'size' else x, y, legend=list(VARIANTS),
                 xscale='log' if x == 'size' else 'linear',
                 fmts=('o', 'm^', 'gs', 'rx', 'k*'), figsize=(4, 3))


def run(*, num_seeds: int = 3, max_params: int = 20000, num_epochs: int = 15,
        lr: float = 0.002, batch_size: int = 64, num_train: int = 5000,
        num_valid: int = 5000) -> dict:
    last = {}

    def measure():
        parts = [(X, (y == SHIRT).astype('float32'))
                 for X, y in d2l.sample_garments(num_train, num_valid, num_valid)]
        train_part, valid, test = parts
        always = d2l.precision_recall_f1(valid[1], onp.ones(num_valid))
        row = {'always yes: plain mean': plain_mean(always),
               'always yes: F1': always['F1']}
        for name in VARIANTS:
            net = train(name, train_part, num_epochs, lr, batch_size)
            found = judged(net, *valid)
            found.update({'plain mean': plain_mean(found), 'size': size_of(net),
                          'test F1': judged(net, *test)['F1']})
            row.update({f'{name}: {key}': value for key, value in found.items()})
        last['row'] = row
        return {**row, **chosen(row, max_params)}

    found = d2l.over_seeds(measure, num_seeds)
    draw(last['row'])
    return {'claims': claims(found, max_params), 'networks': {
        name: {key: found[f'{name}: {key}'] for key in (
            'size', 'precision', 'recall', 'F1', 'test F1')} for name in VARIANTS}}


if __name__ == '__main__':
    d2l.main(run)
