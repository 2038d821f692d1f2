"""Error analysis (误差分析)

Source: deep-learning-specialization, topic 10

Whoever looks at mistakes learns what to do next. What is said: a few confusions make up
most of the errors, as the confusion matrix shows; wrong labels are found among the
mistakes with the largest losses, here labels that were planted; and in what a network
learns from, wrong labels that chance made do little harm, while as many of one kind,
one class being taken for another, do more.
"""
import math
from functools import partial

import numpy as onp
from mxnet import gluon, init, np, npx
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels')
SMOKE = dict(num_seeds=1, num_epochs=1, num_train=160, num_valid=160)
RANGES = dict(num_seeds=(1, 100), num_train=(10, 30000), num_valid=(10, 30000),
              planted=(0.001, 0.5), wrong=(0.001, 0.5))
NUM_CLASSES, NUM_PAIRS = 10, 3
TAKEN_FOR = {2: 4, 4: 6, 6: 0, 7: 9}  # pullover, coat, shirt, t-shirt; sneaker, boot
FOUND, LITTLE = 0.5, 0.02  # of the planted, and of accuracy


def build_net():
    """X (batch, 1, 28, 28) -> scores (batch, 10)."""
    net = nn.HybridSequential()
    net.add(nn.Conv2D(8, kernel_size=5, strides=2, activation='relu'),
            nn.Conv2D(16, kernel_size=3, strides=2, activation='relu'),
            nn.Dense(64, activation='relu'), nn.Dense(NUM_CLASSES))
    return net


def example_inputs(batch_size=2):
    return (np.random.uniform(size=(batch_size, 1, 28, 28)),)


def taken_labels(y, count):
    """Labels of which so many, of TAKEN_FOR, are that class; and which these are."""
    candidates = onp.flatnonzero(onp.isin(y, list(TAKEN_FOR)))
    changed = onp.random.permutation(candidates)[:count]
    wrong = y.copy()
    wrong[changed] = [TAKEN_FOR[label] for label in y[changed].tolist()]
    return wrong, changed


def train(data, num_epochs, lr, batch_size):
    """A network that has learnt from (X, y)."""
    net = build_net()
    net.initialize(init.Xavier(), ctx=d2l.try_all_gpus())
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': lr})
    step = d2l.classification_step(net, gluon.loss.SoftmaxCrossEntropyLoss(), trainer)
    d2l.fit(step, d2l.load_array(data, batch_size), num_epochs)
    return net


def log_probabilities(net, X):
    """(n, 10), what the network says of pictures (n, 1, 28, 28)."""
    return npx.log_softmax(net(np.array(X, ctx=d2l.try_gpu()))).asnumpy()


def share_of_pairs(matrix, num_pairs):
    """What share of all errors the largest confusions of two classes make up."""
    both = onp.triu(matrix + matrix.T, k=1)  # either way
    return float(onp.sort(both, axis=None)[::-1][:num_pairs].sum() / both.sum())


def worst(log_p, y):
    """Examples, the largest loss first."""
    return onp.argsort(log_p[onp.arange(len(y)), y])


def show(X, y, log_p, matrix, changed):
    """The confusion matrix, and the worst mistakes, those planted with a star."""
    off = matrix * (1 - onp.eye(NUM_CLASSES))
    d2l.show_heatmaps(off[None, None], 'said to be', 'is', ['errors'], figsize=(4, 4))
    names = d2l.get_fashion_mnist_labels(range(NUM_CLASSES))
    axes = d2l.plt.gcf().axes[0]
    axes.set_xticks(range(NUM_CLASSES), names, rotation=90)
    axes.set_yticks(range(NUM_CLASSES), names)
    chosen = worst(log_p, y)[:8]
    d2l.show_images(X[chosen, 0], 1, 8, [
        f'{names[y[i]]}{"*" if i in changed else ""}?\n{names[log_p[i].argmax()]}'
        for i in chosen], scale=1.6)


def claims(found, wrong):
    """The three claims, beside what each seed gave."""
    clean, chance, taken = (found[f'accuracy, {name}'] for name in (
        'right labels', 'wrong by chance', 'wrong of one kind'))
    return [
        d2l.claim(f'{NUM_PAIRS} confusions of 45 make up most of the errors',
                  {'share of errors': found['share of errors']},
                  min(found['share of errors']) > 0.5),
        d2l.claim('most planted labels are found among as many of the worst mistakes',
                  {name: found[name] for name in ('planted found', 'found by chance')},
                  min(found['planted found']) > FOUND),
        d2l.claim(f'{wrong:.0%} wrong labels to learn from do little harm where chance '
                  'made them, and more where they are of one kind',
                  {name: values for name, values in found.items()
                   if name.startswith('accuracy')},
                  onp.mean(clean) - onp.mean(chance) < LITTLE
                  and d2l.exceeds(chance, taken))]


def run(*, num_seeds: int = 3, planted: float = 0.02, wrong: float = 0.2,
        num_epochs: int = 8, lr: float = 0.002, batch_size: int = 64,
        num_train: int = 6000, num_valid: int = 5000) -> dict:
    by_chance = partial(d2l.plant_wrong_labels, num_classes=NUM_CLASSES)
    last, how = {}, dict(num_epochs=num_epochs, lr=lr, batch_size=batch_size)
    num_planted, num_wrong = math.ceil(planted * num_valid), round(wrong * num_train)

    def measure():
        (X, y), (X_valid, y_valid) = d2l.sample_garments(num_train, num_valid)
        log_p = log_probabilities(train((X, y), **how), X_valid)
        said = log_p.argmax(axis=1)
        matrix = d2l.confusion_matrix(y_valid, said, NUM_CLASSES)
        labels, changed = by_chance(y_valid, num_planted)
        looked_at = worst(log_p, labels)[:num_planted]
        last.update(X=X_valid, y=labels, log_p=log_p, matrix=matrix, changed=changed)
        row = {'share of errors': share_of_pairs(matrix, NUM_PAIRS),
               'planted found': len(set(looked_at) & set(changed)) / num_planted,
               'found by chance': num_planted / num_valid,
               'accuracy, right labels': float((said == y_valid).mean())}
        for name, labels_of in (('wrong by chance', by_chance),
                                ('wrong of one kind', taken_labels)):
            net = train((X, labels_of(y, num_wrong)[0]), **how)
            said = log_probabilities(net, X_valid).argmax(axis=1)
            row[f'accuracy, {name}'] = float((said == y_valid).mean())
        return row

    found = d2l.over_seeds(measure, num_seeds)
    show(**last)
    return {'claims': claims(found, wrong), 'planted': num_planted,
            'confusions': last['matrix']}


if __name__ == '__main__':
    d2l.main(run)
