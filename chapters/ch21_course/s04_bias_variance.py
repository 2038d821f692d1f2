"""Bias and variance (偏差与方差)

Source: deep-learning-specialization, topic 4

A network that is too small errs on what it has learnt from, which is bias; a large one
errs on what is new to it, which is variance. Each has remedies of its own, it is said:
a larger network and longer training for bias; more examples, weight decay and dropout
for variance. All are tried on garments, at an equal number of updates: the error in
training tells of bias, the gap from there to the error in validation of variance. And
examples to validate on must be many enough to tell two networks apart: sets of a
hundred and of a thousand are asked which of two networks, of a fourth of the examples
and of all, is the better on all that is held out.
"""
from typing import Literal

import numpy as onp
from mxnet import gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels')
SMOKE = dict(num_seeds=1, num_epochs=1, num_train=320, num_valid=320)
RANGES = dict(num_seeds=(1, 100), num_train=(160, 30000), num_valid=(100, 30000))
Variant = Literal['large', 'small', 'dropout']
SHARES = 16, 4, 1   # of the examples: a sixteenth, a fourth, all
FEW, MANY = 100, 1000  # examples to validate on


def build_net(variant: Variant = 'large'):
    """X (batch, 1, 28, 28) -> scores (batch, 10); `small` sees 4 x 4 means alone."""
    net = nn.HybridSequential()
    if variant == 'small':
        net.add(nn.AvgPool2D(7))
    net.add(nn.Dense(8 if variant == 'small' else 256, activation='relu'))
    if variant == 'dropout':
        net.add(nn.Dropout(0.5))
    net.add(nn.Dense(10))
    return net


def example_inputs(batch_size=2):
    return (np.random.uniform(size=(batch_size, 1, 28, 28)),)


def train(variant, data, num_epochs, lr, batch_size, weight_decay=0):
    """A network that has learnt from (X, y), at a rate that falls in a line."""
    net, loss = build_net(variant), gluon.loss.SoftmaxCrossEntropyLoss()
    loss.hybridize(static_alloc=True, static_shape=True)
    net.initialize(init.Xavier(), ctx=d2l.try_all_gpus())
    train_iter = d2l.load_array(data, batch_size)
    schedule = d2l.ByEpoch(lambda epoch: lr * (1 - epoch / num_epochs), len(train_iter))
    trainer = gluon.Trainer(net.collect_params(), 'sgd',
                            {'lr_scheduler': schedule, 'wd': weight_decay})
    d2l.fit(d2l.classification_step(net, loss, trainer), train_iter, num_epochs)
    return net


def wrong(net, X, y):
    """Which of the examples are not recognised: (n,) of 0 and 1."""
    scores = net(np.array(X).as_in_ctx(d2l.try_gpu()))
    return (scores.argmax(axis=1).asnumpy() != y).astype('float32')


def measure_trainings(num_train, num_valid, num_epochs, lr, batch_size, wd):
    """{training: (train error, valid error)}, and which examples two of them get wrong.

    The trainings of a fourth of the examples, where remedies are tried, are called by
    what was done; those that only differ in their share of examples by that.
    """
    (X, y), valid = d2l.sample_garments(num_train, num_valid)
    errors, wrongs = {}, {}

    def add(name, variant, share, longer=1, weight_decay=0):
        part = X[:num_train // share], y[:num_train // share]
        net = train(variant, part, num_epochs * share * longer, lr, batch_size,
                    weight_decay)
        wrongs[name] = wrong(net, *valid)
        errors[name] = float(wrong(net, *part).mean()), float(wrongs[name].mean())

    for variant in ('small', 'large'):
        for share in SHARES:
            add(f'{variant}, 1/{share}', variant, share)
    add('small, longer', 'small', 4, longer=3)
    add('large, weight decay', 'large', 4, weight_decay=wd)
    add('large, dropout', 'dropout', 4)
    return errors, (wrongs['large, 1/4'], wrongs['large, 1/1'])


def share_of_right_choices(wrongs, size, num_sets=1000):
    """How often a set of so many examples finds the better of two networks.

    wrongs: which of all examples each of them gets wrong. A tie is half a choice.
    """
    first, second = wrongs
    difference = first - second
    chosen = onp.random.randint(0, len(difference), (num_sets, size))
    votes = onp.sign(difference[chosen].sum(axis=1))
    return float((votes * onp.sign(difference.sum()) + 1).mean() / 2)


def draw(found, num_train):
    """The learning curves of either network, means over the seeds."""
    sizes = [num_train // share for share in SHARES]
    for variant in ('small', 'large'):
        curves = [[onp.mean(found[f'{variant}, 1/{share}: {part} error'])
                   for share in SHARES] for part in ('train', 'valid')]
        d2l.plot(sizes, curves, 'examples', 'error', legend=['train', 'valid'])
        d2l.plt.title(variant)


def claims(found):
    """The claims, beside what each seed gave."""
    def error(name, part='valid'):
        return onp.array(found[f'{name}: {part} error'])

    def gap(name):
        return error(name) - error(name, 'train')

    def falls(name, other, part):
        return d2l.exceeds(error(name, part), error(other, part))

    def of(*names, parts=('train', 'valid')):
        return {f'{name}: {part} error': found[f'{name}: {part} error']
                for name in names for part in parts}

    def gain(variant):
        return error(f'{variant}, 1/4') - error(f'{variant}, 1/1')

    def remedy(name, other):
        return d2l.claim(
            f'{name}: the gap narrows, and the error in validation falls',
            of(large, other), d2l.exceeds(gap(large), gap(other))
            and falls(large, other, 'valid'))

    small, large = 'small, 1/4', 'large, 1/4'
    few, many = (f'better network found by {size}' for size in (FEW, MANY))
    return [
        d2l.claim('a larger network lowers the error in training', of(small, large),
                  falls(small, large, 'train')),
        d2l.claim('longer training lowers the error in training, where it is bias',
                  of(small, 'small, longer'), falls(small, 'small, longer', 'train')),
        d2l.claim('more examples help half as much, or less, where it is bias',
                  of(small, 'small, 1/1', large, 'large, 1/1', parts=['valid']),
                  d2l.exceeds(gain('large') / 2, gain('small'))),
        remedy('more examples', 'large, 1/1'),
        remedy('weight decay', 'large, weight decay'),
        remedy('dropout', 'large, dropout'),
        d2l.claim('a hundred examples choose the worse network oftener than a thousand',
                  {few: found[few], many: found[many]},
                  d2l.exceeds(found[many], found[few]))]


def run(*, num_seeds: int = 3, num_epochs: int = 20, lr: float = 0.2,
        batch_size: int = 64, wd: float = 0.01, num_train: int = 4000,
        num_valid: int = 4000) -> dict:
    def measure():
        errors, wrongs = measure_trainings(num_train, num_valid, num_epochs, lr,
                                           batch_size, wd)
        row = {f'{name}: {part} error': error for name, pair in errors.items()
               for part, error in zip(('train', 'valid'), pair)}
        return {**row, **{f'better network found by {size}': share_of_right_choices(
            wrongs, size) for size in (FEW, MANY)}}

    found = d2l.over_seeds(measure, num_seeds)
    draw(found, num_train)
    return {'claims': claims(found), 'errors': found}


if __name__ == '__main__':
    d2l.main(run)
