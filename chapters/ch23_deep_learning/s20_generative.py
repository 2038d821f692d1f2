"""Generative models: VAE, NADE, moments, denoising chains, and traps (有向生成模型)

Source: Deep Learning (Goodfellow, Bengio, Courville), chapter 20

Networks that draw. A variational autoencoder draws a cause and then all pixels; NADE,
and MADE by masks, draw a pixel after those before it, and so know log p(x) itself. A
generator learns from a distance of samples alone, and a denoiser draws by a chain of
noise and repair. On a ring of eight units all that they promise is a sum over 256
states. Then garments in black and white, and what misleads who compares such models.
"""
import math
from pathlib import Path
from typing import Literal

import numpy as onp
from mxnet import gluon, init, np, npx
from mxnet.gluon import nn

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels')
SMOKE = dict(num_seeds=1, num_epochs=1, num_train=100, num_test=20, num_draws=5,
             num_steps=3)
RANGES = dict(lr=(0, 10), num_seeds=(1, 100))

Variant = Literal['vae', 'nade', 'made', 'generator', 'denoiser']
SIDE = 14  # pixels of a garment's picture, each the mean of 2 x 2
UNITS = 8  # of the ring: its patterns have three neighbours on, and chances P
STATES = d2l.all_states(UNITS)
RING = sum(onp.roll(onp.eye(UNITS), k, axis=1) for k in range(3))
LEARN = 'vae', 'nade', 'made'  # networks of p(x)
PLACES = (RING @ 2 ** onp.arange(UNITS)).astype(int)  # of the patterns among STATES
P = onp.arange(1, UNITS + 1) / (UNITS * (UNITS + 1) / 2)
BANDWIDTHS = .2, .5, 1.


def perceptron(num_hiddens, num_outputs):
    net = nn.HybridSequential()
    net.add(nn.Dense(num_hiddens, activation='tanh'), nn.Dense(num_outputs))
    return net


def build_net(variant: Variant = 'vae', num_units=SIDE ** 2, num_latent=20):
    """X (batch, num_units) -> scores of p(x_i = 1): `d2l.VAE`, `NADE` or `MADE`.

    generator: noise (batch, 2) -> points (batch, 2). denoiser: X (batch, 8) -> scores
    of num_units units, or states.
    """
    return {'vae': lambda: d2l.VAE(num_units, num_latent, num_hiddens=200),
            'nade': lambda: d2l.NADE(num_units, num_hiddens=50),
            'made': lambda: d2l.MADE(num_units, num_hiddens=400),
            'generator': lambda: perceptron(32, 2),
            'denoiser': lambda: perceptron(64, num_units)}[variant]()


def example_inputs(batch_size=2, variant: Variant = 'vae', num_units=SIDE ** 2,
                   num_latent=20):
    if variant == 'generator':
        return (np.random.normal(size=(batch_size, 2)),)
    X = np.random.uniform(size=(batch_size, UNITS if variant == 'denoiser'
                                else num_units)).round()
    noise = np.random.normal(size=(batch_size, num_latent))
    return (X, noise) if variant == 'vae' else (X,)


def as_input(X):
    return np.array(X, dtype='float32', ctx=d2l.try_gpu())


# ---- the ring, where all is a sum

def learn_ring(variant, num_steps):
    """A network of p(x) that gets all patterns in each step, by their chances."""
    net, X, p = build_net(variant, UNITS, num_latent=1), as_input(RING), as_input(P)
    d2l.minimize_loss(net, lambda: (p * d2l.minus_bound(net, X)).sum(), num_steps,
                      lr=.01 if variant == 'vae' else .1)
    return net


def measure_densities(num_steps, num_weights=10000):
    """VAE (20.10.3), of one z, NADE (20.10.10) and MADE, beside sums over all."""
    net = learn_ring('vae', num_steps)
    found = d2l.sums_over_z(net, RING)
    draws = d2l.log_weights(net, onp.tile(RING, (num_weights, 1))).reshape(-1, UNITS)
    tens = onp.logaddexp.reduce(draws.reshape(10, -1, UNITS)) - math.log(10)
    w = onp.exp(draws - found['log p'])  # of mean 1
    row = {**{name: float(P @ found[name]) for name in ('bound', 'gap', 'log p')},
           'KL': float(abs(found['KL'] - found['KL by a sum']).max()),
           '10 draws': float(P @ tens.mean(axis=0)),
           '10000 draws': float(P @ (onp.logaddexp.reduce(draws)
                                     - math.log(num_weights))),
           'standard errors': float((num_weights ** .5 * abs(w.mean(axis=0) - 1)
                                     / w.std(axis=0)).max()),
           'vae: sum': float(onp.exp(d2l.sums_over_z(net, STATES)['log p']).sum())}
    for variant in ('nade', 'made'):
        net = learn_ring(variant, num_steps)
        log_p = d2l.log_bernoulli(STATES, d2l.scores_of(net, STATES))
        row[f'{variant}: sum'] = float(onp.exp(log_p).sum())
        row[f'{variant}: KL'] = float(P @ (onp.log(P) - log_p[PLACES]))
    return row


def measure_chains(num_steps):
    """Share of chances that are not the data's in what chains keep (20.11).

    Of noise and repair: by Bayes' rule; by a network that scores whole states; by one
    that learns so from walks of five steps; and by one that scores units, which know
    nothing of each other then. They see all noise there is, as often as it comes.
    """
    C, p, X = d2l.one_flip(STATES), onp.zeros(len(STATES)), as_input(STATES)
    p[PLACES], seen = P, onp.zeros_like(C)
    chains = {'Bayes': C @ d2l.repairs(C, p)}
    for name, length in (('states', 1), ('walked', 5)):
        net = build_net('denoiser', len(STATES))

        def loss():
            log_R = npx.log_softmax(net(X))                          # (x~, x)
            noise = d2l.walked(C[PLACES], onp.exp(log_R.asnumpy()), C, length)
            seen[:, PLACES] = (P[:, None] * noise).T
            return -(as_input(seen) * log_R).sum()

        d2l.minimize_loss(net, loss, num_steps)
        chains[name] = C @ npx.softmax(net(X)).asnumpy()
    net, w = build_net('denoiser', UNITS), P @ C[PLACES]             # w of each x~
    means = as_input((P[:, None] * C[PLACES]).T @ RING / onp.maximum(w, 1e-9)[:, None])
    w = as_input(w)
    d2l.minimize_loss(net, lambda: (w * d2l.bernoulli_loss(net(X), means)).sum(),
                      num_steps)
    chains['units'] = C @ onp.exp(d2l.log_bernoulli(STATES, d2l.scores_of(
        net, STATES)[:, None]))
    return {name: float(abs(d2l.stationary(T.T) - p).sum() / 2)
            for name, T in chains.items()}


def arc(n):
    """Points (n, 2) around a half circle."""
    angle = onp.random.uniform(0, math.pi, (n, 1))
    return onp.random.normal(onp.hstack([onp.cos(angle), onp.sin(angle)]), .1)


def measure_moments(num_steps, n=100, num_samples=40):
    """Discrepancies (20.10.5): of normal samples; of a generator that lessens it."""
    p, q = (onp.zeros(2), onp.ones(2)), (onp.ones(2), onp.full(2, .5))
    tries = [d2l.squared_mmd(*(onp.random.normal(*each, (n, 2)) for each in (p, q)),
                             BANDWIDTHS) for _ in range(num_samples)]
    net = build_net('generator')

    def made():
        return net(np.random.normal(size=(n, 2), ctx=d2l.try_gpu()))

    def loss():
        return d2l.squared_mmd(made(), as_input(arc(n)), BANDWIDTHS, np)

    before, *_ = d2l.minimize_loss(net, loss, num_steps)
    after, data = (onp.mean([d2l.squared_mmd(draw(), arc(n), BANDWIDTHS) for _ in range(
        num_samples)]) for draw in (lambda: made().asnumpy(), lambda: arc(n)))
    return {'estimate': float(onp.mean(tries)), 'before': float(before),
            'exact': d2l.mmd_of_normals(p, q, BANDWIDTHS),
            'standard error': float(onp.std(tries) / num_samples ** .5),
            'after': float(after), 'data': float(data)}, made().asnumpy()


def train_garments(variant, train, num_epochs, lr, batch_size):
    net = build_net(variant)
    net.initialize(init.Xavier(), ctx=d2l.try_all_gpus())
    trainer = gluon.Trainer(net.collect_params(), 'adam', {'learning_rate': lr})

    def measure(X):
        l = d2l.minus_bound(net, X)
        return l, {'nats': (l.sum(), l.size)}

    d2l.fit(d2l.measured_step(net, measure, trainer), d2l.load_array(
        (np.array(train, dtype='float32'),), batch_size), num_epochs)
    return net


def measure_garments(num_train, num_test, num_draws, *training):
    """log p of new garments by networks, and by what misleads; nets, and garments."""
    grey = [X.reshape(-1, SIDE, 2, SIDE, 2).mean(axis=(2, 4)).reshape(-1, SIDE ** 2)
            for X, _ in d2l.sample_garments(num_train, num_test)]
    train, test = (1. * (X > .5) for X in grey)
    nets = {variant: train_garments(variant, train, *training) for variant in LEARN}
    draws = onp.stack([d2l.log_weights(nets['vae'], test) for _ in range(num_draws)])
    log_p = {'VAE, bound': draws.mean(axis=0),
             'VAE, draws': onp.logaddexp.reduce(draws) - math.log(num_draws),
             'NADE': d2l.log_in_order(nets['nade'], test),
             'MADE': d2l.log_in_order(nets['made'], test),
             'pixels': d2l.log_independent(train, test),
             'pixels, by chance': d2l.log_independent(*(
                 1. * (onp.random.uniform(size=X.shape) < X) for X in grey)),
             'memory': d2l.log_memory(train, test, turned=.001)}
    log_p['noise'] = d2l.log_mostly_noise(log_p['NADE'], SIDE ** 2, noise=.99)
    return {name: float(logs.mean()) for name, logs in log_p.items()}, (nets, test)


# ---- what is claimed, of {name: of each seed}

def claims_of_the_ring(f):
    sums = [f'{variant}: sum' for variant in LEARN]
    return [
        ('chances of all 256 states add up to one', sums,  # scores of 32 bits
         max(abs(total - 1) for name in sums for total in f[name]) < 1e-6),
        ("a VAE's bound and its gap, a divergence, add up to log p(x)",
         ['bound', 'gap', 'log p'],
         abs(onp.add(f['bound'], f['gap']) - f['log p']).max() < 1e-6),
        ('its divergence in closed form is the integral (largest difference)', ['KL'],
         max(f['KL']) < 1e-6),
        ('more draws of z lead from the bound to log p(x)',
         ['bound', '10 draws', '10000 draws', 'log p', 'standard errors'],
         d2l.exceeds(f['10 draws'], f['bound']) and max(f['standard errors']) < 5),
        ('NADE and MADE learn the chances of the patterns (divergence)',
         ['nade: KL', 'made: KL'], max(f['nade: KL'] + f['made: KL']) < .01),
        ("noise and repair by Bayes' rule keep the distribution of the data (share "
         'that is elsewhere)', ['Bayes'], max(f['Bayes']) < 1e-9),
        ('so does repair that is learnt, of whole states, from a step and from walks',
         ['states', 'walked'], max(f['states'] + f['walked']) < .01),
        ('repair unit by unit does not, as units are not independent',
         ['units', 'states'], min(f['units']) > 10 * max(f['states'])),
        ('the discrepancy of samples is that of their distributions',
         ['estimate', 'exact', 'standard error'], all(
             abs(a - b) < 5 * c for a, b, c in zip(f['estimate'], f['exact'],
                                                   f['standard error']))),
        ('a generator that lessens it is rid of 95 parts of 100',
         ['before', 'after', 'data'], max(onp.divide(f['after'], f['before'])) < .05)]


def claims_of_garments(f):
    nets = ['VAE, bound', 'VAE, draws', 'NADE', 'MADE']
    levels = d2l.measure_levels(.3, .1, .01, .001)
    log_p, with_noise, *density = levels.values()
    f.update(levels)
    return [
        ('each network tells more of garments than pixels apart (log p)',
         ['pixels', *nets], all(d2l.exceeds(f[name], f['pixels']) for name in nets)),
        ("draws of z raise the VAE's bound", ['VAE, bound', 'VAE, draws'],
         d2l.exceeds(f['VAE, draws'], f['VAE, bound'])),
        ('99 of 100 pictures may be noise for log 100 = 4.6 nats; a memory, whose '
         'pictures are flawless, loses more', ['NADE', 'noise', 'memory'],
         max(onp.subtract(f['NADE'], f['noise'])) < math.log(100) + 1e-9
         and d2l.exceeds(f['noise'], f['memory'])),
        ('one model of the same garments, black or white by a threshold, or by chance',
         ['pixels', 'pixels, by chance'],
         d2l.exceeds(f['pixels'], f['pixels, by chance'])),
        ('Parzen windows prefer a single point to draws of the truth',
         ['truth', 'window', 'point'], min(onp.subtract(f['point'], f['window'])) > 0),
        ('in units of 1 / 255 a density of 20 numbers loses 20 log 255 = 110.83 nats',
         ['1 / 255'], abs(onp.array(f['1 / 255']) - 20 * math.log(255)).max() < 1e-6),
        ('a density of whole numbers has no bound; with uniform noise log p is one',
         levels, abs(onp.diff(density[1:]) - math.log(10)).max() < 1e-6
         and with_noise <= log_p)]


def show(nets, test, points, num=18):
    """Draw the arc that was learnt, and garments."""
    d2l.set_figsize()
    for X, label in ((arc(len(points)), 'data'), (points, 'generator')):
        d2l.plt.scatter(*X.T, s=5, label=label)
    d2l.plt.xlabel('x1'), d2l.plt.ylabel('x2'), d2l.plt.legend()
    made = (test[:num], d2l.draw_binary(lambda z: nets['vae'].decoder(as_input(z)), num,
                                        SIDE ** 2, nets['vae'].num_latent),
            d2l.draw_binary(lambda X: nets['nade'](as_input(X)), num, SIDE ** 2))
    d2l.show_images([d2l.picture_grid(d2l.enlarged(X, SIDE), 6) for X in made], 1, 3,
                    ['garments', 'VAE', 'NADE'], scale=2.5)


def run(*, num_epochs: int = 10, lr: float = 0.005, batch_size: int = 100,
        num_train: int = 4000, num_test: int = 1000, num_draws: int = 50,
        num_steps: int = 300, num_seeds: int = 3, out: Path = Path('.')) -> dict:
    last = {}

    def measure():
        moments, last['points'] = measure_moments(num_steps)
        row = {**measure_densities(num_steps), **measure_chains(num_steps), **moments}
        found, last['garments'] = measure_garments(num_train, num_test, num_draws,
                                                   num_epochs, lr, batch_size)
        return {**row, **found, **d2l.measure_windows()}

    found = d2l.over_seeds(measure, num_seeds)
    nets, test = last['garments']
    show(nets, test, last['points'])
    d2l.save_model(out / 'model' / 'vae', nets['vae'].decoder,
                   np.zeros((2, nets['vae'].num_latent)),
                   {'num_latent': nets['vae'].num_latent})
    d2l.save_model(out / 'model' / 'nade', nets['nade'], as_input(test[:2]), {})
    rows = [*claims_of_the_ring(found), *claims_of_garments(found)]
    return {'claims': [d2l.claim(text, {name: found[name] for name in names}, holds)
                       for text, names, holds in rows]}


def predict(model, *, variant: Literal['vae', 'nade'] = 'vae', num: int = 64,
            seed: int = 0) -> list:
    """A grid of garments that a VAE makes of seeded noise, or NADE draws: a figure."""
    kinds = {'num_latent': range(1, 10 ** 5)} if variant == 'vae' else {}
    net = d2l.load_model(model / variant, **kinds)
    X = d2l.draw_binary(net, num, SIDE ** 2, net.about.get('num_latent', 0),
                        onp.random.RandomState(seed))
    d2l.show_grid(d2l.picture_grid(d2l.enlarged(X, SIDE), round(num ** .5)))
    return [{'pictures': num, 'seed': seed}]


if __name__ == '__main__':
    d2l.main(run)
