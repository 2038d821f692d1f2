"""Seeing networks: heat, maps and surfaces (看见网络：热力图、特征图与损失曲面)

Source: Grad-CAM (Selvaraju et al., 2017), loss surfaces (Li et al., 2018)

The graph of a network and the maps that its layers make are drawn by `d2lmx show 22.8`,
and for one picture here. What other pictures of networks say is measured. A residual
network learns which garment lies in a scene; then Grad-CAM's heat should lie on it, and
of two garments on the one that is asked for, while that of a network which has not
learnt should not. Slopes through batch normalization are held to differences. Features
before and after training are laid out by t-SNE, and the loss around the weights of a
plain and of a residual network is held against a bowl.
"""
from typing import Literal

import numpy as onp
from mxnet import autograd, init, np, npx

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels')
SMOKE = dict(num_seeds=1, num_epochs=1, num_scenes=32, num_test=12, num_train=20,
             deep=1, num_points=3, num_steps=8)
RANGES = dict(num_seeds=(1, 100), num_scenes=(10, 50000), num_test=(12, 1000),
              num_train=(10, 10000), deep=(1, 18), num_points=(3, 101))

NUM_GARMENTS = 4000  # that scenes are made of, and a quarter of it for tests
LAST_MAPS = -3       # place of the layer before the pooling
PERPLEXITY = 10
DISTANCE = .5        # of weights, in their own lengths, up to which the loss is seen
RIGHT, WRONG = .05, .2  # of relative differences of slopes


def build_net(variant: Literal['residual', 'plain'] = 'residual', num_blocks=1):
    """X (batch, 1, h, w) -> scores (batch, 10), by 6 num_blocks + 2 layers."""
    return d2l.small_resnet(num_blocks, has_shortcuts=variant == 'residual')


def example_inputs(batch_size=2):
    return (np.random.uniform(size=(batch_size, 1, 28, 28)),)


def fresh_net():
    """A network that has learnt nothing."""
    net = build_net()
    net.initialize(init.Xavier(), ctx=d2l.try_gpu())
    return net


def on_device(X):
    return np.array(X, dtype=X.dtype, ctx=d2l.try_gpu())


# ---- slopes and heat


def slope_errors(net, X, classes, step=1e-6):
    """How far slopes of scores are from differences, told that it predicts or not.

    Along one direction, drawn, for each picture: the length of all pictures' errors by
    that of the differences. A network that predicts while its slopes are recorded has
    those of training, unless ``backward`` is told, too. All is done in float64, in
    which steps are so small that hardly a ReLU bends between their ends.
    """
    net.cast('float64')
    X, classes = on_device(X.astype('float64')), on_device(classes)
    way = np.array(onp.random.normal(size=X.shape), dtype='float64', ctx=X.ctx)

    def scores(X):
        return npx.pick(net(X), classes)

    rise = (scores(X + step * way) - scores(X - step * way)).asnumpy() / (2 * step)
    found = {}
    X.attach_grad()
    for name, is_training in (('predictions', False), ('training', True)):
        with autograd.record(train_mode=False):
            total = scores(X).sum()
        total.backward(train_mode=is_training)
        slopes = (X.grad * way).sum(axis=(1, 2, 3)).asnumpy()
        found[f'slopes of {name}'] = (onp.linalg.norm(slopes - rise)
                                      / onp.linalg.norm(rise))
    net.cast('float32')
    return found


def hits(heats, boxes):
    """Whether the hottest pixel lies in a box: heats (n, h, w), boxes (n, 4) -> (n,).

    What is 0 all over has none.
    """
    rows, columns = onp.divmod(heats.reshape(len(heats), -1).argmax(axis=1),
                               heats.shape[2])
    x1, y1, x2, y2 = boxes.T
    return ((x1 <= columns) & (columns < x2) & (y1 <= rows) & (rows < y2)
            & (heats.max(axis=(1, 2)) > 0))


def heat_of(net, X, classes):
    return d2l.grad_cam(net, on_device(X), net[LAST_MAPS], classes)


def pointing(nets, single, double):
    """Shares of scenes in which the heat is hottest where it is asked for.

    nets {name: network}; of one garment, and of two, each of which is asked for.
    """
    found = {'a pixel by chance': onp.mean([
        (box[2] - box[0]) * (box[3] - box[1]) for box in single[2][:, 0]])
        / single[0][0].size}
    for name, net in nets.items():
        X, classes, boxes = single
        found[f'{name}: on the garment'] = hits(
            heat_of(net, X, classes[:, 0]), boxes[:, 0]).mean()
        X, classes, boxes = double
        heats = [heat_of(net, X, classes[:, k]) for k in (0, 1)]
        for where, other in (('on what is asked for', 0), ('on the other', 1)):
            found[f'{name}: {where}'] = onp.mean([
                hits(heats[k], boxes[:, k ^ other]) for k in (0, 1)])
    return found


def show_heats(net, scenes, count=3):
    """Draw scenes of two garments, and the heat of either over them."""
    X, classes, _ = (part[:count] for part in scenes)
    names = onp.reshape(d2l.get_fashion_mnist_labels(classes.ravel()), classes.shape)
    axes = d2l.show_images(X[:, 0].repeat(3, axis=0), count, 3, [
        title for a, b in names for title in ('scene', a, b)], scale=1.8)
    for k in (0, 1):
        for i, heat in enumerate(heat_of(net, X, classes[:, k])):
            axes[3 * i + k + 1].imshow(heat, cmap='jet', alpha=.5, vmin=0, vmax=1)


# ---- maps of features


def features(net, X):
    """What a network knows of pictures before its last layer: (n, 32)."""
    Y = on_device(X)
    for i in range(len(net) - 1):
        Y = net[i](Y)
    return Y[:, :, 0, 0].asnumpy()


def lay_out(nets, scenes, num_steps):
    """How far classes lie apart in features, and in their maps by t-SNE; these maps."""
    X, labels, _ = scenes
    found, maps = {}, {}
    for name, net in nets.items():
        known = features(net, X)
        maps[name] = d2l.t_sne(known, PERPLEXITY, num_steps)
        for what, points in (('features', known), ('map', maps[name])):
            found[f'{name}: {what}'] = d2l.silhouette(points, labels[:, 0])
    return found, maps


def show_map(name, Y, labels):
    """Points of pictures, a colour a class."""
    d2l.plt.figure(figsize=(4.5, 3.5))
    for label, title in zip(onp.unique(labels), d2l.get_fashion_mnist_labels(
            onp.unique(labels))):
        d2l.plt.scatter(*Y[labels == label].T, s=8, label=title)
    d2l.plt.xlabel('first number')
    d2l.plt.ylabel('second number')
    d2l.plt.title(f'features, {name}')
    d2l.plt.legend(bbox_to_anchor=(1, 1), loc='upper left', fontsize='small')


# ---- loss surfaces


def surfaces(data, deep, num_points, lr, num_epochs, batch_size):
    """The losses around a plain and a residual network of 6 deep + 2 layers: a dict."""
    steps, found = onp.linspace(-DISTANCE, DISTANCE, num_points), {}
    X, y = map(on_device, (part[:200] for part in data))
    for variant in ('plain', 'residual'):
        net = build_net(variant, deep)
        d2l.train_quietly(net, d2l.load_array(data, batch_size), num_epochs, lr)
        ways = [d2l.filter_direction(net) for _ in range(2)]
        found[variant] = d2l.loss_surface(net, X, y, ways, steps)
    return found


def show_surface(name, losses):
    """Lines of equal loss, by its logarithm."""
    steps = onp.linspace(-DISTANCE, DISTANCE, len(losses))
    d2l.plt.figure(figsize=(4, 3))
    lines = d2l.plt.contourf(steps, steps, onp.log10(losses).T, 20)
    d2l.plt.colorbar(lines, label='log10 of the loss')
    d2l.plt.xlabel('first direction')
    d2l.plt.ylabel('second direction')
    d2l.plt.title(name)


def claims(found):
    """What is said of pictures of networks, beside what each seed gave."""
    mean = {name: onp.mean(values) for name, values in found.items()}

    def row(text, names, holds):
        return d2l.claim(text, {name: found[name] for name in names}, holds)

    chance, learnt, unlearnt = ('a pixel by chance', 'trained: on the garment',
                                'untrained: on the garment')
    asked, other = 'trained: on what is asked for', 'trained: on the other'
    before, after = (f'{name}: map' for name in ('untrained', 'trained'))
    return [
        row('slopes through batch normalization are right, within .05, if backward is '
            'told that the network predicts, and wrong by .2 or more if not',
            ('slopes of predictions', 'slopes of training'),
            max(found['slopes of predictions']) < RIGHT
            and min(found['slopes of training']) > WRONG),
        row("Grad-CAM's heat is hottest on the garment: halfway from chance to always",
            (chance, learnt), mean[learnt] > (1 + mean[chance]) / 2),
        row('of two garments it is hottest on the one that is asked for, three times '
            'as often as on the other', (asked, other), mean[asked] > 3 * mean[other]),
        row('without training it is hottest on the garment no more often than by '
            'chance, within .1', (chance, unlearnt),
            mean[unlearnt] - mean[chance] < .1),
        row('training moves classes apart in a map of features', (before, after),
            all(a < b for a, b in zip(found[before], found[after]))),
        row('a map by t-SNE shows classes farther apart than the features are',
            (after, 'trained: features'),
            all(a < b for a, b in zip(found['trained: features'], found[after]))),
        row('shortcuts make the loss around the weights more of a bowl (0)',
            ('plain: not a bowl', 'residual: not a bowl'),
            mean['residual: not a bowl'] < mean['plain: not a bowl'])]


def run(*, num_seeds: int = 3, num_epochs: int = 6, lr: float = 0.001,
        batch_size: int = 32, num_scenes: int = 2000, num_test: int = 300,
        num_train: int = 1000, deep: int = 5, num_points: int = 13,
        num_steps: int = 400) -> dict:
    drawn = {}

    def measure():
        train, test, few = d2l.sample_garments(NUM_GARMENTS, NUM_GARMENTS // 4,
                                               num_train)
        X, y, _ = d2l.garment_scenes(train, num_scenes)
        net = build_net()
        d2l.train_quietly(net, d2l.load_array((X, y[:, 0]), batch_size), num_epochs, lr)
        single, double = (d2l.garment_scenes(test, num_test, k) for k in (1, 2))
        nets = {'untrained': fresh_net(), 'trained': net}
        apart, maps = lay_out(nets, single, num_steps)
        seen = surfaces(few, deep, num_points, lr, num_epochs, batch_size)
        drawn.update(net=net, scenes=double, labels=single[1][:, 0], maps=maps,
                     surfaces=seen)
        scores = net(on_device(single[0])).asnumpy()
        return {'accuracy': d2l.top_k_accuracy(scores, single[1][:, 0], 1),
                **slope_errors(net, single[0][:32], single[1][:32, 0]),
                **pointing(nets, single, double), **apart,
                **{f'{name}: not a bowl': d2l.non_convexity(losses)
                   for name, losses in seen.items()}}

    found = d2l.over_seeds(measure, num_seeds)
    draw(**drawn)
    return {'claims': claims(found), 'accuracy': found['accuracy']}


def draw(net, scenes, labels, maps, surfaces):
    """What one seed's networks look like."""
    X = scenes[0][:1]
    d2l.show_activations(d2l.feature_maps(net, on_device(X))[3:], X[0, 0])  # of blocks
    show_heats(net, scenes)
    for name, Y in maps.items():
        show_map(name, Y, labels)
    for name, losses in surfaces.items():
        show_surface(name, losses)


if __name__ == '__main__':
    d2l.main(run)
