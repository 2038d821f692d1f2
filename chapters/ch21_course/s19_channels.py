"""What channels respond to, and style (通道的响应与风格)

Source: deep-learning-specialization, topic 19

Style transfer itself is 13.12's. What it rests on is measured here, in a classifier of
garments: that the pieces of pictures which a channel answers to most are alike; that
deeper channels know more of classes; and that the products of channels in a Gram
matrix, which are what style is, tell what there is and not where it lies.
"""
import numpy as onp
from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels',
        'fashion_mnist_test_images', 'fashion_mnist_test_labels')
SMOKE = dict(num_seeds=2, num_epochs=1, num_train=128, num_test=64)

# of each convolution: its place in the network, and what a place of its maps sees: the
# pixels from stride * place - before on, so many of either side
SEES = {'layer 1': (0, 1, 1, 3), 'layer 2': (2, 2, 3, 8), 'layer 3': (4, 4, 7, 18)}
BEST = 9       # pieces of pictures of each channel
CHANNELS = 4   # of each layer, which are drawn
MARGIN = 20    # black pixels around a picture, which windows may see


def build_net():
    """A classifier. X (batch, 1, 28, 28) -> scores (batch, 10)."""
    net = nn.HybridSequential()
    net.add(nn.Conv2D(8, 3, padding=1, activation='relu'), nn.MaxPool2D(2),
            nn.Conv2D(16, 3, padding=1, activation='relu'), nn.MaxPool2D(2),
            nn.Conv2D(32, 3, padding=1, activation='relu'), nn.MaxPool2D(2),
            nn.Dense(10))
    return net


def example_inputs(batch_size=2):
    return (np.random.uniform(size=(batch_size, 1, 28, 28)),)


def maps_of(net, images):
    """{layer: what its channels make of pictures (n, h, w)}, (n, channels, h', w')."""
    X, found = np.array(images[:, None] / 255, 'float32', ctx=d2l.try_gpu()), {}
    names = {place: name for name, (place, *_) in SEES.items()}
    for place in range(max(names) + 1):
        X = net[place](X)
        if place in names:
            found[names[place]] = X
    return found


def piece(image, layer, i, j):
    """What row i, column j of a layer's maps sees of a picture (h, w)."""
    _, stride, before, size = SEES[layer]
    top, left = (stride * place - before + MARGIN for place in (i, j))
    return onp.pad(image, MARGIN)[top:top + size, left:left + size]


def best_pieces(images, maps, layer):
    """Of each channel the pieces of different pictures that it answers to most.

    maps (n, channels, h, w), NumPy's -> (channels, 9, size, size)
    """
    n, num_channels, _, width = maps.shape
    flat = maps.reshape(n, num_channels, -1)
    where, most = flat.argmax(axis=2), flat.max(axis=2)
    return onp.stack([[piece(images[p], layer, *divmod(where[p, c], width))
                       for p in (-most[:, c]).argsort(kind='stable')[:BEST]]
                      for c in range(num_channels)])


def any_pieces(images, maps, layer):
    """As many pieces, at places drawn by lot where the layer sees something."""
    _, num_channels, height, width = maps.shape
    found = []
    while len(found) < num_channels * BEST:
        seen = piece(images[onp.random.randint(len(images))], layer,
                     onp.random.randint(height), onp.random.randint(width))
        if seen.any():
            found.append(seen)
    return onp.reshape(found, (num_channels, BEST, *found[0].shape))


def likeness(pieces):
    """Mean cosine of the angle between two pieces of a channel, (channels, k, ...)."""
    rows = pieces.reshape(*pieces.shape[:2], -1).astype('float64')
    norms = onp.linalg.norm(rows, axis=2, keepdims=True)
    rows = rows / onp.where(norms > 0, norms, 1)
    k = rows.shape[1]
    sums = (rows.sum(axis=1) ** 2).sum(axis=1) - (rows ** 2).sum(axis=(1, 2))
    return float(sums.mean() / (k * (k - 1)))


def knowledge_of_classes(maps, labels):
    """What share of the variance of a channel's largest answers lies between classes.

    maps (n, channels, h, w); the mean over channels that answer at all.
    """
    most = maps.max(axis=(2, 3)).astype('float64')  # (n, channels)
    total = most.var(axis=0)
    means = onp.zeros_like(most)
    for label in onp.unique(labels):
        means[labels == label] = most[labels == label].mean(axis=0)
    return float((means.var(axis=0)[total > 0] / total[total > 0]).mean())


def changes(net, image, other):
    """How much content and style change when a picture is moved, in what another does.

    Both by the last layer; moved by up to half its sides, around the edges.
    """
    shift = tuple(onp.random.randint(7, 22, 2))
    first, moved, another = (maps_of(net, X[None])['layer 3'] for X in (
        image, onp.roll(image, shift, axis=(0, 1)), other))
    style = d2l.gram(first)
    return [float(loss(moved, truth) / loss(another, truth)) for loss, truth in (
        (d2l.content_loss, first), (d2l.style_loss, style))]


def measure(data, lr, num_epochs):
    """What is told of a trained classifier, and the pieces that its channels like."""
    train_iter, test_iter = data
    images, labels = test_iter.arrays
    net = build_net()
    d2l.train_quietly(net, train_iter, num_epochs, lr)
    found, pieces = {}, {}
    for layer, maps in maps_of(net, images).items():
        maps = maps.asnumpy()
        pieces[layer] = best_pieces(images, maps, layer)
        found[f'{layer}: liked pieces'] = likeness(pieces[layer])
        found[f'{layer}: any pieces'] = likeness(any_pieces(images, maps, layer))
        found[f'{layer}: classes'] = knowledge_of_classes(maps, labels)
    pairs = [changes(net, images[i], images[i + 1]) for i in range(20)]
    found['content'], found['style'] = map(float, onp.median(pairs, axis=0))
    return found, pieces


def show_pieces(pieces):
    """Draw the nine pieces of the first channels of each layer, three by three."""
    pictures, titles = [], []
    for layer, channels in pieces.items():
        for c, liked in enumerate(channels[:CHANNELS]):
            liked = onp.pad(liked, [(0, 0), (0, 1), (0, 1)], constant_values=128)
            side = liked.shape[1]
            pictures.append(liked.reshape(3, 3, side, side).transpose(
                0, 2, 1, 3).reshape(3 * side, 3 * side))
            titles.append(f'{layer}, channel {c}')
    d2l.show_images(pictures, len(pieces), CHANNELS, titles, scale=1.8)


def run(*, num_seeds: int = 3, num_epochs: int = 4, lr: float = 0.003,
        batch_size: int = 32, num_train: int = 10000, num_test: int = 2000) -> dict:
    data, drawn = d2l.load_few_garments(batch_size, num_train, num_test), {}

    def one_seed():
        found, pieces = measure(data, lr, num_epochs)
        drawn.update(pieces)
        return found

    found = d2l.over_seeds(one_seed, num_seeds)
    show_pieces(drawn)
    kinds = {kind: {name: found[name] for name in found if name.endswith(kind)}
             for kind in ('pieces', 'classes')}
    known = [*kinds['classes'].values()]
    return {'claims': [
        d2l.claim('pieces that a channel answers to most are alike', kinds['pieces'],
                  all(d2l.exceeds(*(found[f'{layer}: {which} pieces']
                                    for which in ('liked', 'any'))) for layer in SEES)),
        d2l.claim('deeper channels know more of classes', kinds['classes'],
                  all(map(d2l.exceeds, known[1:], known))),
        d2l.claim('moving a picture changes its content, and its style much less',
                  {name: found[name] for name in ('content', 'style')},
                  d2l.exceeds(onp.array(found['content']) / 2, found['style']))]}


if __name__ == '__main__':
    d2l.main(run)
