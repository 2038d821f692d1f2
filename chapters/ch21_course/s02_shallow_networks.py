"""Shallow networks (浅层神经网络)

Source: deep-learning-specialization, topic 2

A flower's petals belong to two classes in turn, which one hidden layer learns. What is
said of it: units that begin alike stay alike, so weights must not begin at zero, nor at
any one number; layers without an activation are together one linear layer; and of the
activations tanh learns faster than the sigmoid, ReLU faster than tanh, and leaky ReLU
faster than ReLU. All train for equally many epochs at one rate, and the training losses
at the end are compared.
"""
from typing import Literal

from mxnet import autograd, gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

SMOKE = dict(num_seeds=1, num_epochs=2, num_points=100)
RANGES = dict(num_seeds=(1, 100), num_hiddens=(1, 4096), num_points=(10, 10 ** 5))
Variant = Literal['tanh', 'sigmoid', 'relu', 'leaky', 'linear']
VARIANTS = 'tanh', 'sigmoid', 'relu', 'leaky', 'linear'


def activation(variant):
    """The layer that follows the hidden one; none where all is linear."""
    return {'leaky': lambda: [nn.LeakyReLU(0.01)], 'linear': lambda: []}.get(
        variant, lambda: [nn.Activation(variant)])()


def build_net(variant: Variant = 'tanh', num_hiddens=8):
    """One hidden layer. X (batch, 2) -> score (batch, 1)."""
    net = nn.HybridSequential()
    net.add(nn.Dense(num_hiddens), *activation(variant), nn.Dense(1))
    return net


def example_inputs(batch_size=2):
    return (np.random.normal(size=(batch_size, 2)),)


def show_activations():
    """Draw each activation, and its derivative."""
    x = np.arange(-4, 4, 0.05)
    for name in VARIANTS[:-1]:
        layer, = activation(name)
        x.attach_grad()
        with autograd.record():
            y = layer(x)
        y.backward()
        d2l.plot(x, [y, x.grad], 'x', 'y', legend=[name, 'derivative'])
        d2l.plt.title(f'{name}')


def train(net, initializer, data, num_epochs, lr, batch_size):
    """Train from weights that the initializer gives; returns the history."""
    net.initialize(initializer, ctx=d2l.try_all_gpus())
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': lr})
    return d2l.fit(d2l.logistic_step(net, trainer), d2l.load_array(data, batch_size),
                   num_epochs)


def spread_of_units(net):
    """The largest difference between a hidden unit's weight and the first unit's."""
    weight = net[0].weight.data(d2l.try_gpu()).asnumpy()  # (num_hiddens, 2)
    return float(abs(weight - weight[0]).max())


def collapse(net):
    """The weights (1, inputs) and bias (1,) of the one layer that two linear ones are.
    """
    W1, b1, W2, b2 = (param.data(d2l.try_gpu())
                      for layer in net for param in (layer.weight, layer.bias))
    return np.dot(W2, W1), np.dot(W2, b1) + b2


def distance_from_one_layer(net, X):
    """By how much the scores of X differ from those of `collapse`, as a share."""
    w, b = collapse(net)
    X = np.array(X).as_in_ctx(w.ctx)
    Y = net(X)
    return float(abs(Y - (np.dot(X, w.T) + b)).max() / abs(Y).max())


def measure_symmetry(data, num_hiddens, num_epochs, lr, batch_size):
    """Spread and training accuracy after beginning at 0, at 1/2, and by chance."""
    row = {}
    for name, initializer in (('zero', init.Zero()), ('constant', init.Constant(0.5)),
                              ('chance', init.Normal(0.5))):
        net = build_net('tanh', num_hiddens)
        history = train(net, initializer, data, num_epochs, lr, batch_size)
        row[f'spread, {name}'] = spread_of_units(net)
        row[f'acc, {name}'] = history['train acc']
    return row


def claims(found):
    """The claims, beside what each seed gave."""
    def pick(*names):
        return {name: found[name] for name in names}

    def faster(new, old):
        losses = pick(f'loss, {new}', f'loss, {old}')
        return d2l.claim(f'{new} learns faster than {old}', losses,
                         d2l.exceeds(found[f'loss, {old}'], found[f'loss, {new}']))

    sigmoid_to_leaky = 'sigmoid', 'tanh', 'relu', 'leaky'
    return [
        d2l.claim('units that begin alike stay alike, and learn less',
                  pick(*(f'{what}, {name}' for what in ('spread', 'acc')
                         for name in ('zero', 'constant', 'chance'))),
                  max(found['spread, zero'] + found['spread, constant']) < 1e-6
                  < min(found['spread, chance'])
                  and all(d2l.exceeds(found['acc, chance'], found[f'acc, {alike}'])
                          for alike in ('zero', 'constant'))),
        d2l.claim('linear layers are one layer',
                  pick('distance from one layer', 'acc, linear', 'acc, tanh'),
                  max(found['distance from one layer']) < 1e-5
                  and d2l.exceeds(found['acc, tanh'], found['acc, linear'])),
        *map(faster, sigmoid_to_leaky[1:], sigmoid_to_leaky)]


def run(*, num_seeds: int = 3, num_hiddens: int = 8, num_epochs: int = 100,
        lr: float = 0.5, batch_size: int = 50, num_points: int = 500) -> dict:
    last = {}

    def measure():
        data = d2l.flower(num_points)
        row = measure_symmetry(data, num_hiddens, num_epochs, lr, batch_size)
        for variant in VARIANTS:
            net = build_net(variant, num_hiddens)
            history = train(net, init.Xavier(), data, num_epochs, lr, batch_size)
            row[f'loss, {variant}'] = history['train loss']
            row[f'acc, {variant}'] = history['train acc']
            last[variant] = net, history, data
        row['distance from one layer'] = distance_from_one_layer(net, data[0])
        return row

    found = d2l.over_seeds(measure, num_seeds)
    show_activations()
    losses = [[loss for _, loss in history.series['train loss']]
              for _, history, _ in last.values()]
    d2l.plot(range(1, num_epochs + 1), losses, 'epoch', 'train loss',
             legend=list(VARIANTS))
    for variant, (net, _, data) in last.items():
        d2l.show_decisions(net, *data, variant)
    return {'claims': claims(found)}


if __name__ == '__main__':
    d2l.main(run)
