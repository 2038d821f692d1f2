"""Bias, variance and mismatched data (数据不匹配)

Source: deep-learning-specialization, topic 11

What to mend is told by four errors: of a perfect judge, on what was trained on, on
other examples of that kind, and on those that count. Their differences are called
avoidable bias, variance and mismatch. What is said: the largest of the three is the
fault that there is. So each fault is planted in turn: a network of four hidden units,
one that gets few garments, one whose pictures were taken better than those that count;
and a known share of all labels is wrong, which is what a perfect judge gets wrong. What
is said besides: training pictures made to look like those that count mend a mismatch.
"""
import numpy as onp
from mxnet import gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels')
SMOKE = dict(num_seeds=1, num_train=160, num_small=40, num_valid=60, num_epochs=1)
RANGES = dict(num_seeds=(1, 100), num_train=(10, 20000), num_small=(10, 20000),
              num_valid=(10, 20000), wrong=(0, 0.5))
NUM_CLASSES, FEW_UNITS, MANY_UNITS = 10, 4, 128
ERRORS = 'perfect judge', 'training', 'of that kind', 'that count'
PARTS = 'avoidable bias', 'variance', 'mismatch'


def build_net(num_hiddens=MANY_UNITS):
    """X (batch, 1, 28, 28) -> scores (batch, 10)."""
    net = nn.HybridSequential()
    net.add(nn.Dense(num_hiddens, activation='relu'), nn.Dense(NUM_CLASSES))
    return net


def example_inputs(batch_size=2):
    return (np.random.uniform(size=(batch_size, 1, 28, 28)),)


def badly_taken(X):
    """Pictures (n, 1, 28, 28) as of a poor camera: dim, grainy and not in the middle.
    """
    dim = 0.1 + 0.7 * onp.roll(X, 2, axis=3)
    return onp.clip(dim + onp.random.normal(0, 0.1, X.shape), 0, 1).astype('float32')


def train(data, num_hiddens, num_epochs, lr, batch_size):
    """A network that has learnt from (X, y)."""
    net = build_net(num_hiddens)
    net.initialize(init.Xavier(), ctx=d2l.try_all_gpus())
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': lr})
    step = d2l.classification_step(net, gluon.loss.SoftmaxCrossEntropyLoss(), trainer)
    d2l.fit(step, d2l.load_array(data, batch_size), num_epochs)
    return net


def error(net, X, y) -> float:
    """Share of examples whose class is not the one with the highest score."""
    said = net(np.array(X, ctx=d2l.try_gpu())).argmax(axis=1).asnumpy()
    return float((said != y).mean())


def parts_of(errors) -> dict:
    """The differences of the four ERRORS, each from the one before."""
    return dict(zip(PARTS, map(float, onp.diff(errors))))


def plant(sets, num_small, wrong, how):
    """{fault: the four errors} where each was planted, and the last error, mended."""
    (X, y), (X_other, y_other), (X_count, y_count) = sets
    bad = badly_taken(X_count)
    steps = how['num_epochs'] * len(y)  # as many for fewer
    plans = {'avoidable bias': (FEW_UNITS, len(y), X_count),
             'variance': (MANY_UNITS, num_small, X_count),
             'mismatch': (MANY_UNITS, len(y), bad)}
    errors = {}
    for fault, (num_hiddens, size, X_there) in plans.items():
        net = train((X[:size], y[:size]), num_hiddens,
                    **{**how, 'num_epochs': steps // size})
        errors[fault] = [wrong, error(net, X[:size], y[:size]),
                         error(net, X_other, y_other), error(net, X_there, y_count)]
    both = onp.concatenate([X, badly_taken(X)]), onp.concatenate([y, y])
    mended = train(both, MANY_UNITS, **how)
    return errors, error(mended, bad, y_count)


def draw(errors):
    """The four errors of each fault, and what makes up the last."""
    d2l.plot(list(range(len(ERRORS))), [*errors.values()], 'examples', 'error',
             legend=[f'planted: {fault}' for fault in errors],
             fmts=('o-', 'm^--', 'gs-.'), figsize=(5.5, 3))
    d2l.plt.xticks(range(len(ERRORS)), ERRORS)


def claims(found):
    """A claim for each fault, and one for the remedy, beside what each seed gave."""
    rows = []
    for fault in PARTS:
        parts = {part: found[f'{fault} planted: {part}'] for part in PARTS}
        rows.append(d2l.claim(f'{fault}, planted, is the largest part of the error',
                              parts, all(d2l.exceeds(parts[fault], parts[part])
                                         for part in PARTS if part != fault)))
    before, after = found['error, mismatched'], found['error, mended']
    mismatch = onp.array(found['mismatch planted: mismatch'])
    return [*rows, d2l.claim(
        'training pictures made to look like those that count take away more than half '
        'of the mismatch', {'error, mismatched': before, 'error, mended': after},
        d2l.exceeds(onp.subtract(before, after), mismatch / 2))]


def run(*, num_seeds: int = 3, wrong: float = 0.05, num_train: int = 6000,
        num_small: int = 200, num_valid: int = 3000, num_epochs: int = 8,
        lr: float = 0.002, batch_size: int = 50) -> dict:
    last, how = {}, dict(num_epochs=num_epochs, lr=lr, batch_size=batch_size)

    def measure():
        sets = [(X, d2l.plant_wrong_labels(y, round(wrong * len(y)), NUM_CLASSES)[0])
                for X, y in d2l.sample_garments(num_train, num_valid, num_valid)]
        last['errors'], mended = plant(sets, min(num_small, num_train), wrong, how)
        last['pictures'] = sets[2][0][:6]
        row = {f'{fault} planted: {part}': value
               for fault, errors in last['errors'].items()
               for part, value in parts_of(errors).items()}
        return {**row, 'error, mismatched': last['errors']['mismatch'][-1],
                'error, mended': mended}

    found = d2l.over_seeds(measure, num_seeds)
    draw(last['errors'])
    pictures = last['pictures']
    d2l.show_images(onp.concatenate([pictures, badly_taken(pictures)])[:, 0], 2, 6)
    return {'claims': claims(found), 'errors': {
        fault: dict(zip(ERRORS, errors)) for fault, errors in last['errors'].items()}}


if __name__ == '__main__':
    d2l.main(run)
