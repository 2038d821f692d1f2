"""Attention to channels and places (通道与空间注意力)

Source: Squeeze-and-Excitation Networks (Hu et al., 2018), CBAM (Woo et al., 2018)

A small residual network is trained on garments as it is, with squeeze and excitation,
and with CBAM in its blocks: each network from the same seeds. What both add in
parameters, multiplications and time is counted and measured, and whether their papers'
gains are seen at this size. CBAM also weighs the places of a picture: these maps are
drawn, and it is measured whether they prefer the garment to what is around it, and
whether that is of training, and of that garment: beside the maps of a network that has
not learnt, and beside the outlines of other garments, which lie in the middle, too.
"""
import random
from typing import Literal

import numpy as onp
from mxnet import init, np
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels',
        'fashion_mnist_test_images', 'fashion_mnist_test_labels')
SMOKE = dict(num_seeds=1, num_epochs=1, batch_size=8, num_train=16, num_test=16,
             num_rounds=1)
RANGES = dict(ratio=(1, 16), num_rounds=(1, 1000))

Variant = Literal['plain', 'se', 'cbam']
STAGES = ((16, 1), (32, 2), (64, 2))  # channels and strides of the blocks
SEEN = 200  # pictures whose maps are looked at
SHOWN = 4
UNTRAINED, OTHERS = 'untrained, block', "others' outlines, block"


class AttentiveResidual(d2l.Residual):
    """ResNet's block, with an attention on what its convolutions give.

    attention: a block that keeps the shape (batch, num_channels, h, w).
    """

    def __init__(self, num_channels, attention, **kwargs):
        super().__init__(num_channels, **kwargs)
        self.attention = attention

    def hybrid_forward(self, F, X):
        Y = F.npx.activation(self.bn1(self.conv1(X)), act_type='relu')
        Y = self.attention(self.bn2(self.conv2(Y)))
        if self.conv3 is not None:
            X = self.conv3(X)
        return F.npx.activation(d2l.add(F, Y, X), act_type='relu')


def build_net(variant: Variant = 'cbam', ratio=4):
    """X (batch, 1, 28, 28) -> scores (batch, 10)."""
    net = nn.HybridSequential()
    net.add(nn.Conv2D(16, 3, padding=1, strides=2), nn.BatchNorm(),
            nn.Activation('relu'))
    for channels, strides in STAGES:
        options = dict(use_1x1conv=strides > 1, strides=strides)
        if variant == 'plain':
            net.add(d2l.Residual(channels, **options))
        else:
            kind = d2l.CBAM if variant == 'cbam' else d2l.SqueezeExcitation
            net.add(AttentiveResidual(channels, kind(channels, ratio), **options))
    net.add(nn.GlobalAvgPool2D(), nn.Dense(10))
    return net


def example_inputs(batch_size=2):
    return (np.random.uniform(size=(batch_size, 1, 28, 28)),)


def count(ratio):
    """Parameters and multiplications of each network."""
    networks = {}
    for variant in Variant.__args__:
        net, inputs = build_net(variant, ratio), example_inputs(1)
        networks[variant] = {'parameters': d2l.summary(net, *inputs)[-1][2],
                             'multiplications': d2l.multiply_adds(net, *inputs)}
    return networks


def garment_shares(images, side):
    """How much of each place of a map is garment: (n, 28, 28) -> (n, side, side)."""
    n, size = len(images), images.shape[1] // side
    is_garment = (images > 0).reshape(n, side, size, side, size)
    return is_garment.mean(axis=(2, 4))


def preferences(net, images, outlines):
    """What a garment's places weigh on average, as a share of what the others do.

    One number a block of the network. images, outlines (n, 28, 28): pictures that are
    seen, and those whose garments say which places are meant; all have both.
    """
    X, found = as_input(images), []
    for maps in d2l.block_outputs(net, X, d2l.SpatialAttention):
        is_garment = garment_shares(outlines, maps.shape[2]) > 0.5
        maps = maps[:, 0]
        found.append(float(maps[is_garment].mean() / maps[~is_garment].mean()))
    return found


def as_input(images):
    return np.array(images[:, None] / 255, dtype='float32', ctx=d2l.try_gpu())


def measure(data, num_epochs, lr, ratio):
    """Accuracies of all networks from one seed, what CBAM prefers, and the networks.
    """
    (train_iter, test_iter), seed, found, nets = data, random.randrange(2 ** 31), {}, {}
    for variant in Variant.__args__:
        d2l.set_seed(seed)
        nets[variant] = build_net(variant, ratio)
        d2l.train_quietly(nets[variant], train_iter, num_epochs, lr)
        found[variant] = d2l.evaluate_accuracy(nets[variant], test_iter)
    d2l.set_seed(seed)
    untrained, images = build_net('cbam', ratio), test_iter.arrays[0][:SEEN]
    untrained.initialize(init.Xavier(), ctx=d2l.try_gpu())
    for name, net, outlines in (
            ('block', nets['cbam'], images), (UNTRAINED, untrained, images),
            (OTHERS, nets['cbam'], onp.roll(images, 1, axis=0))):
        for i, preference in enumerate(preferences(net, images, outlines), start=1):
            found[f'{name} {i}'] = preference
    return found, nets


def show_maps(net, images):
    """Draw garments, and what their places weigh in each block of a network."""
    rows = [images, *(maps[:, 0] for maps in d2l.block_outputs(
        net, as_input(images), d2l.SpatialAttention))]
    titles = ['garment', *(f'block {i}: {maps.min():.2f} to {maps.max():.2f}'
                           for i, maps in enumerate(rows[1:], start=1))]
    n = len(images)
    axes = d2l.show_images([picture for row in rows for picture in row], len(rows), n)
    for ax, title in zip(axes[::n], titles):
        ax.set_title(title, fontsize='small', loc='left')
    for ax in axes[n:]:
        ax.images[0].set_clim(0, 1)


def claims_of(found, networks):
    """What is said of both kinds, by means over seeds; networks: as of `count`."""
    mean = {name: onp.mean(values) for name, values in found.items()}
    added = {what: (networks['se'][what] - count) / count
             for what, count in networks['plain'].items()}
    blocks, untrained, strangers = (
        [f'{kind} {i + 1}' for i in range(len(STAGES))]
        for kind in ('block', UNTRAINED, OTHERS))
    return [
        *[d2l.claim(text, {name: found[name] for name in (less, more)},
                    d2l.exceeds(found[more], found[less])) for text, less, more in (
            ('squeeze and excitation classifies better', 'plain', 'se'),
            ('CBAM classifies better', 'plain', 'cbam'),
            ('CBAM is better than squeeze and excitation', 'se', 'cbam'))],
        d2l.claim('squeeze and excitation adds at most a tenth of the parameters and a '
                  'hundredth of the multiplications (shares)', added,
                  added['parameters'] <= 0.1 and added['multiplications'] <= 0.01),
        d2l.claim('places of the garment weigh more than those around it, in each '
                  'block (ratio)', {name: found[name] for name in blocks},
                  all(mean[name] > 1 for name in blocks)),
        *[d2l.claim(f"the garment's ratio is higher {than}, in each block",
                    {name: found[name] for name in (*blocks, *others)},
                    all(d2l.exceeds(found[name], found[other])
                        for name, other in zip(blocks, others)))
          for than, others in (('after training than before', untrained),
                               ("by its own outline than by another's", strangers))]]


def claim_of_times(times):
    ratios = {name: times[name] / times['plain'] for name in ('se', 'cbam')}
    return d2l.claim('a step takes at most a tenth longer with squeeze and excitation '
                     '(ratios)', ratios, ratios['se'] <= 1.1)


def run(*, num_seeds: int = 3, num_epochs: int = 5, lr: float = 0.003,
        batch_size: int = 32, num_train: int = 2000, num_test: int = 2000,
        ratio: int = 4, num_rounds: int = 20) -> dict:
    networks = count(ratio)
    data, nets = d2l.load_few_garments(batch_size, num_train, num_test), {}

    def one_seed():
        found, trained = measure(data, num_epochs, lr, ratio)
        nets.update(trained)
        return found

    found = d2l.over_seeds(one_seed, num_seeds)
    times = d2l.time_steps(nets, *example_inputs(batch_size), lr, num_rounds)
    show_maps(nets['cbam'], data[1].arrays[0][:SHOWN])
    return {'claims': claims_of(found, networks), 'networks': networks, 'timing': {
        'claims': [claim_of_times(times)], 'milliseconds': times}}


if __name__ == '__main__':
    d2l.main(run)
