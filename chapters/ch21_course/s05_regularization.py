"""Regularization (正则化)

Source: deep-learning-specialization, topic 5

One small network learns 250 garments by heart. Seven ways to keep it from that are
tried, each alone, for equally many epochs, in one table: L1, L2, dropout, DropConnect,
stochastic pooling, pictures that are shifted and mirrored, and stopping where a set
that is held out for it is recognised best. Each is said to lower the error on what is
new. L1 is said to make weights zero, too, where L2 only makes them small: weights that
are exactly 0 are counted, after L1 as a step that shrinks each weight towards 0 and
stops there, and after L1 by its gradient, which goes past it.
"""
from typing import Literal

import numpy as onp
from mxnet import gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels')
SMOKE = dict(num_seeds=1, num_epochs=1, num_train=64, num_valid=64)
RANGES = dict(num_seeds=(1, 100), num_train=(10, 20000), num_valid=(10, 20000))
Variant = Literal['plain', 'dropout', 'dropconnect', 'stochastic pooling']
WAYS = ('plain', 'L1', 'L1 by its gradient', 'L2', 'dropout', 'dropconnect',
        'stochastic pooling', 'augmentation')
SHIFT = 2  # pixels at most, in each direction
MOMENTUM = 0.9


def build_net(variant: Variant = 'plain'):
    """X (batch, 1, 28, 28) -> scores (batch, 10)."""
    def pool():
        return (d2l.StochasticPool2D() if variant == 'stochastic pooling' else
                nn.MaxPool2D(2))

    net = nn.HybridSequential()
    net.add(nn.Conv2D(6, kernel_size=5, padding=2, activation='relu'), pool(),
            nn.Conv2D(12, kernel_size=3, padding=1, activation='relu'), pool())
    if variant == 'dropconnect':
        net.add(d2l.DropConnect(64, 0.5, in_units=588), nn.Activation('relu'))
    else:
        net.add(nn.Dense(64, activation='relu'))
    if variant == 'dropout':
        net.add(nn.Dropout(0.5))
    net.add(nn.Dense(10))
    return net


def example_inputs(batch_size=2):
    return (np.random.uniform(size=(batch_size, 1, 28, 28)),)


def augment(X):
    """Pictures (batch, 1, h, w), NumPy's, each shifted, and mirrored or not."""
    h, w = X.shape[2:]
    wide = onp.pad(X, ((0, 0), (0, 0), (SHIFT, SHIFT), (SHIFT, SHIFT)))
    corners = onp.random.randint(0, 2 * SHIFT + 1, (len(X), 2))
    mirrored = onp.random.randint(0, 2, len(X))
    return onp.stack([
        picture[:, i:i + h, j:j + w][:, :, ::-1 if mirror else 1]
        for picture, (i, j), mirror in zip(wide, corners, mirrored)])


# What is done to a weight after a step of training: strength is the rate times lambda.

def shrink(w, strength):
    """Nearer to 0 by the strength, but not beyond."""
    return np.sign(w) * np.maximum(np.abs(w) - strength, 0)


def step_down(w, strength):
    """A step down the slope of |w|."""
    return w - strength * np.sign(w)


def weights_of(net):
    """The parameters that are weights, not biases."""
    return [param for name, param in net.collect_params().items()
            if name.endswith('weight')]


def make_step(way, net, scheduler, l1, l2):
    """The step of one way of training, at the rates of a scheduler."""
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    loss.hybridize(static_alloc=True, static_shape=True)
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {
        'lr_scheduler': scheduler, 'momentum': MOMENTUM,
        'wd': l2 if way == 'L2' else 0})
    net.collect_params('.*bias').setattr('wd_mult', 0)
    change = {'L1': shrink, 'L1 by its gradient': step_down}.get(way)

    def update(batch_size):
        trainer.step(batch_size)
        if change:  # by what momentum makes of the rate, in the end
            rate = trainer.learning_rate / (1 - MOMENTUM)
            for param in weights_of(net):
                param.set_data(change(param.data(d2l.try_gpu()), rate * l1))

    step = d2l.classification_step(net, loss, update)
    step.trains = net, trainer  # what checkpoints save; the function does not say it
    return step


def train(way, parts, num_epochs, lr, batch_size, l1, l2):
    """A network that has learnt the first part, and the history of its training.

    The rate falls in a straight line, to 0 behind the last epoch.
    """
    net = build_net(way if way in Variant.__args__ else 'plain')
    net.initialize(init.Xavier(), ctx=d2l.try_all_gpus())
    train_part, *others = parts

    def evaluate():  # for early stopping alone, of which the plain training tells
        return {f'{name} error': error_of(net, part)
                for name, part in zip(('stop', 'valid'), others) if way == 'plain'}

    train_iter = d2l.BatchIterator(train_part, batch_size, shuffle=True, transform=(
        augment if way == 'augmentation' else None))
    scheduler = d2l.ByEpoch(lambda epoch: lr * (1 - epoch / num_epochs),
                            len(train_iter))
    return net, d2l.fit(make_step(way, net, scheduler, l1, l2), train_iter, num_epochs,
                        evaluate=evaluate)


def error_of(net, part):
    """Share of a part (X, y) that is not recognised."""
    return 1 - d2l.evaluate_accuracy(net, d2l.load_array(part, 500, is_train=False))


def zeros_of(net):
    """Share of weights that are exactly 0."""
    weights = [param.data(d2l.try_gpu()).asnumpy() for param in weights_of(net)]
    return float(sum((w == 0).sum() for w in weights) / sum(w.size for w in weights))


def stop_early(history):
    """The error in validation at the first epoch that is best for stopping."""
    stop, valid = ([error for _, error in history.series[name]]
                   for name in ('stop error', 'valid error'))
    return valid[stop.index(min(stop))]


def draw(history):
    """Errors of the plain training over its epochs."""
    names = 'stop error', 'valid error'
    curves = [[error for _, error in history.series[name]] for name in names]
    d2l.plot(range(1, len(curves[0]) + 1), curves, 'epoch', 'error',
             legend=['stop', 'valid'])


def claims(found):
    """The claims, beside what each seed gave."""
    zeros = {name: found[f'{name}: zeros'] for name in ('L1', 'L1 by its gradient',
                                                       'L2')}
    lowers = [
        d2l.claim(f'{way} lowers the error on what is new',
                  {name: found[f'{name}: valid error'] for name in ('plain', way)},
                  d2l.exceeds(found['plain: valid error'],
                              found[f'{way}: valid error']))
        for way in ('L1', *WAYS[3:], 'early stopping')]
    return [d2l.claim('L1 makes weights zero, by its gradient too, and L2 does not',
                      zeros, min(zeros['L1'] + zeros['L1 by its gradient']) > 0.1
                      and max(zeros['L2']) < 0.01),
            d2l.claim('L1 makes weights zero where it shrinks them, and L2 does not',
                      zeros, min(zeros['L1']) > 0.1 and max(zeros['L2']) < 0.01),
            *lowers]


def table(found):
    """A row for each way: means over the seeds."""
    def cell(way, what):
        values = found.get(f'{way}: {what}')
        return {what: f'{sum(values) / len(values):.3f}'} if values else {}

    return [{'way': way, **cell(way, 'train error'), **cell(way, 'valid error'),
             **cell(way, 'zeros')} for way in (*WAYS, 'early stopping')]


def run(*, num_seeds: int = 3, num_epochs: int = 40, lr: float = 0.03,
        batch_size: int = 16, l1: float = 0.0005, l2: float = 0.005,
        num_train: int = 250, num_valid: int = 1500) -> dict:
    last = {}

    def measure():
        row, parts = {}, d2l.sample_garments(num_train, num_train, num_valid)
        for way in WAYS:
            net, history = train(way, parts, num_epochs, lr, batch_size, l1, l2)
            row[f'{way}: train error'] = error_of(net, parts[0])
            row[f'{way}: valid error'] = error_of(net, parts[2])
            row[f'{way}: zeros'] = zeros_of(net)
            if way == 'plain':
                row['early stopping: valid error'] = stop_early(history)
                last['history'] = history
        return row

    found = d2l.over_seeds(measure, num_seeds)
    draw(last['history'])
    print(d2l.table(table(found)))
    return {'claims': claims(found), 'table': table(found)}


if __name__ == '__main__':
    d2l.main(run)
