"""Kinds of convolutions (卷积的种类)

Source: MobileNets (Howard et al., 2017), MobileNetV2 (Sandler et al., 2018), and others

Grouped, depthwise separable, spatially separable (Szegedy et al., 2016), dilated (Yu
and Koltun, 2016) and transposed convolutions are ordinary ones whose kernels have a
certain form; one by Fourier transforms (Mathieu et al., 2014) gives what it gives
directly. That is checked, and what each costs is counted, held to the formulas, and
timed. On garments a small network with each kind is trained, and two more, of ResNet's
blocks and of MobileNetV2's. Between the two convolutions of a depthwise separable one
its network normalizes and activates, as MobileNet does. All networks have one seed:
with ordinary convolutions and with those by Fourier transforms the first weights are
the same.
"""
import random
from functools import partial
from typing import Literal

import numpy as onp
from mxnet import autograd, init, np, npx
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels',
        'fashion_mnist_test_images', 'fashion_mnist_test_labels')
SMOKE = dict(num_seeds=1, num_epochs=1, batch_size=8, num_train=16, num_test=16,
             num_rounds=1, size=8)
RANGES = dict(size=(4, 256), num_rounds=(1, 1000))

Variant = Literal['ordinary', 'grouped', 'depthwise', 'spatial', 'dilated',
                  'transposed', 'fourier', 'residual', 'mobile']
*KINDS, _, _ = Variant.__args__
SAVING = ('grouped', 'depthwise', 'spatial')  # those that shall cost less
GROUPS = 4
CHANNELS, SIDE = 64, 14       # of the maps for which a layer of each kind is counted
# of an ordinary layer's parameters and multiplications, with as many outputs as inputs
SHARES = {'grouped': 1 / GROUPS, 'depthwise': 1 / CHANNELS + 1 / 9, 'spatial': 2 / 3,
          'dilated': 1, 'transposed': 1}
KERNEL_SIDES = (3, 7, 15, 31)  # of kernels that NumPy's FFT is timed with
FEW = 16                      # channels there
ROUNDING = 1e-5               # of float32 sums of some hundred products
LITTLE = 0.01                 # of an accuracy
MARKERS = ('bo', 'ms', 'g^', 'rv', 'cD', 'yP', 'kX', 'b*', 'md')


def convolution(kind, in_channels, channels, side):
    """One of a kind: (batch, in_channels, side, side) -> (batch, channels, side, side).

    side: what the transforms have to know.
    """
    def conv(channels, kernel_size, **options):
        return nn.Conv2D(channels, kernel_size, in_channels=in_channels,
                         use_bias=False, **options)

    layers = nn.HybridSequential()
    if kind == 'ordinary':
        layers.add(conv(channels, 3, padding=1))
    elif kind == 'grouped':
        layers.add(conv(channels, 3, padding=1, groups=GROUPS))
    elif kind == 'depthwise':
        layers.add(conv(in_channels, 3, padding=1, groups=in_channels),
                   conv(channels, 1))
    elif kind == 'spatial':
        layers.add(conv(in_channels, (3, 1), padding=(1, 0)),
                   conv(channels, (1, 3), padding=(0, 1)))
    elif kind == 'dilated':
        layers.add(conv(channels, 3, padding=2, dilation=2))
    elif kind == 'transposed':
        layers.add(nn.Conv2DTranspose(channels, 3, padding=1, in_channels=in_channels,
                                      use_bias=False))
    else:
        layers.add(d2l.FourierConv2D(channels, (3, 3), (side, side), in_channels))
    return layers


def conv_block(kind, in_channels, channels, side):
    """One of a kind, normalized, activated and halved; depthwise, it is MobileNet's.

    (batch, in_channels, side, side) -> (batch, channels, side // 2, side // 2)
    """
    layers = list(convolution(kind, in_channels, channels, side))
    if kind == 'depthwise':
        layers[1:1] = nn.BatchNorm(), nn.Activation('relu')
    return [*layers, nn.BatchNorm(), nn.Activation('relu'), nn.MaxPool2D(2)]


def build_net(variant: Variant = 'depthwise'):
    """X (batch, 1, 28, 28) -> scores (batch, 10)."""
    net = nn.HybridSequential()
    net.add(nn.Conv2D(16, 3, padding=1, strides=2, in_channels=1, use_bias=False),
            nn.BatchNorm(), nn.Activation('relu'))
    if variant == 'residual':
        net.add(d2l.Residual(16), d2l.Residual(32, use_1x1conv=True, strides=2),
                d2l.Residual(64, use_1x1conv=True, strides=2))
    elif variant == 'mobile':
        net.add(*[d2l.LinearBottleneck(*sizes) for sizes in (
            (16, 16, 6, 1), (16, 32, 6, 2), (32, 64, 6, 2))])
    else:
        for in_channels, channels, side in ((16, 32, 14), (32, 64, 7)):
            net.add(*conv_block(variant, in_channels, channels, side))
    net.add(nn.GlobalAvgPool2D(), nn.Dense(10))
    return net


def example_inputs(batch_size=2):
    return (np.random.uniform(size=(batch_size, 1, 28, 28)),)


def as_ordinary(kind, K, P=None):
    """The kernels (c_o, c_i, kh, kw) of the ordinary convolution that one of a kind is.

    K, P: those of its layer, or of its two, in their order.
    """
    if kind == 'grouped':  # blocks along the diagonal
        (c_o, c_i), full = K.shape[:2], onp.zeros((len(K), GROUPS * K.shape[1], 3, 3))
        for g in range(GROUPS):
            rows = slice(g * c_o // GROUPS, (g + 1) * c_o // GROUPS)
            full[rows, g * c_i:(g + 1) * c_i] = K[rows]
        return full
    if kind == 'depthwise':  # one pattern for each input, times a number
        return P * K.transpose(1, 0, 2, 3)
    if kind == 'spatial':  # columns times rows
        return onp.einsum('mcij,omjk->ocik', K, P)
    if kind == 'dilated':  # zeros in between
        full = onp.zeros((*K.shape[:2], 5, 5))
        full[:, :, ::2, ::2] = K
        return full
    if kind == 'transposed':  # turned by half a turn
        return K.transpose(1, 0, 2, 3)[:, :, ::-1, ::-1]
    return K


def direct(X, K):
    """The ordinary convolution, with as much padding as keeps the size."""
    return npx.convolution(X, np.array(K, 'float32'), kernel=K.shape[2:], no_bias=True,
                           pad=tuple(side // 2 for side in K.shape[2:]),
                           num_filter=len(K))


def by_fft(X, K):
    """The same by NumPy's fast transforms. X (batch, c_i, h, w), K (c_o, c_i, kh, kw).
    """
    h, w = X.shape[2:]
    # products of small factors, which are transformed fastest
    full = [-(-(n + k - 1) // 8) * 8 for n, k in zip((h, w), K.shape[2:])]
    X_hat, K_hat = (onp.fft.rfft2(array, s=full).transpose(2, 3, 0, 1)
                    for array in (X, K))
    Y_hat = X_hat @ K_hat.conj().swapaxes(2, 3)  # (rows, columns, batch, c_o)
    Y = onp.fft.irfft2(Y_hat.transpose(2, 3, 0, 1), s=full)
    # what belongs to the padding before a picture stands at the end
    return onp.roll(Y, [k // 2 for k in K.shape[2:]], axis=(2, 3))[..., :h, :w]


def difference(found, expected):
    """The largest, relative to the largest number that is expected."""
    found, expected = found.asnumpy(), expected.asnumpy()
    return float(abs(found - expected).max() / abs(expected).max())


def differences():
    """Of each kind from the ordinary convolution that it is."""
    X, found = np.random.normal(size=(2, 16, SIDE, SIDE)), {}
    for kind in KINDS[1:]:
        layers = convolution(kind, 16, 32, SIDE)
        layers.initialize(init.Xavier())
        weights = [layer.weight.data().asnumpy() for layer in layers]
        found[kind] = difference(layers(X), direct(X, as_ordinary(kind, *weights)))
    return found


def difference_of_gradient():
    """Of a transposed convolution of strides 2 from the gradient of a convolution."""
    options = dict(kernel_size=3, strides=2, padding=1, use_bias=False)
    conv = nn.Conv2D(6, in_channels=4, **options)
    transposed = nn.Conv2DTranspose(4, in_channels=6, **options)
    for layer in (conv, transposed):
        layer.initialize()
    transposed.weight.set_data(conv.weight.data())
    X, Y = np.random.normal(size=(2, 4, 15, 15)), np.random.normal(size=(2, 6, 8, 8))
    X.attach_grad()
    with autograd.record():
        l = (conv(X) * Y).sum()
    l.backward()
    return difference(transposed(Y), X.grad)


def counts(net, X):
    """Parameters, and multiplications of a prediction."""
    return {'parameters': d2l.summary(net, X)[-1][2],
            'multiplications': d2l.multiply_adds(net, X)}


def count_layers():
    """`counts` of a layer of each kind."""
    X = np.zeros((1, CHANNELS, SIDE, SIDE))
    return {kind: counts(convolution(kind, CHANNELS, CHANNELS, SIDE), X)
            for kind in KINDS}


def count_networks():
    """`counts` of each network."""
    return {variant: counts(build_net(variant), *example_inputs(1))
            for variant in Variant.__args__}


def claims_of_layers(layers):
    """What kinds are, and what they cost by formulas; layers: {kind: `counts`}."""
    found, gradient = differences(), difference_of_gradient()
    shares = {f'{kind}: {what}': [layers[kind][what] / layers['ordinary'][what], share]
              for kind, share in SHARES.items() for what in layers[kind]}
    return [
        d2l.claim('each kind is an ordinary convolution with kernels of a form, and by '
                  'Fourier transforms it is the direct one (relative difference)',
                  found, max(found.values()) < ROUNDING),
        d2l.claim('a transposed convolution is the gradient of a convolution (relative '
                  'difference)', {'strides 2': gradient}, gradient < ROUNDING),
        d2l.claim("parameters and multiplications are the formulas' share of an "
                  'ordinary layer (counted, formula)', shares,
                  all(onp.isclose(*pair) for pair in shares.values()))]


def accuracies(data, lr, num_epochs):
    """Of each network, from one seed for all; and the networks."""
    (train_iter, test_iter), seed, found, nets = data, random.randrange(2 ** 31), {}, {}
    for variant in Variant.__args__:
        d2l.set_seed(seed)
        nets[variant] = build_net(variant)
        d2l.train_quietly(nets[variant], train_iter, num_epochs, lr)
        found[variant] = d2l.evaluate_accuracy(nets[variant], test_iter)
    return found, nets


def keeps_up(accs, others):
    """Whether accuracies are less than `LITTLE` below others, chance set aside."""
    return d2l.exceeds(onp.add(accs, LITTLE), others)


def claims_of_networks(accs, networks):
    """What is said of accuracies, which are {network: of each seed}."""

    def measured(*names):
        return {name: accs[name] for name in names}

    costs = {f'{name}: {what}': networks[name][what] for name in ('residual', 'mobile')
             for what in networks[name]}
    return [
        *[d2l.claim(f'with {kind} convolutions at most a hundredth of the accuracy is '
                    'lost', measured('ordinary', kind),
                    keeps_up(accs[kind], accs['ordinary'])) for kind in SAVING],
        d2l.claim('dilated convolutions, which see further at the same cost, classify '
                  'better', measured('ordinary', 'dilated'),
                  d2l.exceeds(accs['dilated'], accs['ordinary'])),
        d2l.claim('by Fourier transforms a network learns what it learns directly '
                  '(accuracies within a hundredth)', measured('ordinary', 'fourier'),
                  keeps_up(accs['fourier'], accs['ordinary'])
                  and keeps_up(accs['ordinary'], accs['fourier'])),
        d2l.claim("MobileNetV2's block costs less than ResNet's, and at most a "
                  'hundredth of the accuracy', {**measured('residual', 'mobile'),
                                                **costs},
                  keeps_up(accs['mobile'], accs['residual']) and all(
                      networks['mobile'][what] < networks['residual'][what]
                      for what in networks['mobile']))]


def milliseconds(functions, num_rounds):
    """The median of each function's rounds, in turn."""
    return {name: 1000 * float(onp.median(seconds)) for name, seconds
            in d2l.time_in_turn(functions, num_rounds).items()}


def time_layers(batch_size, num_rounds):
    """Milliseconds of a prediction of a layer of each kind."""
    device, functions = d2l.try_gpu(), {}
    X = np.random.normal(size=(batch_size, CHANNELS, SIDE, SIDE), ctx=device)
    for kind in KINDS:
        layers = convolution(kind, CHANNELS, CHANNELS, SIDE)
        layers.initialize(init.Xavier(), ctx=device)
        functions[kind] = partial(layers, X)
    return milliseconds(functions, num_rounds)


def time_kernels(size, num_rounds):
    """Milliseconds of larger and larger kernels on eight pictures: {way: [...]}."""
    X, functions = onp.random.normal(size=(8, FEW, size, size)).astype('float32'), {}
    for k in KERNEL_SIDES:
        K = onp.random.normal(size=(FEW, FEW, k, k)).astype('float32')
        functions['direct', k] = partial(direct, np.array(X), K)
        functions['FFT', k] = partial(by_fft, X, K)
    found = milliseconds(functions, num_rounds)
    return {way: [found[way, k] for k in KERNEL_SIDES] for way in ('direct', 'FFT')}


def claims_of_times(layers, of_layers, of_steps, of_kernels):
    """What is said of times; layers: {kind: `counts`}, the others milliseconds."""
    shares = {kind: [of_layers[kind] / of_layers['ordinary'], layers[kind][
        'multiplications'] / layers['ordinary']['multiplications']] for kind in SAVING}
    first, *_, last = of_kernels['FFT']
    return [
        d2l.claim('time falls with the multiplications: to one and a half times their '
                  'share or less (share of time, of multiplications)', shares,
                  all(time <= 1.5 * share for time, share in shares.values())),
        d2l.claim("a step with MobileNetV2's blocks takes less time than with ResNet's "
                  '(ratio)', {'ratio': of_steps['mobile'] / of_steps['residual']},
                  of_steps['mobile'] < of_steps['residual']),
        d2l.claim('large kernels are faster by FFT, whose time they less than double',
                  {f'{way}, {k} x {k}': value for way, values in of_kernels.items()
                   for k, value in zip(KERNEL_SIDES, values)},
                  last < of_kernels['direct'][-1] and last < 2 * first)]


def show(accs, networks, of_kernels):
    """Draw accuracies by multiplications, and times by the size of the kernel."""
    d2l.plot([[networks[name]['multiplications'] / 1e6] for name in accs],
             [[onp.mean(values)] for values in accs.values()],
             'millions of multiplications', 'test accuracy', xscale='log', fmts=MARKERS)
    d2l.plt.legend(list(accs), loc='center left', bbox_to_anchor=(1.02, 0.5))
    d2l.plot(KERNEL_SIDES, list(of_kernels.values()), 'side of the kernel',
             'milliseconds', list(of_kernels), yscale='log', fmts=('o-', 'm^--'))
    d2l.plt.xticks(KERNEL_SIDES)


def run(*, num_seeds: int = 3, num_epochs: int = 4, lr: float = 0.003,
        batch_size: int = 32, num_train: int = 2000, num_test: int = 2000,
        num_rounds: int = 10, size: int = 64) -> dict:
    layers, networks = count_layers(), count_networks()
    claims = claims_of_layers(layers)
    data = d2l.load_few_garments(batch_size, num_train, num_test)
    nets = {}

    def measure():
        found, trained = accuracies(data, lr, num_epochs)
        nets.update(trained)
        return found

    accs = d2l.over_seeds(measure, num_seeds)
    times = {'layer': time_layers(batch_size, num_rounds),
             'step': d2l.time_steps(nets, *example_inputs(batch_size), lr, num_rounds),
             'kernels': time_kernels(size, num_rounds)}
    show(accs, networks, times['kernels'])
    return {'claims': claims + claims_of_networks(accs, networks), 'layers': layers,
            'networks': networks, 'test accuracy': accs, 'timing': {
                'claims': claims_of_times(layers, *times.values()),
                'milliseconds': times}}


if __name__ == '__main__':
    d2l.main(run)
