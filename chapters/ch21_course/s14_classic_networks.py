"""Classic networks, counted (经典网络的规模)

Source: deep-learning-specialization, topic 14

LeNet-5 as it was printed in 1998, AlexNet in its two halves, VGG-16 and NiN are built:
their parameters, neurons and multiplications are computed from them and are held to the
numbers of their papers; that of NiN prints none. Where do parameters lie, and where is
the work done? Do pictures become smaller and channels more, layer by layer? And on
garments LeNet-5 is trained twice: as it was, and with activations and pooling of today,
but nothing else changed.
"""
import math
from typing import Literal

import numpy as onp
from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels',
        'fashion_mnist_test_images', 'fashion_mnist_test_labels')
SMOKE = dict(num_seeds=2, num_epochs=1, num_train=128, num_test=64)

# what the papers print; VGG-16's multiplications stand in that of ResNet
PAPERS = {'LeNet-5': {'parameters': 60_000, 'connections': 340_908},
          'AlexNet': {'parameters': 60e6, 'neurons': 650_000},
          'VGG-16': {'parameters': 138e6, 'multiplications': 15.3e9}}
NEAR = 0.03  # they round, and some leave out biases or the last layers
# which of the six maps of the layer before each of the sixteen of C3 sees
SEEN = ('012', '123', '234', '345', '450', '501', '0123', '1234', '2345', '3450',
        '4501', '5012', '0134', '1245', '0235', '012345')


class Squash(nn.HybridBlock):
    """1.7159 tanh(2 / 3 X), whose slope is near 1 between -1 and 1."""

    def hybrid_forward(self, F, X):
        return 1.7159 * F.np.tanh(X * (2 / 3))


class Subsampling(nn.HybridBlock):
    """Means of 2 x 2 numbers, times a learnt number of the channel, plus another.

    X (batch, channels, h, w) -> (batch, channels, h / 2, w / 2)
    """

    def __init__(self, num_channels, **kwargs):
        super().__init__(**kwargs)
        self.weight = self.params.get('weight', shape=(num_channels, 1, 1), init='ones')
        self.bias = self.params.get('bias', shape=(num_channels, 1, 1), init='zeros')

    def hybrid_forward(self, F, X, weight, bias):
        X = F.npx.pooling(X, kernel=(2, 2), stride=(2, 2), pool_type='avg')
        return X * weight + bias


class PartialMaps(nn.HybridBlock):
    """Maps that see some of the maps below, each by 5 x 5 windows.

    X (batch, 6, h, w) -> (batch, 16, h - 4, w - 4)
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        for i in range(len(SEEN)):
            setattr(self, f'conv{i}', nn.Conv2D(1, kernel_size=5))

    def hybrid_forward(self, F, X):
        maps = [X[:, i:i + 1] for i in range(6)]
        return F.np.concatenate([
            getattr(self, f'conv{i}')(F.np.concatenate([maps[int(j)] for j in seen],
                                                       axis=1))
            for i, seen in enumerate(SEEN)], axis=1)


class Distances(nn.HybridBlock):
    """Minus the squared distances of X (batch, 84) to the fixed codes of ten classes.

    The paper draws characters as codes; these are drawn by lot, as 84 numbers of 1 or
    -1 each.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        codes = onp.random.RandomState(1998).choice([-1, 1], (10, 84))
        self.codes = self.params.get_constant('codes', codes.astype('float32'))

    def hybrid_forward(self, F, X, codes):
        return -F.np.sum(F.np.square(F.np.expand_dims(X, 1) - codes), axis=2)


def build_net(variant: Literal['1998', 'today'] = '1998'):
    """LeNet-5. X (batch, 1, 28, 28) -> scores (batch, 10).

    `today`: the same with ReLU and the largest of 2 x 2, and nothing else changed.
    """
    def squash():
        return Squash() if variant == '1998' else nn.Activation('relu')

    def pool(num_channels):
        return [Subsampling(num_channels), Squash()] if variant == '1998' else [
            nn.MaxPool2D(2)]

    net = nn.HybridSequential()
    net.add(nn.Conv2D(6, kernel_size=5, padding=2), squash(), *pool(6),
            PartialMaps(), squash(), *pool(16), nn.Conv2D(120, kernel_size=5),
            squash(), nn.Dense(84), squash(), Distances())
    return net


def example_inputs(batch_size=2):
    return (np.random.uniform(size=(batch_size, 1, 28, 28)),)


def alexnet():
    """AlexNet, whose halves saw each other in two layers. (batch, 3, 227, 227)."""
    net = nn.HybridSequential()
    net.add(nn.Conv2D(96, 11, strides=4), nn.MaxPool2D(3, strides=2),
            nn.Conv2D(256, 5, padding=2, groups=2), nn.MaxPool2D(3, strides=2),
            nn.Conv2D(384, 3, padding=1), nn.Conv2D(384, 3, padding=1, groups=2),
            nn.Conv2D(256, 3, padding=1, groups=2), nn.MaxPool2D(3, strides=2),
            nn.Dense(4096), nn.Dense(4096), nn.Dense(1000))
    return net


def nin():
    """NiN for ImageNet, a map a class in place of dense layers. (batch, 3, 227, 227).
    """
    net = nn.HybridSequential()
    net.add(*d2l.nin_block(96, 11, 4, 0), nn.MaxPool2D(3, strides=2),
            *d2l.nin_block(256, 5, 1, 2), nn.MaxPool2D(3, strides=2),
            *d2l.nin_block(384, 3, 1, 1), nn.MaxPool2D(3, strides=2),
            *d2l.nin_block(1024, 3, 1, 1)[:2], nn.Conv2D(1000, kernel_size=1),
            nn.GlobalAvgPool2D())
    return net


def vgg16():
    """VGG-16's layers in a row. (batch, 3, 224, 224)."""
    vgg, net = d2l.imagenet_net('vgg16'), nn.HybridSequential()
    net.add(*vgg.features, vgg.output)
    return net


def shape_of(name):
    """Of one of its pictures, with the batch."""
    return {'LeNet-5': (1, 1, 28, 28), 'VGG-16': (1, 3, 224, 224)}.get(
        name, (1, 3, 227, 227))


def connections(rows):
    """Of LeNet-5, by `d2l.summary`: products, and biases added, of all its numbers."""
    count = 0
    for name, shape, parameters in rows:
        if name == 'Subsampling':
            count += 5 * math.prod(shape)  # four numbers and a bias each
        elif name == 'Distances':
            count += 84 * math.prod(shape)
        else:  # each filter at each place
            count += parameters * math.prod(shape[2:])
    return count


def counted(name, net):
    """Parameters, multiplications and so on of a network, and its layers."""
    X = np.zeros(shape_of(name))
    *rows, (_, _, parameters) = d2l.summary(net, X)
    learning = [row for row in rows if row[2]]
    dense = sum(row[2] for row in rows if row[0] == 'Dense')
    multiplications = d2l.multiply_adds(net, X)
    found = {'parameters': parameters, 'multiplications': multiplications,
             'neurons': sum(math.prod(shape) for _, shape, _ in learning),
             'parameters in dense layers': dense / parameters,
             # of a dense layer each weight is used once
             'multiplications in convolutions': 1 - dense / multiplications,
             'layers': rows}
    return {**found, 'connections': connections(rows)} if name == 'LeNet-5' else found


def narrows(rows):
    """Whether no layer's map is larger, or has fewer channels, than the one before."""
    maps = [shape for _, shape, _ in rows if len(shape) == 4]
    return all(a[1] <= b[1] and a[2] >= b[2] for a, b in zip(maps, maps[1:]))


def claims_of(networks):
    """What is claimed of sizes, with the numbers of `counted` networks."""
    pairs = {f'{name}: {quantity}': {'computed': networks[name][quantity],
                                     'printed': printed}
             for name, numbers in PAPERS.items() for quantity, printed in
             numbers.items()}
    shares = {f'{name}: {quantity}': networks[name][quantity]
              for name in ('AlexNet', 'VGG-16') for quantity in
              ('parameters in dense layers', 'multiplications in convolutions')}
    narrow = {name: narrows(net['layers']) for name, net in networks.items()}
    sizes = {name: networks[name]['parameters'] for name in ('NiN', 'AlexNet')}
    return [
        d2l.claim('the networks are as large as their papers say (that of NiN says '
                  'nothing)', pairs,
                  all(abs(row['computed'] / row['printed'] - 1) < NEAR
                      for row in pairs.values())),
        d2l.claim('dense layers hold most parameters, convolutions do most of the work',
                  shares, min(shares.values()) > 0.5),
        d2l.claim('layer by layer maps become smaller and channels more', narrow,
                  all(narrow.values())),
        d2l.claim('1 x 1 convolutions in place of dense layers save most parameters',
                  sizes, sizes['NiN'] < sizes['AlexNet'] / 2)]


def compare_eras(train_iter, test_iter, lr, num_epochs):
    """The accuracy of LeNet-5 on garments, as it was and as it is built today.

    With the trained network of today.
    """
    found = {}
    for variant in ('1998', 'today'):
        net = build_net(variant)
        d2l.train_quietly(net, train_iter, num_epochs, lr)
        found[f'{variant}: test acc'] = d2l.evaluate_accuracy(net, test_iter)
    return found, net


def show_maps(net, image):
    """Draw a garment, and what each layer makes of it."""
    X = np.array(image[None, None] / 255, dtype='float32', ctx=d2l.try_gpu())
    d2l.show_activations(d2l.feature_maps(net, X), image)


def run(*, num_seeds: int = 3, num_epochs: int = 3, lr: float = 0.002,
        batch_size: int = 32, num_train: int = 5000, num_test: int = 10000) -> dict:
    networks = {name: counted(name, net) for name, net in (
        ('LeNet-5', build_net()), ('AlexNet', alexnet()), ('VGG-16', vgg16()),
        ('NiN', nin()))}
    train_iter, test_iter = d2l.load_few_garments(batch_size, num_train, num_test)
    nets = []

    def measure():
        found, net = compare_eras(train_iter, test_iter, lr, num_epochs)
        nets[:] = [net]
        return found

    accs = d2l.over_seeds(measure, num_seeds)
    show_maps(*nets, test_iter.arrays[0][0])
    return {'claims': [*claims_of(networks), d2l.claim(
        'ReLU and largest numbers do better than squashing and means', accs,
        d2l.exceeds(accs['today: test acc'], accs['1998: test acc']))],
        'networks': networks}


if __name__ == '__main__':
    d2l.main(run)
