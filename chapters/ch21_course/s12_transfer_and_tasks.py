"""Transfer, several tasks, and two stages (迁移学习、多任务学习与端到端)

Source: deep-learning-specialization, topic 12

Four things are said. What a network learnt from some classes helps with others where
there are few examples, and less where there are many. One network for several tasks
does better than one for each, though many labels are missing: what is not known is left
out of the loss. And whether a task is learnt end to end, or in two stages, is a matter
of how much there is to learn from: with few examples two stages are better, with many
an end to end network comes closer. The last task is whether two garments are of one
kind, the first of two stages what each of them is.
"""
import numpy as onp
from mxnet import gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels')
SMOKE = dict(num_seeds=1, num_epochs=1, num_few=40, num_many=80, num_test=40)
RANGES = dict(num_seeds=(1, 100), num_few=(10, 5000), num_many=(10, 5000),
              num_test=(10, 5000), known=(0.01, 1))
FIRST = 5  # classes from which the others are learnt
# tasks, and the classes that have what is asked for
TASKS = {'worn on feet': (5, 7, 9), 'long sleeves': (2, 4, 6), 'opens in front': (4, 6),
         'covers legs': (1, 3), 'covers the ankle': (9,)}


def build_net(num_outputs=len(TASKS)):
    """X (batch, channels, 28, 28) -> scores (batch, num_outputs)."""
    trunk, net = nn.HybridSequential(), nn.HybridSequential()
    trunk.add(nn.Conv2D(8, kernel_size=5, strides=2, activation='relu'),
              nn.Conv2D(16, kernel_size=3, strides=2, activation='relu'),
              nn.Dense(64, activation='relu'))
    net.add(trunk, nn.Dense(num_outputs))
    return net


def example_inputs(batch_size=2):
    return (np.random.uniform(size=(batch_size, 1, 28, 28)),)


def made(num_outputs, trunk=None):
    """A network with its first weights, or with those of a trunk that has learnt."""
    net = build_net(num_outputs)
    net.initialize(init.Xavier(), ctx=d2l.try_all_gpus())
    if trunk is not None:
        for new, old in zip(net[0].collect_params().values(),
                            trunk.collect_params().values()):
            new.set_data(old.data(d2l.try_gpu()))
    return net


def train_classes(net, data, num_epochs, lr, batch_size):
    """Train on (X, y) with one class an example; the network."""
    d2l.train_further(net, d2l.load_array(data, batch_size), num_epochs, lr)
    return net


def classes_of(net, X):
    """The class (n,) with the highest score for each picture."""
    return net(np.array(X, ctx=d2l.try_gpu())).argmax(axis=1).asnumpy()


def accuracy(net, X, y) -> float:
    return float((classes_of(net, X) == y).mean())


def transfer(num_few, num_many, num_test, how) -> dict:
    """Accuracy on the last classes of a network that knows the first, and of another.
    """
    X, y = d2l.sample_garments(2 * (2 * num_many + num_test))[0]
    source = [a[y < FIRST][:num_many] for a in (X, y)]
    X, y = X[y >= FIRST], y[y >= FIRST] - FIRST
    test, rest = (X[:num_test], y[:num_test]), (X[num_test:], y[num_test:])
    trunk = train_classes(made(FIRST), source, **how)[0]
    row = {}
    for size, count in (('few', num_few), ('many', num_many)):
        part = [a[:count] for a in rest]
        for name, begin in (('transferred', trunk), ('from scratch', None)):
            net = train_classes(made(FIRST, begin), part,
                                **longer(how, count, num_many))
            row[f'{name}, {size}'] = accuracy(net, *test)
    return row


def longer(how, count, num_many) -> dict:
    """The same with as many steps for fewer examples."""
    return {**how, 'num_epochs': max(1, how['num_epochs'] * num_many // count)}


def answers(y):
    """(n,) classes -> (n, tasks): 1. where it has what a task asks for, else 0."""
    return onp.stack([onp.isin(y, classes) for classes in TASKS.values()],
                     axis=1).astype('float32')


def train_tasks(data, num_epochs, lr, batch_size):
    """A network that has learnt from X, answers (n, tasks), and which are known."""
    net, loss = made(len(TASKS)), gluon.loss.SigmoidBinaryCrossEntropyLoss()
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': lr})

    def measure(X, Y, known):
        l = loss(net(X), Y, known)  # the mean over tasks; what is not known counts as 0
        return l, {'train loss': (l.sum(), len(l))}

    d2l.fit(d2l.measured_step(net, measure, trainer), d2l.load_array(data, batch_size),
            num_epochs)
    return net


def errors_of(net, X, Y):
    """(tasks,): how often the network's answer to each is wrong."""
    said = net(np.array(X, ctx=d2l.try_gpu())).asnumpy() > 0
    return (said != Y).mean(axis=0)


def several_tasks(num_train, num_test, known, how) -> dict:
    """The mean error of one network for all tasks, and of one for each."""
    (X, y), (X_test, y_test) = d2l.sample_garments(num_train, num_test)
    Y, Y_test = answers(y), answers(y_test)
    is_known = (onp.random.uniform(size=Y.shape) < known).astype('float32')
    together = errors_of(train_tasks((X, Y, is_known), **how), X_test, Y_test)
    alone = []
    for task, column in enumerate(onp.eye(len(TASKS), dtype='float32')):
        net = train_tasks((X, Y, is_known * column), **how)
        alone.append(errors_of(net, X_test, Y_test)[task])
    return {'error, one for all': float(together.mean()),
            'error, one each': float(onp.mean(alone))}


def pairs(X, y):
    """Pictures two and two, (n, 2, 28, 28), and whether both are of one kind, (n,).

    Half of them are, as nearly as it can be.
    """
    first = onp.random.permutation(len(y))
    same, second = onp.arange(len(y)) % 2 == 0, []
    for i, is_same in zip(first, same):
        others = onp.flatnonzero((y == y[i]) == is_same)
        second.append(onp.random.choice(others if len(others) else first))
    return (onp.concatenate([X[first], X[second]], axis=1),
            (y[first] == y[second]).astype('int32'))


def two_ways(num_few, num_many, num_test, how) -> dict:
    """Accuracy of a network that sees both, and of one that classifies each."""
    row, test = {}, pairs(*d2l.sample_garments(num_test)[0])
    for size, count in (('few', num_few), ('many', num_many)):
        (X, y), how_long = d2l.sample_garments(count)[0], longer(how, count, num_many)
        whole = train_classes(made(2), pairs(X, y), **how_long)
        kinds = train_classes(made(10), (X, y), **how_long)
        said = classes_of(kinds, test[0][:, :1]) == classes_of(kinds, test[0][:, 1:])
        row[f'end to end, {size}'] = accuracy(whole, *test)
        row[f'two stages, {size}'] = float((said == test[1]).mean())
    return row


def claims(found):
    """The four claims, beside what each seed gave."""
    def of(*names):
        return {name: found[name] for name in names}

    def gain(better, other):
        return onp.subtract(found[better], found[other])

    few, many = (gain(f'transferred, {size}', f'from scratch, {size}')
                 for size in ('few', 'many'))
    ahead, behind = (gain(f'two stages, {size}', f'end to end, {size}')
                     for size in ('few', 'many'))
    return [
        d2l.claim('what was learnt from other classes helps where examples are few, '
                  'and less where they are many',
                  of('transferred, few', 'from scratch, few', 'transferred, many',
                     'from scratch, many'),
                  d2l.exceeds(few, 0) and d2l.exceeds(few, many)),
        d2l.claim('one network for all tasks is better than one each, though labels '
                  'are missing', of('error, one for all', 'error, one each'),
                  d2l.exceeds(found['error, one each'], found['error, one for all'])),
        d2l.claim('with few examples two stages are better than end to end',
                  of('two stages, few', 'end to end, few'), d2l.exceeds(ahead, 0)),
        d2l.claim('with many examples end to end comes closer to two stages',
                  of('two stages, many', 'end to end, many'),
                  d2l.exceeds(ahead, behind))]


def run(*, num_seeds: int = 3, known: float = 0.2, num_few: int = 100,
        num_many: int = 3000, num_test: int = 2000, num_epochs: int = 6,
        lr: float = 0.002, batch_size: int = 50) -> dict:
    how = dict(num_epochs=num_epochs, lr=lr, batch_size=batch_size)

    def measure():
        return {**transfer(num_few, num_many, num_test, how),
                **several_tasks(num_many, num_test, known, how),
                **two_ways(num_few, num_many, num_test, how)}

    found = d2l.over_seeds(measure, num_seeds)
    for title, ways in (('a class of others', ('transferred', 'from scratch')),
                        ('of one kind?', ('two stages', 'end to end'))):
        d2l.plot([num_few, num_many], [[onp.mean(found[f'{way}, {size}']) for size in (
            'few', 'many')] for way in ways], 'examples', 'test accuracy',
            legend=list(ways), xscale='log', fmts=('o-', 'm^--'))
        d2l.plt.title(title)
    return {'claims': claims(found)}


if __name__ == '__main__':
    d2l.main(run)
