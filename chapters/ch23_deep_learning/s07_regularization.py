"""Regularization: constraints, noise, ensembles, adversaries (深度学习的正则化)

Source: Deep Learning (Goodfellow, Bengio, Courville), chapter 7

What a way to regularize does can be worked out where models are small. On a quadratic a
constraint is a penalty, and descent that stops early is nearly one. Noise on weights
punishes slopes, and smoothed labels say where scores come to rest. Formulas have the
errors of classes that examples without labels help to find, and of neighbours in bags;
of dropout all masks are tried. The last two ways move inputs: against the network, for
which garments serve, and along circles, on which the class stays what it is.
"""
import itertools
import math
from statistics import NormalDist

import numpy as onp
from mxnet import gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels')
SMOKE = dict(num_epochs=1, tangent_epochs=10, num_train=64, num_test=64, num_bags=400,
             num_seeds=1)
RANGES = dict(num_train=(10, 20000), num_test=(10, 20000), num_bags=(400, 10 ** 5),
              perturbation=(0.001, 1), tangent_weight=(0, 100), num_seeds=(1, 100))
EIGENVALUES = 8., 2., 0.5  # of a loss that is quadratic
TURN = onp.array([[0, 1], [-1, 0]], 'float32')  # a place -> along the circle around 0
MOST_DEVIATIONS = 5        # chance goes further once in a million times


# ---- norm constraints (7.2) and early stopping (7.8), on (w - w*)^T H (w - w*) / 2

def descend(H, w_star, epsilon, num_steps, k=onp.inf):
    """w (num_steps + 1, n) from 0, each no longer than k: a longer one is cut to it."""
    path = [onp.zeros(len(H))]
    for _ in range(num_steps):
        w = path[-1] - epsilon * H @ (path[-1] - w_star)
        path.append(w * min(1, k / onp.linalg.norm(w)))
    return onp.array(path)


def claims_of_constraints(alpha=0.5, epsilon=0.1, num_steps=1000):
    """The border of a ball, and the penalty that ends there."""
    Q = onp.linalg.qr(onp.random.normal(size=(3, 3)))[0]
    H, w_star = Q * EIGENVALUES @ Q.T, onp.random.normal(size=3)
    decayed = onp.linalg.solve(H + alpha * onp.eye(3), H @ w_star)  # 7.1.1
    away = {}
    for name, w, share in (('it binds', decayed, 1), ('it does not', w_star, 2)):
        k = share * onp.linalg.norm(w)
        end = descend(H, w_star, epsilon, num_steps, k)[-1]
        away[name] = float(abs(end - w).max())
    return d2l.claim('descent within a ball ends where weight decay does, or where '
                     'it would without (differences)', away, max(away.values()) < 1e-12)


def claims_of_stopping(tau=100, epsilon=0.1, num_steps=60):
    """The course of descent, where it should stop, and what penalty that is like."""
    t, new = onp.arange(num_steps + 1), [1, 1, 0]  # flat directions are no use there
    path = descend(onp.diag(EIGENVALUES), onp.ones(3), epsilon, num_steps)
    exact = 1 - (1 - epsilon * onp.array(EIGENVALUES)) ** t[:, None]  # (steps + 1, 3)
    losses, errors, formula = ((w - goal) ** 2 @ EIGENVALUES / 2 for w, goal in (
        (path, 1), (path, new), (exact, new)))
    i_star, v = d2l.early_stopping(errors, patience=5)
    d2l.plot(t, [losses, errors], 'step', 'loss', ['training', 'validation'],
             ylim=[0, 1])
    d2l.plt.plot([i_star], [v], 'ko')
    x = onp.logspace(-3, 2, 1001)
    stopped, decayed = 1 - (1 - x / tau) ** tau, x / (1 + x)
    d2l.plot(x, [stopped, decayed], 'tau epsilon lambda', 'share of w*', xscale='log',
             legend=['early stopping', 'weight decay'])
    far = 2.512862  # x = 2 log(1 + x), where 1 / (1 + x) - exp(-x) is largest
    most, limit = float((stopped - decayed).max()), 1 / (1 + far) - math.exp(-far)
    return [
        d2l.claim('patience of five steps finds the best step of all', {
            'step': i_star, 'exact': int(formula.argmin()), 'error': float(v),
            'error, exact': float(formula.min())},
            i_star == formula.argmin() and abs(v - formula.min()) < 1e-12),
        d2l.claim('tau steps learn the share of w* that decay of 1 / (tau epsilon) '
                  'leaves, but for a fifth', {'largest difference': most,
                                      'of many steps, exact': limit},
                  # (1 - x / tau)^tau is exp(-x) less x^2 exp(-x) / (2 tau)
                  0 <= most - limit < 0.3 / tau)]


# ---- noise on weights and labels (7.5)

def one_unit(X, W):
    """X (n, 2), W (m, 3), a tanh unit each, and what it weighs last: (m, n)."""
    return W[:, 2:] * onp.tanh(W[:, :2] @ X.T)


def squared_slopes(X, W):
    """|gradient of y_hat by W|^2 of `one_unit`, in closed form, W (3,): (n,)."""
    h = onp.tanh(X @ W[:2])
    return h ** 2 + (X ** 2).sum(axis=1) * (W[2] * (1 - h ** 2)) ** 2


def claims_of_noise(eta=0.01):
    """What noise on weights adds to a loss."""
    X, y, W = (onp.random.normal(size=shape) for shape in ((50, 2), 50, 3))
    added = d2l.noisy_loss(lambda X, W: W @ X.T, X, y, W[:2], eta) - (
        (X @ W[:2] - y) ** 2).mean()
    squares, penalty = (X ** 2).sum(axis=1).mean(), squared_slopes(X, W).mean()
    ratios = {f'eta {some:g}': float(d2l.noisy_loss(
        one_unit, X, one_unit(X, W[None]), W, some) / (some * penalty))
        for some in (eta, eta / 10, eta / 100)}
    off = [abs(ratio - 1) for ratio in ratios.values()]
    return [
        d2l.claim('noise on the weights of a line adds what no weight changes', {
            'added': float(added), 'eta E |x|^2': float(eta * squares)},
            abs(added - eta * squares) < 1e-12),
        d2l.claim('where a network fits, noise on its weights adds eta E |gradient|^2 '
                  '(ratios)', ratios, off[2] < off[1] / 5 < off[0] / 25)]


def learnt_gap(q, num_steps):
    """How far the first of scores is above the second, descending by labels q (k,)."""
    z = onp.zeros(len(q))
    for _ in range(num_steps):
        p = onp.exp(z - z.max())
        z += q - p / p.sum()
    return float(z[0] - z[1])


def claims_of_labels(k=10, epsilon=0.1, num_steps=4000):
    """Scores learnt from one label, smoothed and hard."""
    q = onp.array([1 - epsilon, *[epsilon / (k - 1)] * (k - 1)])
    gap, exact = learnt_gap(q, num_steps), math.log((1 - epsilon) * (k - 1) / epsilon)
    hard, course = learnt_gap(onp.eye(k)[0], num_steps), math.log(k * num_steps)
    return d2l.claim('scores come to rest by smoothed labels, and go on by hard ones', {
        'smoothed': gap, 'log((1 - eps) (k - 1) / eps)': exact, 'hard': hard,
        'log(k times steps)': course},
        # it is behind by (k - 1) log(kt) / (kt)
        abs(gap - exact) < 1e-9 and 0 <= course - hard < 0.01)


# ---- examples without labels (7.6), bagging (7.11), dropout (7.12)

def measure_classes(num_labels=10, num_unlabelled=500, d=10, distance=2.5):
    """Errors by ten labels alone, and by 500 examples without any beside them."""
    truth = onp.array([[-0.5], [0.5]]) * onp.eye(d)[0] * distance
    y, others = onp.arange(num_labels) % 2, onp.arange(num_unlabelled) % 2
    X, unlabelled = (truth[each] + onp.random.normal(size=(len(each), d))
                     for each in (y, others))
    return {name: d2l.error_of_means(d2l.class_means(X, y, unlabelled, steps), truth)
            for name, steps in (('labels alone', 0), ('with others', 50))}


def measure_bags(num_bags, sizes=(1, 5, 20), m=20):
    """Mean squared errors of k models together, and by how many standard errors they
    are off what is exact; each says what the nearest example of its bag does."""
    x, new = onp.random.uniform(size=m), onp.linspace(0, 1, 50)
    y, truth = onp.sin(6 * x) + onp.random.normal(0, 0.5, m), onp.sin(6 * new)
    (v, c), row = d2l.errors_in_bags(x, y, new, truth), {'deviation': 0.0}
    said = d2l.nearest_in_bags(x, y, new, num_bags)
    for k in sizes:
        whole = said[:num_bags // k * k].reshape(-1, k, len(new)).mean(axis=1)
        squares, exact = ((whole - truth) ** 2).mean(axis=1), v / k + (k - 1) / k * c
        row[f'k = {k}'], row[f'k = {k}, exact'] = float(squares.mean()), float(exact)
        row['deviation'] = max(row['deviation'], float(abs(squares.mean() - exact)
                               / squares.std(ddof=1) * math.sqrt(len(squares))))
    return row


def measure_masks(n=8, num_classes=3):
    """How far chances by halved weights are from all masks' geometric mean."""
    masks = onp.array(list(itertools.product([0., 1], repeat=n)))[:, None]
    X, W, V = (onp.random.normal(size=shape) for shape in (
        (20, n), (n, n), (n, num_classes)))
    row = {}
    for name, scores in (('a softmax follows', lambda X: X @ V), (
            'a hidden layer follows', lambda X: onp.maximum(0, X @ W) @ V)):
        together = d2l.geometric_mean(scores(masks * X))
        row[name] = float(abs(d2l.geometric_mean(scores(X / 2)[None]) - together).max())
    return row


def claims_of_committees(found, distance=2.5):
    """Errors and differences over seeds."""
    classes, masks = ({name: found[name] for name in names} for names in (
        ('labels alone', 'with others'),
        ('a softmax follows', 'a hidden layer follows')))
    bags = {name: value for name, value in found.items() if name.startswith('k = ')}
    least = NormalDist().cdf(-distance / 2)
    return [
        d2l.claim('500 examples without labels beside ten with them lower the error, '
                  'nearly to the least', {**classes, 'least, exact': least},
                  d2l.exceeds(*classes.values())
                  and onp.mean(classes['with others']) < least + 0.02),
        d2l.claim('bagging k models leaves v / k + (k - 1) c / k of the squared error',
                  bags, max(found['deviation']) < MOST_DEVIATIONS),
        d2l.claim("halved weights are dropout's geometric mean where a softmax follows "
                  '(differences)', masks, max(masks['a softmax follows']) < 1e-14
                  and min(masks['a hidden layer follows']) > 1e-4)]


# ---- adversaries (7.13)

def build_net(num_hiddens=64):
    """X (batch, 1, 28, 28) -> scores (batch, 10)."""
    net = nn.HybridSequential()
    net.add(nn.Dense(num_hiddens, activation='relu'), nn.Dense(10))
    return net


def example_inputs(batch_size=2):
    return (np.random.uniform(size=(batch_size, 1, 28, 28)),)


def measure_adversaries(num_train, num_test, num_epochs, lr, batch_size, perturbation):
    """Accuracies on garments, as they are and moved; four of each, and their names."""
    data, (X, y) = d2l.sample_garments(num_train, num_test)
    X, y, row, shown = np.array(X, ctx=d2l.try_gpu()), np.array(y), {}, {}
    for name in ('plain', 'adversarial'):
        net, loss = build_net(), gluon.loss.SoftmaxCrossEntropyLoss()
        net.initialize(init.Xavier(), ctx=d2l.try_all_gpus())
        trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': lr})
        step = (d2l.classification_step(net, loss, trainer) if name == 'plain' else
                d2l.adversarial_step(net, loss, trainer, perturbation))
        d2l.fit(step, d2l.load_array(data, batch_size), num_epochs)
        signs = np.sign(np.random.normal(size=X.shape, ctx=X.ctx))
        for kind, inputs in (
                ('as they are', X), ('by chance', X + perturbation * signs),
                ('against it', d2l.fast_gradient_sign(net, loss, X, y, perturbation))):
            row[f'{name}, {kind}'] = d2l.evaluate_accuracy(net, [(inputs, y)])
            shown[name, kind] = inputs[:4, 0].asnumpy(), d2l.get_fashion_mnist_labels(
                net(inputs[:4]).argmax(axis=1).asnumpy())
    return row, shown


# ---- tangent propagation (7.14)

def measure_tangents(tangent_epochs, tangent_weight, num_points=12):
    """Accuracies by a few points of a disc and a ring, and slopes along circles."""
    (X, y), (new, truth) = d2l.ring(num_points), d2l.ring(2000)
    row, shown = {}, {}
    for name, strength in (('plain', 0), ('tangents', tangent_weight)):
        net, loss = nn.HybridSequential(), gluon.loss.SigmoidBCELoss()
        net.add(nn.Dense(32, activation='tanh'), nn.Dense(1))
        net.initialize(init.Xavier(), ctx=d2l.try_all_gpus())
        trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': 0.02})
        d2l.fit(d2l.tangent_step(net, loss, trainer, strength),
                d2l.load_array((X, y, X @ TURN), num_points), tangent_epochs)
        row[f'accuracy, {name}'] = d2l.logistic_accuracy(net, new, truth)
        row[f'slope, {name}'] = float(d2l.tangent_penalty(net, *(
            np.array(part, ctx=d2l.try_gpu()) for part in (new, new @ TURN))).mean())
        shown[name] = net, X, y
    return row, shown


def claims_of_moved_inputs(found):
    """Accuracies and slopes over seeds."""
    by_chance, moved, withstood, plain, told, slope, less = (found[name] for name in (
        'plain, by chance', 'plain, against it', 'adversarial, against it', 'accuracy, '
        'plain', 'accuracy, tangents', 'slope, plain', 'slope, tangents'))
    return [
        d2l.claim('a step against a network costs more than one by chance (accuracy)',
                  {'as they are': found['plain, as they are'], 'by chance': by_chance,
                   'against it': moved}, d2l.exceeds(by_chance, moved)),
        d2l.claim('who learns from such steps withstands them better (accuracy)',
                  {'plain': moved, 'adversarial': withstood},
                  d2l.exceeds(withstood, moved)),
        d2l.claim('told the tangents a network changes less along circles (slope^2)',
                  {'plain': slope, 'tangents': less}, d2l.exceeds(slope, less)),
        d2l.claim('and tells a ring from a disc better, learnt from 12 points '
                  '(accuracy)',
                  {'plain': plain, 'tangents': told}, d2l.exceeds(told, plain))]


def show(shown):
    """Garments and what they are taken for, before and after; both decisions."""
    pictures, labels = zip(*(shown['garments']['plain', kind] for kind in (
        'as they are', 'against it')))
    d2l.show_images([*pictures[0], *pictures[1]], 2, 4, labels[0] + labels[1])
    for name, parts in shown['points'].items():
        d2l.show_decisions(*parts, name)


def run(*, num_epochs: int = 15, lr: float = 0.002, batch_size: int = 32,
        num_train: int = 2000, num_test: int = 2000,
        perturbation: float = 0.1, num_bags: int = 2000, tangent_epochs: int = 500,
        tangent_weight: float = 0.1, num_seeds: int = 3) -> dict:
    shown = {}

    def measure():
        row, shown['garments'] = measure_adversaries(num_train, num_test, num_epochs,
                                                     lr, batch_size, perturbation)
        circles, shown['points'] = measure_tangents(tangent_epochs, tangent_weight)
        return {**measure_classes(), **measure_bags(num_bags), **measure_masks(),
                **row, **circles}

    rows = [claims_of_constraints(), *claims_of_stopping(), *claims_of_noise(),
            claims_of_labels()]
    found = d2l.over_seeds(measure, num_seeds)
    show(shown)
    return {'claims': [*rows, *claims_of_committees(found),
                       *claims_of_moved_inputs(found)]}


if __name__ == '__main__':
    d2l.main(run)
