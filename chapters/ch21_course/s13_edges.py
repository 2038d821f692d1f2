"""Edges, and what padding keeps (边缘检测与填充)

Source: deep-learning-specialization, topic 13

Four claims are measured. A kernel written by hand finds edges of its own direction and
no others. Nobody has to write it: from garments and their edges, in a direction drawn
anew for each seed, training finds the same numbers. A classifier that is told nothing
of edges makes kernels for them in its first layer. And without padding pictures shrink,
their corners hardly count, and the classifier knows less.
"""
from typing import Literal

import numpy as onp
from mxnet import autograd, gluon, init, np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels',
        'fashion_mnist_test_images', 'fashion_mnist_test_labels')
SMOKE = dict(num_seeds=2, num_epochs=1, num_train=128, num_test=64, num_epochs_kernel=3)

UPRIGHT = onp.array([[1, 0, -1]] * 3, 'float32')
FLAT = UPRIGHT.T
NUM_LAYERS = 3    # of the stacks in which paths from pixels are counted
NUM_PICTURES = 100  # whose edges a kernel is learnt from
NEAR = 0.01       # a kernel is found whose numbers are so near, of their norm


def build_net(variant: Literal['same', 'valid'] = 'same'):
    """A classifier. X (batch, 1, 28, 28) -> scores (batch, 10).

    `same` padding keeps the size of a picture in a convolution, `valid` has none.
    """
    padding = 1 if variant == 'same' else 0
    net = nn.HybridSequential()
    for num_channels in (8, 16):
        net.add(nn.Conv2D(num_channels, 3, padding=padding, activation='relu'),
                nn.MaxPool2D(2))
    net.add(nn.Dense(10))
    return net


def example_inputs(batch_size=2):
    return (np.random.uniform(size=(batch_size, 1, 28, 28)),)


def kernel_at(angle):
    """A kernel (3, 3) for edges across a direction, in radians; 0: upright ones."""
    return onp.cos(angle) * UPRIGHT + onp.sin(angle) * FLAT


def answers(kernel):
    """The largest answer of a kernel to an upright and to a flat edge of 10 and 0."""
    upright = onp.zeros((6, 6), 'float32')
    upright[:, :3] = 10
    return [float(abs(d2l.corr2d(np.array(X), np.array(kernel))).max())
            for X in (upright, upright.T)]


def edges_of(images, kernel):
    """X (n, 1, h, w) and their edges (n, 1, h - 2, w - 2), by a fixed kernel."""
    layer = nn.Conv2D(1, 3, use_bias=False, weight_initializer=init.Constant(
        np.array(kernel, dtype='float32').reshape(1, 1, 3, 3)))
    layer.initialize()
    X = np.array(images[:, None] / 255, dtype='float32')
    return X, layer(X)


def learn_kernel(images, lr_kernel, num_epochs_kernel):
    """How far a kernel that is learnt is from the one that made the edges.

    The length of the difference in that of the kernel, whose direction is drawn.
    """
    kernel = kernel_at(onp.random.uniform(0, 2 * onp.pi))
    net = nn.Conv2D(1, 3, use_bias=False)
    net.initialize(init.Normal(0.1), ctx=d2l.try_gpu())
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': lr_kernel})
    d2l.fit(d2l.regression_step(net, gluon.loss.L2Loss(), trainer),
            d2l.load_array(edges_of(images, kernel), 10), num_epochs_kernel)
    found = net.weight.data().asnumpy()[0, 0]
    return float(onp.linalg.norm(found - kernel) / onp.linalg.norm(kernel))


def share_of_edges(kernels):
    """What share of kernels (n, ..., 3, 3) lies in edge kernels of any direction.

    By squares; of kernels of independent numbers it is two ninths on the average.
    """
    basis = onp.stack([UPRIGHT, FLAT]).reshape(2, 9) / 6 ** 0.5
    kernels = kernels.reshape(-1, 9)
    return float(((kernels @ basis.T) ** 2).sum() / (kernels ** 2).sum())


def paths(padding, size=12):
    """How many paths lead from each pixel (size, size) to an output, by gradients."""
    net = nn.HybridSequential()
    for _ in range(NUM_LAYERS):
        net.add(nn.Conv2D(1, 3, padding=padding, use_bias=False))
    net.initialize(init.One())
    X = np.zeros((1, 1, size, size))
    X.attach_grad()
    with autograd.record():
        Y = net(X)
    Y.backward()
    return X.grad.asnumpy()[0, 0], Y.shape[2]


def classify(train_iter, test_iter, lr, num_epochs):
    """Accuracies with both paddings, and how much the first kernels are of edges."""
    found = {}
    for variant in ('same', 'valid'):
        net = build_net(variant)
        d2l.train_quietly(net, train_iter, num_epochs, lr)
        found[f'{variant}: test acc'] = d2l.evaluate_accuracy(net, test_iter)
    fresh, learnt = build_net(), net[0].weight.data().asnumpy()
    fresh.initialize(init.Xavier())
    fresh(np.zeros((1, 1, 28, 28)))
    return {**found, 'edges in learnt kernels': share_of_edges(learnt),
            'edges in fresh kernels': share_of_edges(fresh[0].weight.data().asnumpy())}


def show_edges(image):
    """Draw a garment and its edges in both directions."""
    edges = [edges_of(image[None], K)[1][0, 0] for K in (UPRIGHT, FLAT)]
    d2l.show_images([image, *edges], 1, 3, ['garment', 'upright edges', 'flat edges'],
                    scale=2)


def by_hand():
    upright, flat = answers(UPRIGHT), answers(FLAT)
    return d2l.claim(
        'a kernel written by hand answers to edges of its own direction, not to others',
        {f'{kernel} kernel': dict(zip(('upright edge', 'flat edge'), found))
         for kernel, found in (('upright', upright), ('flat', flat))},
        upright[0] > 0 == upright[1] and flat[1] > 0 == flat[0])


def by_padding():
    """What is left of a picture's side, and what its corner counts."""
    (same, kept), (valid, left) = paths(1), paths(0)
    corners = {name: float(n[0, 0] / n.max()) for name, n in
               (('same', same), ('valid', valid))}
    return d2l.claim(
        'without padding pictures shrink, and their corners count for less',
        {f'side of 12 after {NUM_LAYERS} layers': {'same': kept, 'valid': left},
         "paths from a corner, of the middle's": corners},
        left < kept == 12 and corners['valid'] < corners['same'])


def run(*, num_seeds: int = 3, num_epochs: int = 4, lr: float = 0.003,
        batch_size: int = 32, num_train: int = 10000, num_test: int = 10000,
        num_epochs_kernel: int = 50, lr_kernel: float = 0.05) -> dict:
    train_iter, test_iter = d2l.load_few_garments(batch_size, num_train, num_test)
    images = train_iter.arrays[0][:NUM_PICTURES]
    kernels = d2l.over_seeds(lambda: {'relative error': learn_kernel(
        images, lr_kernel, num_epochs_kernel)}, num_seeds)
    found = d2l.over_seeds(lambda: classify(train_iter, test_iter, lr, num_epochs),
                           num_seeds)
    accs = {name: found[name] for name in found if name.endswith('acc')}
    shares = {name: found[name] for name in found if name not in accs}
    show_edges(images[0])
    return {'claims': [
        by_hand(),
        d2l.claim('training finds an edge kernel of any direction by itself', kernels,
                  max(kernels['relative error']) < NEAR),
        d2l.claim('kernels of a first layer become edge kernels when garments are '
                  'classified', shares, d2l.exceeds(
                      *(shares[f'edges in {name} kernels']
                        for name in ('learnt', 'fresh')))),
        by_padding(),
        d2l.claim('same padding classifies better than valid padding', accs,
                  d2l.exceeds(found['same: test acc'], found['valid: test acc']))]}


if __name__ == '__main__':
    d2l.main(run)
