"""Feedforward networks: XOR, maxout, mixtures, a symbolic graph (前馈网络)

Source: Deep Learning (Goodfellow, Bengio, Courville), chapter 6

Two hidden units compute XOR, with weights that can be written down; that descent finds
them is another matter, and more units make it likelier. A maxout unit is the largest
of several lines, whatever function that is. A network that gives a mixture of normal
distributions is told what it cannot be told by squares: that an input has two answers;
of these drawn data the least loss that anybody can have is known. Last a graph of
operations that differentiates itself, each derivative a graph again, so that it has
the second ones, too, which MXNet lacks.
"""
import math

import numpy as onp
from mxnet import autograd, gluon, init, np, npx
from mxnet.gluon import nn

import d2lmx as d2l

SMOKE = dict(num_epochs=2, num_train=128, num_starts=10, xor_steps=50, num_seeds=1)
RANGES = dict(num_train=(10, 10 ** 5), num_hiddens=(1, 1024), num_seeds=(1, 100),
              num_starts=(1, 10 ** 4))
XOR = onp.array([[0., 0], [0, 1], [1, 0], [1, 1]]), onp.array([0., 1, 1, 0])
SIGMA = 0.1  # deviation of the two answers


# ---- XOR (6.1)

def f(X, W, c, w, b):
    """f(x) = w^T max(0, W^T x + c) + b of many networks at once.

    X (n, 4, 2), W (n, 2, h), c (n, 1, h), w (n, h, 1), b (n, 1, 1) -> (n, 4, 1).
    """
    return npx.batch_dot(npx.relu(npx.batch_dot(X, W) + c), w) + b


def examples(num_nets):
    """X (num_nets, 4, 2) and y (num_nets, 4, 1): the same for each."""
    X, y = XOR
    return [np.array(onp.repeat(part[None], num_nets, axis=0), dtype='float32')
            for part in (X, y[:, None])]


def by_hand():
    """f(x) of the four examples by that book's weights: (4,)."""
    weights = [[[1, 1], [1, 1]]], [[[0, -1]]], [[[1], [-2]]], [[[0]]]
    return f(examples(1)[0], *map(np.array, weights)).asnumpy().reshape(-1)


def share_that_learn(num_units, num_starts, num_steps, rate=0.1):
    """How many networks from weights of chance say 0 and 1 on the right side of 1/2."""
    X, y = examples(num_starts)
    params = [np.random.normal(size=(num_starts, 2, num_units)),
              np.zeros((num_starts, 1, num_units)),
              np.random.normal(size=(num_starts, num_units, 1)),
              np.zeros((num_starts, 1, 1))]
    for param in params:
        param.attach_grad()
    for _ in range(num_steps):
        with autograd.record():
            l = ((f(X, *params) - y) ** 2).mean(axis=(1, 2)).sum()
        l.backward()
        for param in params:
            param -= rate * param.grad
    errors = abs(f(X, *params) - y).asnumpy().max(axis=(1, 2))  # (num_starts,)
    return float((errors < 0.5).mean())


def claims_of_xor(few, many):
    """By hand, by a line, and learnt by two hidden units and by eight."""
    X, y = XOR
    scores, design = by_hand(), onp.column_stack([X, onp.ones(4)])
    *w, b = onp.linalg.solve(design.T @ design, design.T @ y)
    return [
        d2l.claim('two hidden units compute XOR by weights written down', {
            f'f({int(x1)}, {int(x2)})': float(score)
            for (x1, x2), score in zip(X, scores)}, scores.tolist() == y.tolist()),
        d2l.claim('the nearest line says one half of everything', {
            'w1': float(w[0]), 'w2': float(w[1]), 'b': float(b), 'b, exact': 0.5},
            onp.allclose([*w, b], [0, 0, 0.5], atol=1e-12)),
        d2l.claim('two hidden units learn XOR from few starts, eight from most', {
            'share, two': few, 'share, eight': many},
            min(few) > 0 and max(few) < 0.5 < min(many))]


# ---- maxout (6.3.1)

class Maxout(nn.HybridBlock):
    """h_i = max of the z_j in group i, k to each: X (batch, d) -> (batch, units)."""

    def __init__(self, units, k, in_units=0, **kwargs):
        super().__init__(**kwargs)
        self.units, self.k = units, k
        self.z = nn.Dense(units * k, in_units=in_units)

    def hybrid_forward(self, F, X):
        Z = F.npx.reshape(self.z(X), (-2, self.units, self.k))  # (batch, units, k)
        return F.np.max(Z, axis=2)


def maxout_of(weight, bias):
    """A maxout unit of known lines: weight (k, d), bias (k,)."""
    unit = Maxout(1, len(bias), in_units=onp.shape(weight)[1])
    unit.initialize()
    unit.z.weight.set_data(np.array(weight))
    unit.z.bias.set_data(np.array(bias))
    return lambda X: unit(np.array(X, dtype='float32')).asnumpy()[:, 0]


def tangents(k):
    """Weights (k, 1) and biases (k,) of lines that touch x^2 in equal distances."""
    t = (2 * onp.arange(k) + 1) / k - 1
    return 2 * t[:, None], -t ** 2


def claims_of_maxout(k=8):
    """Functions that one unit is, and x^2, which it comes near to from below."""
    x = onp.linspace(-1, 1, 1001)[:, None]
    absolute = maxout_of([[1], [-1]], [0, 0])(x)
    xor = maxout_of([[1, -1], [-1, 1]], [0, 0])(XOR[0])
    d2l.plot(x[:, 0], [x[:, 0] ** 2, maxout_of(*tangents(3))(x)], 'x', 'y',
             legend=['x^2', 'maxout of 3 lines'])
    below = float((x[:, 0] ** 2 - maxout_of(*tangents(k))(x)).max())
    return [
        d2l.claim('a maxout unit of two lines is |x|, or XOR', {
            'largest difference from |x|': float(abs(absolute - abs(x[:, 0])).max()),
            'from XOR': float(abs(xor - XOR[1]).max())},
            abs(absolute - abs(x[:, 0])).max() < 1e-7
            and xor.tolist() == XOR[1].tolist()),
        d2l.claim('k lines come within 1 / k^2 of x^2', {
            'largest difference': below, '1 / k^2': 1 / k ** 2},
            abs(below - 1 / k ** 2) < 1e-6)]  # numbers of 32 bits around 1


# ---- mixture density outputs (6.2.2.4)

def build_net(num_components=2, num_hiddens=32):
    """X (batch, 1) -> (batch, 3 * num_components): see `MixtureLoss`."""
    net = nn.HybridSequential()
    net.add(nn.Dense(num_hiddens, activation='tanh'),
            nn.Dense(num_hiddens, activation='tanh'), nn.Dense(3 * num_components))
    return net


def example_inputs(batch_size=2):
    return (np.random.uniform(-1, 1, size=(batch_size, 1)),)


class MixtureLoss(nn.HybridBlock):
    """-log p(y | x) of y (batch, 1) under mixtures Y (batch, 3 * n), as (batch,).

    Y has scores of P(c = i | x), a softmax away from it, then mu_i, then log sigma_i.
    """

    def hybrid_forward(self, F, Y, y):
        scores, mu, log_sigma = F.np.split(Y, 3, axis=1)                # (batch, n)
        z = (y - mu) * F.np.exp(-log_sigma)
        joint = (F.npx.log_softmax(scores) - z ** 2 / 2 - log_sigma
                 - math.log(2 * math.pi) / 2)
        most = F.np.max(joint, axis=1, keepdims=True)                   # (batch, 1)
        total = F.np.sum(F.np.exp(joint - most), axis=1, keepdims=True)
        return -F.npx.reshape(most + F.np.log(total), (-1,))


def two_answers(n):
    """x (n, 1) from -1 to 1, and y (n, 1): half of the time near x, half near -x."""
    x = onp.random.uniform(-1, 1, (n, 1))
    y = onp.random.choice([-1, 1], (n, 1)) * x + onp.random.normal(0, SIGMA, (n, 1))
    return np.array(x, dtype='float32'), np.array(y, dtype='float32')


def least_losses(num=401):
    """The mean -log p(y | x) of the truth, and of the best that is normal for each x.
    """
    x, y = onp.linspace(-1, 1, num), onp.linspace(-2, 2, 4 * num)[:, None]
    p = onp.exp(-((y - [[[1]], [[-1]]] * x) / SIGMA) ** 2 / 2).mean(axis=0)
    p /= SIGMA * math.sqrt(2 * math.pi)                      # (4 * num, num)
    entropies = -(p * onp.log(p + 1e-300)).sum(axis=0) * (y[1] - y[0])
    normal = onp.log(2 * math.pi * math.e * (x ** 2 + SIGMA ** 2)) / 2
    return tuple(float((values[1:] + values[:-1]).mean() / 2)
                 for values in (entropies, normal))


def measure_answers(num_train, num_hiddens, num_epochs, lr, batch_size):
    """Losses on new examples of mixtures of two and of one; the net of two."""
    data, new, row = two_answers(num_train), two_answers(10000), {}
    for n in (1, 2):
        net, loss, ctx = build_net(n, num_hiddens), MixtureLoss(), d2l.try_gpu()
        loss.hybridize(static_alloc=True, static_shape=True)
        net.initialize(init.Xavier(), ctx=d2l.try_all_gpus())
        trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': lr})
        d2l.fit(d2l.regression_step(net, loss, trainer),
                d2l.load_array(data, batch_size), num_epochs)
        row[f'loss, {n}'] = float(loss(*(part.as_in_ctx(ctx) for part in (
            net(new[0].as_in_ctx(ctx)), new[1]))).mean())
    return row, net, new


def draw_answers(net, X, y):
    """Examples, and the means of both components, where they are."""
    x = onp.linspace(-1, 1, 100)
    Y = net(np.array(x[:, None], 'float32').as_in_ctx(d2l.try_gpu())).asnumpy()
    d2l.plot(x, [Y[:, 2], Y[:, 3]], 'x', 'y', legend=['mu_1(x)', 'mu_2(x)'])
    d2l.plt.scatter(X.asnumpy()[:500], y.asnumpy()[:500], s=2, c='gray')


def claims_of_mixtures(one, two):
    """What can be had, and what was."""
    truth, normal = least_losses()
    return [
        d2l.claim('a normal output has no smaller loss than its deviation allows', {
            'loss': one, 'least, exact': normal},
            # three standard errors of 10000 examples
            all(normal - 0.03 < loss < normal + 0.1 for loss in one)),
        d2l.claim('an output of two components comes to the truth', {
            'loss': two, 'of the truth': truth},
            all(truth - 0.03 < loss < truth + 0.1 for loss in two))]


# ---- a graph that differentiates itself (6.5)

def logistic_loss(X, y, W, w, one):
    """Of y (n, 1), -1 or 1, and a network of one hidden layer: a variable (1, 1)."""
    odds = (-((X @ W).tanh() @ w * y)).exp()  # against y
    return (one.spread(odds) + odds).log().sum()


def by_autograd(X, y, W, w):
    """Gradients of the same for W and w, by MXNet."""
    X, y, W, w = (np.array(part, dtype='float64') for part in (X, y, W, w))
    for param in (W, w):
        param.attach_grad()
    with autograd.record():
        l = np.log(1 + np.exp(-y * np.dot(np.tanh(np.dot(X, W)), w))).sum()
    l.backward()
    return onp.concatenate([param.grad.asnumpy().ravel() for param in (W, w)])


def compare_gradients(step=1e-6):
    """First derivatives beside MXNet's, second ones beside differences of MXNet's."""
    leaves = X, y, W, w, one = [d2l.Variable() for _ in range(5)]
    arrays = [onp.random.normal(size=shape)
              for shape in ((7, 3), (7, 1), (3, 4), (4, 1))]
    arrays[1] = onp.sign(arrays[1])
    directions = [onp.random.normal(size=array.shape) for array in arrays[2:]]
    first = d2l.graph_gradients(logistic_loss(*leaves), [W, w])
    u, v = d2l.Variable(), d2l.Variable()  # a direction that the Hessian is taken along
    second = d2l.graph_gradients((first[0] * u).sum() + (first[1] * v).sum(), [W, w])
    found = d2l.evaluate_graph(first + second, dict(zip(
        [*leaves, u, v], [*arrays, onp.ones((1, 1)), *directions])))
    ends = [by_autograd(*arrays[:2], *(a + sign * step * d for a, d in zip(
        arrays[2:], directions))) for sign in (1, -1)]
    flat = [onp.concatenate([part.ravel() for part in parts])
            for parts in (found[:2], found[2:])]
    return (float(abs(flat[0] - by_autograd(*arrays)).max()),
            float(abs(flat[1] - (ends[0] - ends[1]) / (2 * step)).max()))


def claims_of_graphs(doublings=40):
    """What the graph says, and how little it takes."""
    first, second = compare_gradients()
    x = z = d2l.Variable()
    for _ in range(doublings):
        z = z + z
    found, = d2l.evaluate_graph(d2l.graph_gradients(z, [x]), {x: onp.ones((1, 1))})
    return [
        d2l.claim("the graph's gradients are autograd's", {'difference': first},
                  first < 1e-12),
        d2l.claim('gradients are a graph again, and have gradients', {
            'from differences': second}, second < 1e-8),  # rounding over the step
        d2l.claim('a graph is walked once, however many paths it has', {
            'gradient': float(found[0, 0]), 'paths': 2 ** doublings},
            found[0, 0] == 2 ** doublings)]


def run(*, num_epochs: int = 60, lr: float = 0.005, batch_size: int = 64,
        num_hiddens: int = 32, num_train: int = 2000, num_starts: int = 100,
        xor_steps: int = 1000, num_seeds: int = 3) -> dict:
    last = {}

    def measure():
        row, *last['drawn'] = measure_answers(num_train, num_hiddens, num_epochs, lr,
                                              batch_size)
        return {**row, **{f'XOR by {n}': share_that_learn(n, num_starts, xor_steps)
                          for n in (2, 8)}}

    rows = claims_of_maxout() + claims_of_graphs()
    found = d2l.over_seeds(measure, num_seeds)
    net, new = last['drawn']
    draw_answers(net, *new)
    return {'claims': [*claims_of_xor(found['XOR by 2'], found['XOR by 8']), *rows,
                       *claims_of_mixtures(found['loss, 1'], found['loss, 2'])]}


if __name__ == '__main__':
    d2l.main(run)
