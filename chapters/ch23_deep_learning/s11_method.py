"""Method: coverage, baselines, hyperparameters, and a list of faults (实践方法论)

Source: Deep Learning (Goodfellow, Bengio, Courville), chapter 11

Whoever may decline to answer trades coverage for accuracy, as can be worked out where
the distributions are known. A network has to beat what needs no learning. A learning
rate is best just below the one from which descent diverges; where few of many
hyperparameters matter, points of chance come nearer to the best than a grid's; more
units learn more by heart. Last the debugging list: a training is examined before it
begins, and of six that have a fault each fault is named by the check that is for it.

`d2lmx debug` examines any section's training, `d2lmx tune` searches its options.
"""
import math

import numpy as onp
from mxnet import gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels')
SMOKE = dict(num_seeds=1, num_examples=2000, num_train=96, num_valid=100, num_epochs=1,
             num_steps=1, num_draws=200)
RANGES = dict(num_seeds=(1, 100), num_train=(20, 30000), num_valid=(10, 30000),
              num_examples=(100, 10 ** 7), num_draws=(10, 10 ** 6))
MU = 1.0                        # two classes, N(-MU, 1) and N(MU, 1)
COVERAGES = 0.25, 0.5, 0.75, 1  # at which accuracies are compared
CURVATURES = onp.array([0.1, 0.3, 1, 2])  # of a quadratic loss
WIDTHS = 8, 32, 128             # hidden units
# each fault, and the check that is for it
FAULTS = {'a large negative bias': 'dead units', 'softmax in the network': 'softmax',
          'a layer without updates': 'frozen', 'labels shuffled': 'labels',
          'a rate times 1000': 'update', 'np.std in a layer': 'differences'}
CHECKS = ('loss at the start', 'softmax', 'dead units', 'gradients', 'differences',
          'frozen', 'update', '10 steps', 'one batch', 'labels')


def build_net(num_hiddens=64):
    """X (batch, 1, 28, 28) -> scores (batch, 10)."""
    net = nn.HybridSequential()
    net.add(nn.Dense(num_hiddens, activation='relu'), nn.Dense(10))
    return net


def example_inputs(batch_size=2):
    return (np.random.uniform(size=(batch_size, 1, 28, 28)),)


# ---- coverage (11.1)

def upper_tail(z):
    """The chance that a standard normal number is above z."""
    return math.erfc(z / math.sqrt(2)) / 2


def coverage_of(a):
    """(coverage, accuracy) of who answers where |x| is above a: by the sign of x."""
    right, wrong = upper_tail(a - MU), upper_tail(a + MU)
    return right + wrong, right / (right + wrong)


def threshold_for(coverage):
    """The a of a coverage, by bisection."""
    low, high = 0.0, MU + 10
    for _ in range(60):
        middle = (low + high) / 2
        low, high = ((middle, high) if coverage_of(middle)[0] > coverage
                     else (low, middle))
    return low


def coverage_curve(confidence, is_right):
    """Shares answered (n,), and how many of these are right: the surest first."""
    count = onp.arange(1, len(confidence) + 1)
    order = onp.argsort(-confidence, kind='stable')
    return count / len(confidence), onp.cumsum(is_right[order]) / count


def measure_coverage(num_examples):
    """{coverage: deviations of its accuracy from the exact}; the curve."""
    y = onp.random.choice([-1, 1], num_examples)
    x = onp.random.normal(MU * y, 1)
    coverage, accuracy = curve = coverage_curve(abs(x), x * y > 0)
    found = {}
    for share in COVERAGES:
        exact = coverage_of(threshold_for(share))[1]
        n = round(share * num_examples)
        found[f'coverage {share}'] = float((accuracy[n - 1] - exact) / math.sqrt(
            exact * (1 - exact) / n))
    return found, curve


def claims_of_coverage(found):
    """found: {'coverage ...': deviations of each seed}, among others."""
    mine = {name: values for name, values in found.items() if 'coverage' in name}
    rows = {f'accuracy of the {share:.0%} surest': coverage_of(threshold_for(share))[1]
            for share in COVERAGES}
    return [d2l.claim('who answers the surest questions alone is right as often as the '
                      'distributions say (standard deviations)', {**mine, **rows},
                      onp.max(onp.abs([*mine.values()])) < 5)]


# ---- baselines and capacity (11.2, 11.4.1)

def errors_of_width(num_hiddens, train, valid, num_epochs):
    """Mean losses and errors of a network that has learnt, on both sets."""
    net = build_net(num_hiddens)
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    train_iter, valid_iter = (d2l.load_array(part, 64, is_train) for part, is_train in
                              ((train, True), (valid, False)))
    d2l.train_quietly(net, train_iter, num_epochs, lr=0.002)
    return {'train loss': d2l.evaluate_loss(net, train_iter, loss),
            'valid loss': d2l.evaluate_loss(net, valid_iter, loss),
            'error': 1 - d2l.evaluate_accuracy(net, valid_iter)}


def compare_models(train, valid, num_epochs):
    """Errors on new garments of two baselines and networks; losses by width."""
    (X, y), (X_new, y_new) = train, valid
    few, new = (a[:, 0, ::2, ::2].reshape(len(a), -1) for a in (X, X_new))
    votes = [d2l.vote_of_neighbours(few, y, part, 5)
             for part in onp.array_split(new, math.ceil(len(new) / 50))]
    row = {'largest class': float((y_new != onp.bincount(y).argmax()).mean()),
           'five neighbours': float((y_new != onp.concatenate(votes)).mean())}
    for width in WIDTHS:
        found = errors_of_width(width, train, valid, num_epochs)
        row.update({f'train loss, {width}': found['train loss'],
                    f'valid loss, {width}': found['valid loss']})
    return {**row, 'network': found['error']}


def claims_of_models(found):
    """found: {name: of each seed}."""
    names = 'largest class', 'five neighbours', 'network'
    train, valid = ([found[f'{kind} loss, {width}'] for width in WIDTHS]
                    for kind in ('train', 'valid'))
    gaps = onp.subtract(valid, train)
    return [
        d2l.claim('a network is worth its trouble: fewer errors than five neighbours, '
                  'and these than the largest class', {n: found[n] for n in names},
                  all(d2l.exceeds(found[a], found[b])
                      for a, b in zip(names, names[1:]))),
        d2l.claim('with more units the training loss falls, and the gap to new '
                  'examples grows', {name: values for name, values in found.items()
                            if 'loss' in name},
                  all(d2l.exceeds(a, b) for a, b in zip(train, train[1:]))
                  and d2l.exceeds(gaps[-1], gaps[0]))]


# ---- the learning rate, and how it is searched (11.4)

def left_by_descent(rates, times):
    """Losses sum of CURVATURES w² / 2 after steps of descent from w = 1, (rates,)."""
    w = onp.ones((len(rates), len(CURVATURES)))
    for _ in range(times):
        w = w - rates[:, None] * CURVATURES * w
    return w ** 2 @ CURVATURES / 2


def claims_of_rates(times=2000):
    """The best rate, and the one from which descent diverges; draws the loss."""
    rates = onp.linspace(0.01, 1.05, 1041)
    losses = left_by_descent(rates, times)
    closed = (1 - rates[:, None] * CURVATURES) ** (2 * times) @ CURVATURES / 2
    d2l.plot(rates, left_by_descent(rates, 20), 'learning rate', 'loss after 20 steps',
             yscale='log')
    best, last = rates[losses.argmin()], rates[losses < CURVATURES.sum() / 2][-1]
    exact = 2 / (CURVATURES[0] + CURVATURES[-1]), 2 / CURVATURES[-1]
    return [d2l.claim('the best rate is just below where descent diverges', {
        'best': float(best), 'best, exact': float(exact[0]),
        'last that lowers the loss': float(last), 'diverges, exact': float(exact[1])},
        # the rates that were tried are 1e-3 apart
        abs(best - exact[0]) < 2e-3 and abs(last - exact[1]) < 2e-3
        and abs(losses / closed - 1).max() < 1e-9)]


def distances(num_draws, per_axis=3):
    """How far the nearest trial is from the best value of the one axis that matters.

    Of a grid and of as many points of chance, of two axes; the means of both.
    """
    grid, best = d2l.grid_points(per_axis, 2)[:, 0], onp.random.uniform(size=num_draws)
    chance = [d2l.random_points(per_axis ** 2, 2)[:, 0] for _ in range(num_draws)]
    return {'grid': float(abs(best[:, None] - grid).min(axis=1).mean()),
            'random': float(abs(best[:, None] - chance).min(axis=1).mean())}


def exact_distances(per_axis=3):
    """The same: 1 / (4 p), and (n + 3) / (2 (n + 1) (n + 2)) of n points."""
    n = per_axis ** 2
    return 1 / (4 * per_axis), (n + 3) / (2 * (n + 1) * (n + 2))


def claims_of_searches(found, num_draws):
    """found: {'grid', 'random': of each seed}."""
    exact = dict(zip(('grid', 'random'), exact_distances()))
    # no distance deviates by more than a half: five standard errors
    far = 5 * 0.5 / num_draws ** 0.5
    return [d2l.claim('where one hyperparameter of two matters, nine trials of chance '
                      'come nearer to its best value than a grid', {
                          **{name: found[name] for name in exact},
                          **{f'{name}, exact': value for name, value in exact.items()}},
                      d2l.exceeds(found['grid'], found['random']) and all(
                          abs(onp.subtract(found[name], value)).max() < far
                          for name, value in exact.items()))]


# ---- the debugging list (11.5)

class Scaled(nn.HybridBlock):
    """Divides by the deviation of all its inputs, which MXNet gives no gradient."""

    def hybrid_forward(self, F, X):
        return X / (F.np.std(X) + 1e-3)


def training_with(fault, data, lr=0.1):
    """(step, batches) of a network with one of FAULTS, or with '', which has none."""
    X, y = data
    net = build_net(32)
    if fault == 'softmax in the network':
        net.add(nn.HybridLambda(lambda F, X: F.npx.softmax(X)))
    elif fault == 'np.std in a layer':
        net.add(Scaled())
    net.initialize(init.Xavier())
    net(np.array(X[:1]))
    if fault == 'a large negative bias':
        net[0].bias.set_data(np.full_like(net[0].bias.data(), -100))
    elif fault == 'labels shuffled':
        y = onp.random.permutation(y)
    params = net.collect_params()
    if fault == 'a layer without updates':
        params = {name: param for name, param in params.items()
                  if param not in net[0].collect_params().values()}
    rate = lr * 1000 if fault == 'a rate times 1000' else lr
    trainer = gluon.Trainer(params, 'sgd', {'learning_rate': rate})
    return (d2l.classification_step(net, gluon.loss.SoftmaxCrossEntropyLoss(), trainer),
            d2l.load_array((X, y), max(1, len(y) // 3)))


def examine(data, num_steps):
    """{fault: {check: whether it says look}} of FAULTS, and of '', without."""
    found, names = {}, ('', *FAULTS)
    # an examination begins the random numbers anew
    for fault, seed in zip(names, onp.random.randint(2 ** 31, size=len(names))):
        d2l.set_seed(int(seed))
        step, batches = training_with(fault, data)
        found[fault] = {finding.name: finding.ok is False for finding
                        in d2l.examine_training(step, batches, num_steps)}
    return found


def draw_checks(found):
    """What says look, of each training."""
    matrix = onp.array([[row.get(check, False) for check in CHECKS]
                        for row in found.values()], 'float32')
    d2l.show_heatmaps(matrix[None, None], 'check', 'fault', ['says look'],
                      figsize=(5, 4))
    axes = d2l.plt.gcf().axes[0]
    axes.set_xticks(range(len(CHECKS)), CHECKS, rotation=90)
    axes.set_yticks(range(len(found)), [fault or 'none' for fault in found])


def claims_of_faults(found):
    """found: {fault: whether its check says look, of each seed}; '': how many do."""
    return [
        d2l.claim('a training without a fault passes every check',
                  {'checks that say look': found['']}, max(found['']) == 0),
        d2l.claim('each fault is named by the check that is for it', {
            f'{fault}: {check}': found[fault] for fault, check in FAULTS.items()},
            all(min(found[fault]) == 1 for fault in FAULTS))]


def run(*, num_seeds: int = 3, num_examples: int = 100000, num_train: int = 2000,
        num_valid: int = 2000, num_epochs: int = 20, num_steps: int = 100,
        num_draws: int = 20000) -> dict:
    last = {}

    def measure():
        found, last['curve'] = measure_coverage(num_examples)
        train, valid = d2l.sample_garments(num_train, num_valid)
        found.update({**compare_models(train, valid, num_epochs),
                      **distances(num_draws)})
        last['checks'] = examine([part[:192] for part in train], num_steps)
        return {**found, '': sum(last['checks'][''].values()),
                **{fault: int(last['checks'][fault].get(check, False))
                   for fault, check in FAULTS.items()}}

    rows = claims_of_rates()
    found = d2l.over_seeds(measure, num_seeds)
    coverage, accuracy = (part[::max(1, num_examples // 200)] for part in last['curve'])
    d2l.plot(coverage, [accuracy, [coverage_of(threshold_for(c))[1] for c in coverage]],
             'coverage', 'accuracy', legend=['measured', 'exact'])
    draw_checks(last['checks'])
    return {'claims': [*claims_of_coverage(found), *claims_of_models(found), *rows,
                       *claims_of_searches(found, num_draws), *claims_of_faults(found)]}


if __name__ == '__main__':
    d2l.main(run)
