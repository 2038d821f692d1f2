"""Ways of descent (下降的各种方式)

Source: deep-learning-specialization, topic 7

One perceptron, one set of garments, equally many epochs: gradient descent on all
examples at once, by mini-batches, with momentum, by RMSProp, by Adam, and by mini-
batches with a rate that falls from epoch to epoch. Each way tries several rates, and
is judged by the one that leaves the smallest loss on what it has learnt from: what is
said is that each goes further down than a simpler one. Sections 11.4 to 11.11 have the
ways one by one.
"""
from dataclasses import dataclass, field

import numpy as onp
from mxnet import gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels')
SMOKE = dict(num_seeds=1, num_epochs=2, num_train=256, num_rates=1)
RANGES = dict(num_seeds=(1, 100), num_train=(10, 12000), num_rates=(1, 4))


@dataclass(frozen=True)
class Way:
    """One of Gluon's optimisers, and the rates that are tried, the likeliest first."""

    optimizer: str
    rates: tuple
    options: dict = field(default_factory=dict)
    is_whole: bool = False  # whether a step takes all examples
    falls: bool = False     # whether the rate does, from epoch to epoch


WAYS = {
    'all at once': Way('sgd', (0.2, 0.1, 0.5, 1), is_whole=True),
    'mini-batches': Way('sgd', (0.1, 0.2, 0.05, 0.5)),
    'momentum': Way('sgd', (0.02, 0.05, 0.01, 0.1), {'momentum': 0.9}),
    'RMSProp': Way('rmsprop', (0.002, 0.001, 0.005, 0.0005)),
    'Adam': Way('adam', (0.005, 0.01, 0.002, 0.001)),
    'falling rate': Way('sgd', (0.2, 0.1, 0.5, 1), falls=True)}
STYLES = '-', '--', '-.', ':'  # in a colour of its own each
# what is said to go further down, and than what
SAID = (('mini-batches', 'all at once'), ('momentum', 'mini-batches'),
        ('RMSProp', 'mini-batches'), ('Adam', 'momentum'), ('Adam', 'RMSProp'),
        ('falling rate', 'mini-batches'))


def build_net():
    """X (batch, 1, 28, 28) -> scores (batch, 10)."""
    net = nn.HybridSequential()
    net.add(nn.Dense(64, activation='relu'), nn.Dense(10))
    return net


def example_inputs(batch_size=2):
    return (np.random.uniform(size=(batch_size, 1, 28, 28)),)


def falling(rate, num_epochs):
    """The schedule of a rate that falls in a straight line, to 0 behind the last epoch.
    """
    return lambda epoch: rate * (1 - epoch / num_epochs)


def train(way, rate, data, num_epochs, batch_size):
    """Losses on all examples after each epoch of one way."""
    net, loss = build_net(), gluon.loss.SoftmaxCrossEntropyLoss()
    loss.hybridize(static_alloc=True, static_shape=True)
    net.initialize(init.Xavier(), ctx=d2l.try_all_gpus())
    train_iter = d2l.load_array(data, len(data[1]) if way.is_whole else batch_size)
    options = {'learning_rate': rate}
    if way.falls:
        options = {'lr_scheduler': d2l.ByEpoch(falling(rate, num_epochs),
                                               len(train_iter))}
    trainer = gluon.Trainer(net.collect_params(), way.optimizer,
                            {**options, **way.options})
    everything = [tuple(map(np.array, data))]  # one batch
    history = d2l.fit(
        d2l.classification_step(net, loss, trainer), train_iter, num_epochs,
        evaluate=lambda: {'loss': d2l.evaluate_loss(net, everything, loss)})
    return [value for _, value in history.series['loss']]


def best_rates(found):
    """{way: the rate whose mean loss over the seeds is the smallest}."""
    best = {}
    for name in WAYS:
        means = {rate: onp.mean(losses) for (way, rate), losses in found.items()
                 if way == name}
        best[name] = min(means, key=lambda rate: (onp.isnan(means[rate]), means[rate]))
    return best


def claims(losses):
    """The claims, beside what each seed gave at the best rates."""
    return [d2l.claim(f'{new} goes further down than {old}',
                      {name: losses[name] for name in (new, old)},
                      d2l.exceeds(losses[old], losses[new]))
            for new, old in SAID]


def run(*, num_seeds: int = 3, num_epochs: int = 10, batch_size: int = 64,
        num_train: int = 4000, num_rates: int = 4) -> dict:
    curves = {}

    def measure():
        data, = d2l.sample_garments(num_train)
        for name, way in WAYS.items():
            for rate in way.rates[:num_rates]:
                curves[name, rate] = train(way, rate, data, num_epochs, batch_size)
        return {pair: losses[-1] for pair, losses in curves.items()}

    found = d2l.over_seeds(measure, num_seeds)
    best = best_rates(found)
    d2l.plot(range(1, num_epochs + 1), [curves[pair] for pair in best.items()],
             'epoch', 'loss', legend=[f'{name}, {rate}' for name, rate in best.items()],
             fmts=STYLES)
    losses = {name: found[name, rate] for name, rate in best.items()}
    return {'claims': claims(losses), 'best rates': best,
            'losses': {f'{name}, {rate}': values
                       for (name, rate), values in found.items()}}


if __name__ == '__main__':
    d2l.main(run)
