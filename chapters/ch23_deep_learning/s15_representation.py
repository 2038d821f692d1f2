"""Representations: pretraining, domains, causes, distributed codes (表示学习)

Source: Deep Learning (Goodfellow, Bengio, Courville), chapter 15

Examples without labels are many. Layers that learn from them, one after another, to
give back what was damaged, are where a classifier with few labels may begin. Examples
of another domain have no labels either: what both domains share is learnt by a network
whose features must not tell them apart, of drawn data a direction that is known, and
with it the accuracy. A single label for each class is enough where classes are the
cause of what differs most, and no help where another cause hides them. Last it is
counted, exactly, how many regions units tell apart that share the work.
"""
from statistics import NormalDist

import numpy as onp
from mxnet import gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels')
SMOKE = dict(num_epochs=1, tuning_epochs=1, num_unlabelled=100, num_labelled=50,
             num_test=50, domain_epochs=1, num_points=100, num_seeds=1)
RANGES = dict(num_unlabelled=(10, 50000), num_labelled=(10, 5000), strength=(0, 100),
              num_test=(10, 5000), num_points=(50, 10 ** 5), num_seeds=(1, 100))
ACTIVATIONS = 'sigmoid', 'relu'
DAMAGED = 0.3               # share of the numbers that a layer does not see
MU = onp.array([1.5, 1.5])  # mean of class 1, and -MU of class 0, of the source domain
SHIFT = onp.array([0., 4])  # of all points of the other domain
CAUSES = onp.array([2., 1]), onp.array([1, 0.5])  # what two causes do to x, and noise


# ---- greedy layerwise unsupervised pretraining (15.1)

def build_net(activation='sigmoid', num_hiddens=64, num_layers=5):
    """X (batch, ...) -> scores (batch, 10); all layers but the last are pretrained."""
    net = nn.HybridSequential()
    net.add(*(nn.Dense(num_hiddens, activation=activation) for _ in range(num_layers)),
            nn.Dense(10))
    return net


def example_inputs(batch_size=2):
    return (np.random.uniform(size=(batch_size, 784)),)


def learn_layer(layer, X, how):
    """The learner of algorithm 15.1: of a denoising autoencoder only f is kept."""
    autoencoder = nn.HybridSequential()
    autoencoder.add(layer, nn.Dense(X.shape[1]))

    def losses(X):
        seen = np.random.uniform(size=X.shape, ctx=X.ctx) > DAMAGED
        return ((autoencoder(X * seen.astype('float32')) - X) ** 2).sum(axis=1)

    d2l.train_by_losses(autoencoder, losses, X, **how)


def pretrain(net, X, how):
    """Algorithm 15.1: each layer learns from what those below make of X (n, d)."""
    for k in range(len(net) - 1):
        learn_layer(net[k], X, how)
        X, = d2l.numpy_outputs(net[k], X)


def started(activation, pretrained=None):
    """A network with its first weights, or with the layers of a pretrained one."""
    net = build_net(activation)
    net.initialize(init.Xavier(), ctx=d2l.try_all_gpus())
    if pretrained is not None:
        for k in range(len(net) - 1):
            for new, old in zip(*(each[k].collect_params().values()
                                  for each in (net, pretrained))):
                new.set_data(old.data(d2l.try_gpu()))
    return net


def fine_tune(net, data, num_epochs, lr, batch_size):
    """The network, all of it trained on examples with labels."""
    d2l.train_further(net, d2l.load_array(data, batch_size), num_epochs, lr)
    return net


def measure_pretraining(num_unlabelled, num_labelled, num_test, tuning_epochs, how):
    """Accuracy from few labels, where layers begin pretrained, and where they do not.
    """
    (X, _), few, test = ((X.reshape(len(X), -1), y) for X, y in d2l.sample_garments(
        num_unlabelled, num_labelled, num_test))
    row = {}
    for activation in ACTIVATIONS:
        pretrained = build_net(activation)
        pretrain(pretrained, X, how)
        for name, first in (('pretrained', pretrained), ('from scratch', None)):
            net = fine_tune(started(activation, first), few, **{
                **how, 'num_epochs': tuning_epochs})
            row[f'{activation}, {name}'] = d2l.evaluate_accuracy(
                net, d2l.load_array(test, 500, is_train=False))
    return row


# ---- domain adaptation (15.2)

def draw_domain(n, shift):
    """Points X (n, 2) of two classes y (n,), normal around MU and -MU, and shifted."""
    y = onp.random.randint(0, 2, n)
    return (2 * y[:, None] - 1) * MU + shift + onp.random.normal(size=(n, 2)), y


def exact_accuracy(w, shift):
    """Of the border w^T x = 0 between classes drawn so."""
    w = w / onp.linalg.norm(w)
    return sum(NormalDist().cdf(float(w @ MU + sign * w @ shift)) for sign in (1, -1)
               ) / 2


def train_domains(source, target, reversal, num_epochs, lr, batch_size):
    """A `DomainAdversary` that has seen labels of the source domain alone.

    With a reversal of 0 its features learn nothing of the other one.
    """
    loss = gluon.loss.SigmoidBinaryCrossEntropyLoss()
    net = d2l.DomainAdversary(reversal)
    net.initialize(init.Xavier(), ctx=d2l.try_all_gpus())
    X, y = (onp.concatenate(parts).astype('float32') for parts in zip(source, target))
    data = X, y, (onp.arange(len(X)) < len(source[0])).astype('float32')
    batches = d2l.load_array(data, batch_size)
    trainer = gluon.Trainer(net.collect_params(), 'adam', {
        'learning_rate': lr, 'lr_scheduler': d2l.ByEpoch(
            lambda epoch: lr * (1 - epoch / num_epochs), len(batches))})

    def measure(X, y, is_source):
        scores, domains = net(X)
        l = loss(scores, y, is_source.reshape(-1, 1)) + loss(domains, is_source)
        return l, {'train loss': (l, len(l))}

    d2l.fit(d2l.measured_step(net, measure, trainer), batches, num_epochs)
    return net


def measure_domains(num_points, strength, domain_epochs, batch_size):
    """Accuracy in both domains, and how often the domain is told, by two networks."""
    source, target = (draw_domain(num_points, shift) for shift in (0 * SHIFT, SHIFT))
    new, row, nets = [draw_domain(10000, shift) for shift in (0 * SHIFT, SHIFT)], {}, {}
    for name, reversal in (('source alone', 0), ('adversary', strength)):
        net = nets[name] = train_domains(source, target, reversal, domain_epochs, 0.03,
                                         5 * batch_size)
        for where, is_source, (X, y) in zip(('source', 'target'), (1, 0), new):
            scores, domains = d2l.numpy_outputs(net, X)
            row[f'{name}: {where}'] = float(((scores[:, 0] > 0) == y).mean())
            row[f'{name}: told {where}'] = float(((domains > 0) == is_source).mean())
    return row, (source, target, nets)


# ---- semi-supervised: one label for each class (15.3)

def two_causes(n):
    """Causes h (n, 2), 0 or 1, and the points x (n, 2) that they lead to."""
    h, (effect, noise) = onp.random.randint(0, 2, (n, 2)), CAUSES
    return h, (2 * h - 1) * effect + onp.random.normal(0, noise, (n, 2))


def one_label_each(X, y, new):
    """Classes of new points, by clusters of X and without, from a label of each class.

    The clusters begin at the examples with a label, and keep their names.
    """
    labelled = X[[onp.flatnonzero(y == label)[0] for label in (0, 1)]]
    return [d2l.vote_of_neighbours(points, [0, 1], new, 1)
            for points in (d2l.k_means(X, labelled)[0], labelled)]


def measure_causes(num_points, num_tries=20):
    """Accuracy where the class is the first cause, and where it is the second."""
    rows = []
    for _ in range(num_tries):
        (h, X), (truth, new) = two_causes(num_points), two_causes(1000)
        rows.append([[(said == truth[:, i]).mean() for said in one_label_each(
            X, h[:, i], new)] for i in range(2)])
    means = onp.mean(rows, axis=0)
    return {f'cause {i + 1}, {name}': float(means[i, j]) for i in range(2)
            for j, name in enumerate(('clusters', 'labels'))}


# ---- distributed representation (15.4)

def claim_of_regions(n=10, dimensions=(1, 2, 3, 4)):
    """Counted regions beside the formula; draws those of six units in the plane."""
    rows = {f'd = {d}': {'counted': len(d2l.regions_of_codes(
        onp.random.normal(size=(n, d)), onp.random.normal(size=n))),
        'exact': d2l.zaslavsky(n, d)} for d in dimensions}
    W, b = onp.random.normal(size=(6, 2)), onp.random.normal(size=6)
    side = onp.linspace(-3, 3, 300)
    x = onp.stack(onp.meshgrid(side, side), axis=2).reshape(-1, 2)
    codes = onp.unique((x @ W.T + b > 0) @ 2 ** onp.arange(6), return_inverse=True)[1]
    nearest = d2l.vote_of_neighbours(onp.random.uniform(-3, 3, (6, 2)), range(6), x, 1)
    colours = onp.random.permutation(codes.max() + 1)[codes]
    d2l.show_images([part.reshape(300, 300) for part in (colours, nearest)], 1, 2, [
        f'6 units: {d2l.zaslavsky(6, 2)} regions', '6 prototypes: 6'], scale=2.5)
    return d2l.claim(f"{n} units tell as many regions apart as Zaslavsky's number, "
                     f'{n} prototypes only {n}', rows, all(
                         row['counted'] == row['exact'] for row in rows.values()))


# ---- what is said and drawn

def claims_of_pretraining(found):
    """With few labels, of units of either kind."""
    pairs = {activation: {name: found[f'{activation}, {name}'] for name in (
        'pretrained', 'from scratch')} for activation in ACTIVATIONS}
    gains = {activation: onp.subtract(*pair.values()).tolist()
             for activation, pair in pairs.items()}
    return [*(d2l.claim(f'where labels are few it helps to pretrain {activation} '
                        'layers (accuracy)', pairs[activation],
                        d2l.exceeds(gains[activation], 0))
              for activation in ACTIVATIONS),
            d2l.claim('it helps sigmoid layers more than those of ReLU (gain)', gains,
                      d2l.exceeds(gains['sigmoid'], gains['relu']))]


def claims_of_domains(found):
    """Beside the accuracy of the borders that would be exact."""
    alone, shared = (exact_accuracy(w, SHIFT) for w in (MU, MU * (SHIFT == 0)))
    told = {name: onp.mean([found[f'{name}: told {where}']
                            for where in ('source', 'target')], axis=0).tolist()
            for name in ('source alone', 'adversary')}
    return [
        d2l.claim('what is learnt in one domain is of less use in another, as theory '
                  'says (accuracy)', {
                      'source': found['source alone: source'],
                      'source, exact': exact_accuracy(MU, 0 * SHIFT),
                      'target': found['source alone: target'], 'target, exact': alone},
                  # a border that is five degrees off misses by 0.035
                  abs(onp.subtract(found['source alone: target'], alone)).max() < .04),
        d2l.claim('features that do not tell domains apart find what both share '
                  '(accuracy in the target domain)', {
                      'source alone': found['source alone: target'],
                      'adversary': found['adversary: target'],
                      'shared direction, exact': shared},
                  abs(onp.subtract(found['adversary: target'], shared)).max() < .02),
        d2l.claim('the domain is told from them hardly more often than by chance', told,
                  max(told['adversary']) < .6 < min(told['source alone']))]


def claims_of_causes(found):
    """Beside the best accuracy that there can be."""
    best = [NormalDist().cdf(effect / noise) for effect, noise in zip(*CAUSES)]
    one, other = ({name: found[f'cause {i}, {name}'] for name in ('clusters', 'labels')}
                  for i in (1, 2))
    return [
        d2l.claim('where the class is the cause of most that differs, a label each and '
                  'clusters without labels do what can be done (accuracy)',
                  {**one, 'best, exact': best[0]},
                  abs(onp.subtract(one['clusters'], best[0])).max() < .01
                  and d2l.exceeds(one['clusters'], one['labels'])),
        d2l.claim('where it is another cause, clusters say nothing of it (accuracy)',
                  {**other, 'best, exact': best[1]},
                  abs(onp.subtract(other['clusters'], .5)).max() < .1
                  and d2l.exceeds(other['labels'], other['clusters']))]


def draw_borders(source, target, nets):
    """Both domains, and where each network sees the border between the classes."""
    x2, corners, borders = onp.array([-5., 9]), onp.array([[0., 0], [1, 0], [0, 1]]), []
    for net in nets.values():
        b, *w = d2l.numpy_outputs(net, corners)[0][:, 0]
        borders.append(-(b + (w[1] - b) * x2) / (w[0] - b))
    d2l.plot(borders, [x2, x2], 'x1', 'x2', [*nets], figsize=(4, 4))
    for (X, y), marker in ((source, '.'), (target, '+')):
        d2l.plt.scatter(*X[:300].T, s=12, c=y[:300], cmap='coolwarm', marker=marker)


def run(*, num_epochs: int = 15, lr: float = 0.003, batch_size: int = 100,
        num_unlabelled: int = 3000, num_labelled: int = 100, num_test: int = 2000,
        tuning_epochs: int = 200, strength: float = 1, domain_epochs: int = 15,
        num_points: int = 10000, num_seeds: int = 3) -> dict:
    how, last = dict(num_epochs=num_epochs, lr=lr, batch_size=batch_size), {}

    def measure():
        domains, last['drawn'] = measure_domains(num_points, strength, domain_epochs,
                                                 batch_size)
        return {**measure_pretraining(num_unlabelled, num_labelled, num_test,
                                      tuning_epochs, how),
                **domains, **measure_causes(num_points)}

    found = d2l.over_seeds(measure, num_seeds)
    draw_borders(*last['drawn'])
    return {'claims': [*claims_of_pretraining(found), *claims_of_domains(found),
                       *claims_of_causes(found), claim_of_regions()]}


if __name__ == '__main__':
    d2l.main(run)
