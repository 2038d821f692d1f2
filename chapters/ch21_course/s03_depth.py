"""Depth: the parity of bits (深度：比特的奇偶性)

Source: deep-learning-specialization, topic 3

Whether an odd number of n bits is 1 is what a tree of exclusive ors finds out, with
few units in a layer for each halving; a single hidden layer, it is said, needs a unit
for each odd pattern, 2^(n-1) of them. Both are built here by hand of ReLUs, checked on
all 2^n patterns, and their units counted. So is a third: a single hidden layer of n
units, which counts the bits, as units that add up can and gates cannot. Then networks
of one and of three hidden layers are trained on all patterns, and the fewest hidden
units with which each gets all of them right are looked for.
"""
import itertools
from typing import Literal

import numpy as onp
from mxnet import gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

SMOKE = dict(num_seeds=1, num_bits=3, num_epochs=2, most_units=6)
RANGES = dict(num_seeds=(1, 100), num_bits=(2, 12), most_units=(3, 4096))
STYLES = '-', '--', '-.', ':'  # in a colour of its own each, however many there are
NUM_LAYERS = {'shallow': 1, 'deep': 3}  # hidden ones, of what is trained


def all_patterns(num_bits):
    """Each pattern of bits X (2^n, n), and whether it is odd, y (2^n,)."""
    X = onp.array(list(itertools.product((0, 1), repeat=num_bits)), 'float32')
    return X, X.sum(axis=1) % 2


def perceptron(sizes):
    """Dense layers of these sizes, ReLUs below all but the last."""
    net = nn.HybridSequential()
    for size in sizes[:-1]:
        net.add(nn.Dense(size, activation='relu'))
    net.add(nn.Dense(sizes[-1]))
    return net


def build_net(variant: Literal['deep', 'shallow'] = 'deep', num_hiddens=16):
    """X (batch, num_bits) -> score (batch, 1); num_hiddens units in each layer."""
    return perceptron([num_hiddens] * NUM_LAYERS[variant] + [1])


def example_inputs(batch_size=2, num_bits=8):
    return (np.random.randint(0, 2, size=(batch_size, num_bits)).astype('float32'),)


# Networks by hand: a list of (weight (units, inputs), bias (units,)) of each layer.

def tree(num_bits):
    """Exclusive ors of pairs, of pairs of these, and so on.

    a xor b = relu(a + b) - 2 relu(a + b - 1); a bit without a partner is handed on.
    """
    layers, combine = [], onp.eye(num_bits)  # how bits are made of units
    while len(combine) > 1:
        num_pairs, odd = divmod(len(combine), 2)
        weight = onp.zeros((2 * num_pairs + odd, len(combine)))
        bias, after = onp.zeros(len(weight)), onp.zeros((num_pairs + odd, len(weight)))
        for i in range(num_pairs):
            weight[2 * i:2 * i + 2, 2 * i:2 * i + 2] = 1
            bias[2 * i + 1] = -1
            after[i, 2 * i:2 * i + 2] = 1, -2
        if odd:
            weight[-1, -1] = after[-1, -1] = 1
        layers.append((weight @ combine, bias))
        combine = after
    return layers + [(combine, onp.zeros(1))]


def each_pattern(num_bits):
    """One hidden layer with a unit for each odd pattern, which answers to it alone."""
    X, y = all_patterns(num_bits)
    odd = X[y == 1]
    return [(2 * odd - 1, 1 - odd.sum(axis=1)), (onp.ones((1, len(odd))), onp.zeros(1))]


def counting(num_bits):
    """One hidden layer whose unit k is relu(sum of all bits - k): up by 1, down by 1.
    """
    slopes = 2. * (-1) ** onp.arange(num_bits)
    slopes[0] = 1
    return [(onp.ones((num_bits, num_bits)), -onp.arange(num_bits)),
            (slopes[None], onp.zeros(1))]


def by_hand(layers):
    """The network with these weights, which gives 1 for odd patterns and 0 for even."""
    net = perceptron([len(bias) for _, bias in layers])
    net.initialize(ctx=d2l.try_all_gpus())
    net(np.zeros((1, layers[0][0].shape[1]), ctx=d2l.try_gpu()))
    for layer, (weight, bias) in zip(net, layers):
        layer.weight.set_data(np.array(weight))
        layer.bias.set_data(np.array(bias))
    return net


def count_units(net):
    """Hidden units of a perceptron whose shapes are known."""
    return sum(layer.bias.shape[0] for layer in list(net)[:-1])


def built(num_bits):
    """Hidden layers, hidden units, and the largest error on all patterns, of each."""
    X, y = all_patterns(num_bits)
    rows = {}
    for make in (tree, each_pattern, counting):
        net = by_hand(make(num_bits))
        Y = net(np.array(X).as_in_ctx(d2l.try_gpu()))[:, 0].asnumpy()
        rows[make.__name__] = {'layers': len(net) - 1, 'units': count_units(net),
                               'error': float(abs(Y - y).max())}
    return rows


def train(variant, num_hiddens, data, num_epochs, lr, batch_size):
    """The history of one network's training on all patterns."""
    net = build_net(variant, num_hiddens)
    net.initialize(init.Xavier(), ctx=d2l.try_all_gpus())
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': lr})
    return d2l.fit(
        d2l.logistic_step(net, trainer), d2l.load_array(data, batch_size), num_epochs,
        evaluate=lambda: {'acc': d2l.logistic_accuracy(net, *data)})


def widths(variant, most_units):
    """Units a layer to be tried: as many in all for either, doubled until the most."""
    total, num_layers = 3, NUM_LAYERS[variant]
    while total <= most_units:
        yield total // num_layers
        total *= 2


def fewest_units(variant, data, most_units, *training):
    """(units, histories by units) of the smallest that gets all patterns right.

    Twice as many as the most, where none does.
    """
    histories, num_layers = {}, NUM_LAYERS[variant]
    for width in widths(variant, most_units):
        history = train(variant, width, data, *training)
        histories[width * num_layers] = history
        if max(acc for _, acc in history.series['acc']) == 1:
            return width * num_layers, histories
    return 2 * most_units, histories


def draw(variant, histories):
    """The accuracy of each network over the epochs."""
    curves = [[acc for _, acc in history.series['acc']]
              for history in histories.values()]
    d2l.plot(range(1, len(curves[0]) + 1), curves, 'epoch', 'accuracy',
             legend=[f'{units} units' for units in histories], fmts=STYLES)
    d2l.plt.title(variant)


def claims(rows, found):
    """The claims, beside what was counted and what each seed found."""
    exact = max(row['error'] for row in rows.values()) < 1e-5
    units = {name: row['units'] for name, row in rows.items()}
    return [
        d2l.claim('a tree of exclusive ors needs fewer units than one for each odd '
                  'pattern', {**units, 'layers of the tree': rows['tree']['layers']},
                  exact and units['tree'] < units['each_pattern']),
        d2l.claim('every single hidden layer needs a unit for each odd pattern', units,
                  not exact or units['counting'] >= units['each_pattern']),
        d2l.claim('trained, a deep network needs fewer units than a shallow one',
                  {f'units, {name}': found[name] for name in NUM_LAYERS},
                  d2l.exceeds(*(found[name] for name in NUM_LAYERS)))]


def run(*, num_seeds: int = 3, num_bits: int = 8, num_epochs: int = 200,
        lr: float = 0.01, batch_size: int = 32, most_units: int = 96) -> dict:
    rows, last = built(num_bits), {}
    data = all_patterns(num_bits)

    def measure():
        row = {}
        for variant in NUM_LAYERS:
            row[variant], last[variant] = fewest_units(
                variant, data, most_units, num_epochs, lr, batch_size)
        return row

    found = d2l.over_seeds(measure, num_seeds)
    for variant, histories in last.items():
        draw(variant, histories)
    return {'claims': claims(rows, found), 'by hand': rows}


if __name__ == '__main__':
    d2l.main(run)
