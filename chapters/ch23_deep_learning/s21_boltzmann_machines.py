"""Boltzmann machines, deep ones, and a belief network (玻尔兹曼机与信念网络)

Source: Deep Learning (Goodfellow, Bengio, Courville), chapter 20

The half of that chapter whose models have binary layers that may be counted out; its
directed networks that are learnt by derivatives are 23.20. On a handful of units each
model is held to sums over all of its states. Then each learns small black and white
garments with eight hidden units next to the pixels: their 256 states are counted, so
that likelihoods are exact, and so are the bounds that learning climbs.
"""
import numpy as onp

import d2lmx as d2l

DATA = ('fashion_mnist_train_images', 'fashion_mnist_train_labels')
SMOKE = dict(shrink=4, num_hidden=3, num_second=3, num_maps=2, kernel=3, num_steps=20,
             num_temperatures=10, num_chains=10, num_train=60, num_test=40, num_seeds=1)
RANGES = dict(lr=(0, 10), shrink=(1, 4), num_hidden=(1, 12), num_second=(1, 500),
              kernel=(2, 7), num_chains=(2, 10000), num_seeds=(1, 100))

WHITE = .3         # grey above it is white
SIGMA = .2         # of grey under a Gaussian machine, whose unit it is
SHOWN = 10         # pictures of each model
NUM_DRAWS = 20000  # of a tiny belief network
MOST_DEVIATIONS = 5  # chance goes further once in a million times


# ---- learning

def learn_exactly(rbm, b, V, num_steps, lr):
    """A machine whose hidden states are counted, from pixels that stand alone."""
    rbm.b[:] = b
    d2l.descend_with_momentum(rbm.params, d2l.centered(
        d2l.exact_slopes(rbm, V), V.mean(axis=0)), num_steps, lr)
    return rbm


def learn_dbn(first, V, num_steps, lr):
    """Greedily (20.3): the second machine learns h, as the first draws it from V.

    At first it is the first one turned over, whose visible layer is then p(h) already.
    """
    second, S = d2l.RBM(*first.W.shape[::-1]), d2l.all_states(len(first.c))
    second.W[:], second.b[:], second.c[:] = first.W.T, first.c, first.b
    shares = onp.exp(d2l.bernoulli_table(S, first.c + V @ first.W)).mean(axis=1)
    slopes = d2l.centered(d2l.exact_slopes(second, S, shares), shares @ S, V.mean(
        axis=0))
    return second, d2l.descend_with_momentum(
        second.params, slopes, num_steps, lr,
        lambda: d2l.bound_and_likelihood(*dbn_tables(first, second, V)))


def learn_dbm(first, V, num_second, num_steps, lr, batch_size, chains=0):
    """Both layers by mean fields (20.4.3), from a first one that has learnt (20.4.4).

    The model's phase is counted, or that of so many chains, as in algorithm 20.1.
    """
    n, (mean, half) = V.shape[1], (V.mean(axis=0), onp.full(num_second, .5))
    dbm = d2l.DBM(n, len(first.c), num_second, scale=.3)
    dbm.W[:n], dbm.b[:n] = first.W, first.b
    dbm.c[:] = first.c - half @ dbm.W[n:]
    slopes = d2l.chain_slopes(
        dbm, V, batch_size, dbm.draw_visible(draw_counted(dbm, chains)),
        dbm.completed) if chains else lambda: d2l.exact_slopes(
            dbm, dbm.completed(V[onp.random.randint(len(V), size=batch_size)]))()
    return dbm, d2l.descend_with_momentum(
        dbm.params, d2l.centered(slopes, onp.append(mean, half)), num_steps, lr,
        lambda: (dbm.bound(V), dbm.log_likelihood(V)))


def learn_sbn(V, num_hidden, num_steps, lr, batch_size):
    """A belief network and its guess q, by samples of q (20.9.1)."""
    sbn = d2l.SigmoidBeliefNetwork(V.shape[1], num_hidden, scale=.1)
    sbn.b[:] = d2l.log_odds(V)
    return sbn, d2l.descend_with_momentum(
        sbn.params, lambda: sbn.slope(V[onp.random.randint(len(V), size=batch_size)]),
        num_steps, lr, lambda: d2l.bound_and_likelihood(*sbn.tables(V)))


def learn_convolutional(V, num_maps, kernel, num_steps, lr, num_chains):
    """Kernels (20.6), by chains. V (n, side, side)."""
    crbm = d2l.ConvolutionalRBM(V.shape[1], num_maps, kernel, scale=.1)
    crbm.b[:] = d2l.log_odds(V)
    chains = d2l.draw_units(d2l.sigmoid(onp.tile(crbm.b, (num_chains, 1, 1))))
    d2l.descend_with_momentum(crbm.params, d2l.centered_kernels(
        crbm, d2l.chain_slopes(crbm, V, num_chains, chains), V.mean()), num_steps, lr)
    return crbm


# ---- what is exact: all states of the hidden layer next to v are counted

def dbn_tables(first, second, V):
    """log p(h) (m,) by the second machine, log p(v | h) (n, m), log q(h | v) (n, m)."""
    S = d2l.all_states(len(first.c))
    return (-second.free_energy(S) - second.log_Z(),
            d2l.bernoulli_table(V, first.b + S @ first.W.T),
            d2l.bernoulli_table(S, first.c + V @ first.W).T)


def log_sum(x):
    return float(onp.logaddexp.reduce(x, axis=None))


def gap(A, B):
    """The largest difference of two numbers at one place."""
    return float(abs(A - B).max())


def tiny_gaussian(num_visible=2, num_hidden=3, width=25, step=.2):
    """log Z by a grid and by h, and a density by both its forms."""
    rbm = d2l.GaussianRBM(num_visible, num_hidden, scale=1, beta=[2, .5])
    side = onp.arange(-width, width, step)
    X = onp.stack(onp.meshgrid(side, side), axis=-1).reshape(-1, 2)
    S, logs = rbm.counted()
    parts = -((X[::997, None] - S @ rbm.W.T) ** 2 @ rbm.beta
              - onp.log(rbm.beta / (2 * onp.pi)).sum()) / 2   # log N(v; W h, 1 / beta)
    mixture = onp.logaddexp.reduce(parts + logs - rbm.log_Z(), axis=1)
    return {'log Z, counted': rbm.log_Z(),
            'log Z, on a grid': log_sum(-rbm.free_energy(X)) + 2 * float(onp.log(step)),
            'to the mixture': gap(-rbm.free_energy(X[::997]) - rbm.log_Z(), mixture)}


def tiny_convolutional(side=4, num_maps=2, kernel=3):
    """Maps beside a machine that has a weight for each pair; log Z of pooled maps."""
    crbm = d2l.ConvolutionalRBM(side, num_maps, kernel, scale=1)
    crbm.b[:], crbm.c[:] = onp.random.normal(size=(side, side)), [.5, -.5]
    rbm, pictures = crbm.dense(), d2l.all_states(side ** 2)
    V, H = pictures[::97], d2l.all_states(len(rbm.c))
    maps = H.reshape(len(H), num_maps, 2, 2)
    found = {'p(h | v)': gap(crbm.hidden(V.reshape(-1, side, side)).reshape(
        len(V), -1), rbm.hidden(V)), 'p(v | h)': gap(crbm.visible(maps).reshape(
            len(H), -1), rbm.visible(H))}
    crbm.pool = 2  # a square is a map: one of its units at most is 1
    H = H[(maps.sum(axis=(2, 3)) <= 1).all(axis=1)]
    return {**found, 'log Z, by pictures': log_sum(-crbm.free_energy(
        pictures.reshape(-1, side, side))), 'log Z, by maps': log_sum(
            H @ rbm.c + d2l.softplus(rbm.b + H @ rbm.W.T).sum(axis=1))}


def tiny_dbm(sizes=(4, 3, 2)):
    """log Z and log p(v) by the energy of all states of all three layers."""
    dbm = d2l.DBM(*sizes, scale=1)
    dbm.b[:], dbm.c[:] = (onp.random.normal(size=p.shape) for p in (dbm.b, dbm.c))
    W1, W2, b, c1, c2 = dbm.parts()
    v, h1, h2 = onp.split(d2l.all_states(sum(sizes)), onp.cumsum(sizes)[:-1], axis=1)
    minus_E = v @ b + h1 @ c1 + h2 @ c2 + ((v @ W1) * h1).sum(axis=1) + (
        (h1 @ W2) * h2).sum(axis=1)
    V = d2l.all_states(sizes[0])
    log_p = [log_sum(minus_E[(v == row).all(axis=1)]) - log_sum(minus_E) for row in V]
    return {'log Z': dbm.log_Z(), 'log Z, all states': log_sum(minus_E),
            'log p(v)': dbm.log_likelihood(V), 'log p(v), all states': float(onp.mean(
                log_p)), 'bound': dbm.bound(V)}


def tiny_sbn(num_visible=4, num_hidden=3, step=1e-4):
    """Shares of what is drawn, and slopes by samples, in deviations from what is exact.
    """
    sbn = d2l.SigmoidBeliefNetwork(num_visible, num_hidden, scale=1)
    V = d2l.all_states(num_visible)
    log_prior, log_conditional, _ = sbn.tables(V)
    p = onp.exp(onp.logaddexp.reduce(log_prior + log_conditional, axis=1))
    drawn = sbn.sample(NUM_DRAWS) @ 2 ** onp.arange(num_visible)
    shares = onp.bincount(drawn.astype(int), minlength=len(V)) / NUM_DRAWS
    along = [onp.random.normal(size=param.shape) for param in sbn.params]
    slopes = {with_baseline: onp.array([sum((g * a).sum() for g, a in zip(
        sbn.slope(V, with_baseline=with_baseline), along))
        for _ in range(NUM_DRAWS // 20)]) for with_baseline in (True, False)}
    ends = []
    for far in (step, -2 * step):
        for param, a in zip(sbn.params, along):
            param += far * a
        ends.append(-d2l.bound_and_likelihood(*sbn.tables(V))[0])
    exact = (ends[0] - ends[1]) / (2 * step)
    return {'sum of p(v)': float(p.sum()), 'shares, in deviations': float(
        (abs(shares - p) / (p * (1 - p) / NUM_DRAWS) ** .5).max()),
        'slope, exact': float(exact), 'slope, mean': float(slopes[True].mean()),
        'slope, in deviations': float(abs(slopes[True].mean() - exact)
                                      / slopes[True].std() * len(slopes[True]) ** .5),
        'variance': float(slopes[True].var()),
        'variance without baseline': float(slopes[False].var())}


# ---- what is measured

def small_garments(shrink, *counts):
    """Sets of so many grey garments, 0 to 1: (count, side, side), means of squares."""
    for X, _ in d2l.sample_garments(*counts):
        side = X.shape[-1] // shrink
        yield X[:, 0, :side * shrink, :side * shrink].reshape(
            -1, side, shrink, side, shrink).mean(axis=(2, 4)).astype(float)


def draw_counted(machine, count):
    """States of the layer that is counted, by their exact probabilities."""
    S, logs = machine.counted()
    return S[onp.random.choice(len(S), count, p=d2l.posterior(logs))]


def claims_of_tiny(gaussian, convolutional, dbm, sbn):
    """found: {name: of each seed}, of each tiny model."""
    of = {name: onp.array(values) for found in (gaussian, convolutional, dbm, sbn)
          for name, values in found.items()}
    return [
        d2l.claim('a Gaussian machine is a mixture of as many normal distributions as '
                  'its hidden layer has states', gaussian,
                  max(gap(of['log Z, counted'], of['log Z, on a grid']),
                      of['to the mixture'].max()) < 1e-9),
        d2l.claim('a convolutional machine is one with tied weights (differences), and '
                  'sums over v and over pooled maps agree', convolutional,
                  max(of['p(h | v)'].max(), of['p(v | h)'].max(), gap(
                      of['log Z, by pictures'], of['log Z, by maps'])) < 1e-9),
        d2l.claim('a deep machine of three layers is a restricted one of odd and even '
                  'layers, and mean fields give a bound', dbm,
                  max(gap(of['log Z'], of['log Z, all states']), gap(
                      of['log p(v)'], of['log p(v), all states'])) < 1e-9
                  and (of['bound'] <= of['log p(v)']).all()),
        d2l.claim('a belief network sums to 1, draws what it says, and samples of q '
                  "give its bound's slope", sbn, gap(of['sum of p(v)'], 1) < 1e-9
                  and max(of['shares, in deviations'].max(),
                          of['slope, in deviations'].max()) < MOST_DEVIATIONS)]


def claims_of_learnt(found):
    """found: {name: of each seed}, means of log p of garments not learnt from."""
    def of(*names):
        return {name: found[name] for name in names}

    kinds = 'RBM', 'convolutional, annealed', 'DBN', 'DBM', 'belief network'
    alone, pairs = found['pixels alone'], of('RBM: log Z', 'RBM: annealed',
                                             'DBM: log Z', 'DBM: annealed')
    exact, annealed = (onp.array([found[f'{kind}: {end}'] for kind in ('RBM', 'DBM')])
                       for end in ('log Z', 'annealed'))
    turned = of('training: RBM', 'training: DBN at first',
                'training: bound at first')
    at_first = onp.array([*turned.values()])
    gaps = onp.array([onp.subtract(found[kind], found[f'{kind}, bound'])
                      for kind in kinds[2:]])
    return [
        d2l.claim('annealed importance sampling is within 1 % of the log Z that is '
                  'counted', pairs, abs(annealed / exact - 1).max() < .01),
        d2l.claim('each model knows garments better than pixels that stand alone '
                  '(log-likelihood)', of('pixels alone', *kinds),
                  all(d2l.exceeds(found[kind], alone) for kind in kinds)),
        d2l.claim('a machine under itself, turned over, is a deep belief network whose '
                  'bound is its likelihood', turned,
                  gap(at_first[0], at_first[1:]) < 1e-9),
        d2l.claim('learning the second machine raises the bound, and log p with it', of(
            'training: bound at first', 'training: bound', 'training: DBN'),
            d2l.exceeds(found['training: bound'], at_first[2])
            and (onp.subtract(found['training: DBN'],
                              found['training: bound']) >= 0).all()),
        d2l.claim('a second layer knows more of other garments than the first alone: '
                  'DBN', of('RBM', 'DBN'),
                  d2l.exceeds(found['DBN'], found['RBM'])),
        d2l.claim('learning both layers at once makes them better than the first, with '
                  'which they begin: DBM', of('RBM', 'DBM'),
                  d2l.exceeds(found['DBM'], found['RBM'])),
        d2l.claim('chains that go on teach a deep machine as much as counting all '
                  'states, within a nat', of('DBM', 'DBM, by chains'),
                  onp.mean(found['DBM']) - onp.mean(found['DBM, by chains']) < 1),
        d2l.claim('bounds of deep machines lose less than half a nat, that of a belief '
                  'network, whose units explain each other away, more', of(
                      *(f'{kind}{end}' for kind in kinds[2:] for end in ('', ', bound'))
                  ), 0 <= gaps.min() and gaps[:2].max() < .5 and d2l.exceeds(
                      gaps[2], gaps[:2].max(axis=0))),
        d2l.claim('a Gaussian machine knows grey garments better than one normal '
                  'distribution of its precision', of('one normal', 'Gaussian'),
                  d2l.exceeds(found['Gaussian'], found['one normal']))]


def log_likelihoods(V, T, Y, mean, machines, curve, num_temperatures, num_chains):
    """What claims are made of: V was learnt from, T and the grey Y of `mean` were not.
    """
    rbm, second, dbm, sbn, crbm, gaussian = machines
    b, dense = d2l.log_odds(V), crbm.dense()
    annealed = [float(d2l.annealed_log_Z(machine, num_temperatures, num_chains, onp.pad(
        b, (0, len(machine.b) - len(b))))) for machine in (rbm, dense, dbm)]
    (dbn_bound, dbn), (sbn_bound, belief) = (d2l.bound_and_likelihood(*tables) for
                                             tables in (dbn_tables(rbm, second, T),
                                                        sbn.tables(T)))
    first, last = (curve[step] for step in (0, max(curve)))
    return {
        'pixels alone': float(d2l.bernoulli_table(T, b[None]).mean()),
        'RBM': rbm.log_likelihood(T), 'DBN': dbn, 'DBN, bound': dbn_bound,
        'DBM': dbm.log_likelihood(T), 'DBM, bound': dbm.bound(T),
        'belief network': belief, 'belief network, bound': sbn_bound,
        'convolutional, annealed': -float(dense.free_energy(T).mean()) - annealed[1],
        'RBM: log Z': rbm.log_Z(), 'RBM: annealed': annealed[0],
        'DBM: log Z': dbm.log_Z(), 'DBM: annealed': annealed[2],
        'Gaussian': gaussian.log_likelihood(Y), 'one normal': -float(
            ((Y - mean) ** 2 + onp.log(2 * onp.pi)).sum(axis=1).mean() / 2),
        'training: RBM': rbm.log_likelihood(V), 'training: DBN at first':
            first[1], 'training: bound at first': first[0],
        'training: bound': last[0], 'training: DBN': last[1]}


def show(T, machines, curves, side):
    """Draw bounds by steps, pictures of each model, and the kernels."""
    for name, curve in curves.items():
        d2l.plot(list(curve), list(zip(*curve.values())), 'step', 'log-likelihood',
                 ['bound', 'exact'])
        d2l.plt.title(name)
    rbm, second, dbm, sbn, crbm, gaussian = machines
    rows = {'garments': T[:SHOWN], 'RBM': rbm.draw_visible(draw_counted(rbm, SHOWN)),
            'convolutional': crbm.sample(T[-SHOWN:].reshape(-1, side, side), 300),
            'DBN': rbm.draw_visible(draw_counted(second, SHOWN)),
            'DBM': dbm.draw_visible(draw_counted(dbm, SHOWN))[:, :side ** 2],
            'belief network': sbn.sample(SHOWN),
            'Gaussian': gaussian.visible(draw_counted(gaussian, SHOWN))}
    strips = [onp.hstack([onp.pad(picture.reshape(side, side), 1) for picture in row])
              for row in rows.values()]
    d2l.show_images(strips, len(rows), 1, list(rows))
    d2l.plt.gcf().set_size_inches(6, 7)
    d2l.show_images([onp.hstack([onp.pad(W, 1) for W in crbm.W])], 1, 1, ['kernels'])
    d2l.plt.gcf().set_size_inches(6, 1.5)


def run(*, shrink: int = 2, num_hidden: int = 8, num_second: int = 8,
        num_maps: int = 8, kernel: int = 5, num_steps: int = 400, lr: float = .3,
        batch_size: int = 200, num_chains: int = 50, num_temperatures: int = 200,
        num_train: int = 2000, num_test: int = 500, num_seeds: int = 3) -> dict:
    shown = []

    def measure():
        grey, grey_test = small_garments(shrink, num_train, num_test)
        side = grey.shape[1]
        V, T, X, Y = (part.reshape(len(part), -1) for part in (
            1. * (grey > WHITE), 1. * (grey_test > WHITE), grey / SIGMA,
            grey_test / SIGMA))
        rbm = learn_exactly(d2l.RBM(side ** 2, num_hidden, scale=.1), d2l.log_odds(V),
                            V, num_steps, lr)
        second, of_dbn = learn_dbn(rbm, V, num_steps, lr)
        dbm, of_dbm = learn_dbm(rbm, V, num_second, num_steps, lr / 3, batch_size)
        chained, of_chained = learn_dbm(rbm, V, num_second, num_steps, lr / 300,
                                        batch_size, num_chains)
        sbn, of_sbn = learn_sbn(V, num_hidden, num_steps, lr / 3, batch_size)
        machines = (rbm, second, dbm, sbn, learn_convolutional(
            V.reshape(grey.shape), num_maps, kernel, num_steps, lr / 1000, num_chains),
            learn_exactly(d2l.GaussianRBM(side ** 2, num_hidden, scale=.1),
                          X.mean(axis=0), X, num_steps, lr / 10))
        shown[:] = T, machines, {
            'deep belief network': of_dbn, 'deep machine, counted': of_dbm,
            'deep machine, by chains': of_chained,
            'sigmoid belief network': of_sbn}, side
        return {'DBM, by chains': chained.log_likelihood(T), **log_likelihoods(
            V, T, Y, X.mean(axis=0), machines, of_dbn, num_temperatures, num_chains)}

    exact = [d2l.over_seeds(tiny, num_seeds) for tiny in (
        tiny_gaussian, tiny_convolutional, tiny_dbm, tiny_sbn)]
    found = d2l.over_seeds(measure, num_seeds)
    show(*shown)
    return {'claims': claims_of_tiny(*exact) + claims_of_learnt(found)}


if __name__ == '__main__':
    d2l.main(run)
