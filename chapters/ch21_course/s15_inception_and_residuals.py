"""Inception and residuals (Inception 与残差)

Source: deep-learning-specialization, topic 15

GoogLeNet's modules and ResNets of 18 to 152 layers, for ImageNet, and of 20 to 110, for
CIFAR-10, are counted and held to the tables of their papers, with the saving that 1 x 1
convolutions bring in front of large ones. And small plain and residual networks of
little and of great depth are trained on garments: does a plain one become worse with
depth, in its training loss, and does the shortcut mend that?
"""
from typing import Literal

import numpy as onp
from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels',
        'fashion_mnist_test_images', 'fashion_mnist_test_labels')
SMOKE = dict(num_seeds=1, num_epochs=1, num_train=32, num_test=32, deep=2, deepest=34)
RANGES = dict(deepest=(20, 152))

# channels of inputs and paths; thousands, of 1024, of parameters and millions of
# multiplications, as the paper prints them
INCEPTIONS = {'3a': ((192, 64, (96, 128), (16, 32), 32), 159, 128),
              '3b': ((256, 128, (128, 192), (32, 96), 64), 380, 304),
              '4a': ((480, 192, (96, 208), (16, 48), 64), 364, 73),
              '4b': ((512, 160, (112, 224), (24, 64), 64), 437, 88),
              '4c': ((512, 128, (128, 256), (24, 64), 64), 463, 100),
              '4d': ((512, 112, (144, 288), (32, 64), 64), 580, 119),
              '4e': ((528, 256, (160, 320), (32, 128), 128), 840, 170),
              '5a': ((832, 256, (160, 320), (32, 128), 128), 1072, 54),
              '5b': ((832, 384, (192, 384), (48, 128), 128), 1388, 71)}
SIDES = {'3': 28, '4': 14, '5': 7}  # of the maps of GoogLeNet's stages
# layers, and the papers' numbers: multiplications, and parameters
IMAGENET = {18: 1.8e9, 34: 3.6e9, 50: 3.8e9, 101: 7.6e9, 152: 11.3e9}
CIFAR = {20: 0.27e6, 32: 0.46e6, 44: 0.66e6, 56: 0.85e6, 110: 1.7e6}
NEAR = 0.03  # they round, and count some biases or shortcuts otherwise


def build_net(variant: Literal['residual', 'plain'] = 'residual', num_blocks=1,
              num_channels=8):
    """The small ResNet of 6 num_blocks + 2 layers, or the same without shortcuts.

    X (batch, channels, h, w) -> scores (batch, 10).
    """
    return d2l.small_resnet(num_blocks, num_channels, variant == 'residual')


def example_inputs(batch_size=2):
    return (np.random.uniform(size=(batch_size, 1, 28, 28)),)


def near(pairs):
    """Whether each pair of numbers, computed and printed, agrees."""
    return all(abs(row['computed'] / row['printed'] - 1) < NEAR
               for row in pairs.values())


def count_inceptions():
    """Parameters and multiplications of each module of GoogLeNet, and the paper's."""
    sizes, work = {}, {}
    for name, ((num_inputs, *paths), thousands, millions) in INCEPTIONS.items():
        X = np.zeros((1, num_inputs, *[SIDES[name[0]]] * 2))
        *_, (_, _, parameters) = d2l.summary(d2l.Inception(*paths), X)
        sizes[name] = {'computed': parameters, 'printed': 1024 * thousands}
        work[name] = {'computed': d2l.multiply_adds(d2l.Inception(*paths), X),
                      'printed': 10 ** 6 * millions}
    return [d2l.claim(f"modules of GoogLeNet have their paper's {what}", pairs,
                      near(pairs))
            for what, pairs in (('parameters', sizes), ('multiplications', work))]


def count_resnets(deepest=152):
    """Multiplications of those for ImageNet, parameters of those for CIFAR-10, with so
    many layers at most."""
    work = {f'ResNet-{depth}: multiplications': {'computed': d2l.multiply_adds(
        d2l.imagenet_net(f'resnet{depth}_v1'), np.zeros((1, 3, 224, 224))),
        'printed': printed} for depth, printed in IMAGENET.items() if depth <= deepest}
    sizes = {f'ResNet-{depth}: parameters': {'computed': d2l.summary(
        build_net(num_blocks=depth // 6, num_channels=16), np.zeros((1, 3, 32, 32))
        )[-1][2], 'printed': printed} for depth, printed in CIFAR.items()
        if depth <= deepest}
    return d2l.claim('ResNets have the multiplications and parameters of their paper',
                     {**work, **sizes}, near({**work, **sizes}))


def count_bottleneck():
    """5 x 5 windows of 192 maps of 28 x 28, directly and from 16 maps in between."""
    X, narrow = np.zeros((1, 192, 28, 28)), nn.HybridSequential()
    narrow.add(nn.Conv2D(16, 1), nn.Conv2D(32, 5, padding=2))
    direct = d2l.multiply_adds(nn.Conv2D(32, 5, padding=2), X)
    through = d2l.multiply_adds(narrow, X)
    return d2l.claim('a 1 x 1 convolution before a large one leaves about a tenth of '
                     'the multiplications', {'directly': direct, 'through 16': through},
                     round(direct / through) >= 10)


def train_all(data, deep, lr, num_epochs):
    """Losses at the end of training, and accuracies, of all depths of both kinds."""
    train_iter, test_iter = data
    found = {}
    for variant in ('plain', 'residual'):
        for num_blocks in (1, deep):
            net = build_net(variant, num_blocks)
            history = d2l.train_quietly(net, train_iter, num_epochs, lr)
            name = f'{variant}, {6 * num_blocks + 2} layers'
            found[f'{name}: train loss'] = history['train loss']
            found[f'{name}: test acc'] = d2l.evaluate_accuracy(net, test_iter)
    return found


def compare_depths(found, deep):
    """What is claimed of depth, by what exceeds chance over the seeds."""
    def losses(variant):
        return {name: found[name] for name in (
            f'{variant}, {6 * n + 2} layers: train loss' for n in (1, deep))}

    def deeper_exceeds(rows):
        shallow, deeper = rows.values()
        return d2l.exceeds(deeper, shallow)

    plain, residual = map(losses, ('plain', 'residual'))
    accs = {name: found[name] for name in found if name.endswith(
        f' {6 * deep + 2} layers: test acc')}
    return [d2l.claim('a plain network trains worse when it is deeper', plain,
                      deeper_exceeds(plain)),
            d2l.claim('a residual network trains no worse when it is deeper', residual,
                      onp.isfinite([*residual.values()]).all()
                      and not deeper_exceeds(residual)),
            d2l.claim('of deep networks the residual one classifies better', accs,
                      d2l.exceeds(*reversed(accs.values())))]


def run(*, num_seeds: int = 3, num_epochs: int = 4, lr: float = 0.003,
        batch_size: int = 32, num_train: int = 2000, num_test: int = 2000,
        deep: int = 5, deepest: int = 152) -> dict:
    data = d2l.load_few_garments(batch_size, num_train, num_test)
    found = d2l.over_seeds(lambda: train_all(data, deep, lr, num_epochs), num_seeds)
    return {'claims': [*count_inceptions(), count_resnets(deepest), count_bottleneck(),
                       *compare_depths(found, deep)], 'trainings': found}


if __name__ == '__main__':
    d2l.main(run)
