"""Confronting the partition function (直面配分函数)

Source: Deep Learning (Goodfellow, Bengio, Courville), chapter 18

Where a probability is known but for a factor, the gradient of its likelihood needs
samples of the model, or another measure must take the likelihood's place. Six ways are
held to what is exact here. A restricted Boltzmann machine with 12 hidden units learns
bars and stripes, 3 x 3 pixels: its partition function, its likelihood and the gradient
are sums over all states. And a Gaussian of two dimensions, whose factor is known, is
learnt without it.
"""
import numpy as onp

import d2lmx as d2l

SMOKE = dict(num_seeds=1, num_steps=40, num_temperatures=20, num_chains=20,
             num_points=500)
RANGES = dict(side=(2, 4), num_hidden=(1, 20), num_steps=(1, 10 ** 5), lr=(0, 10),
              num_temperatures=(1, 10 ** 4), num_chains=(2, 10 ** 4),
              num_points=(100, 10 ** 7), num_seeds=(1, 100))

NUM_RECORDS = 20       # of the likelihood, along a training
MEAN, SCALE = (1, -1), ((1.5, 0), (-.8, .6))  # of the Gaussian: N(MEAN, SCALE SCALE')
NOISE = .5             # standard deviation, of denoising score matching


def bars_and_stripes(side):
    """All pictures whose rows, or whose columns, are each of one colour: (n, side²)."""
    lines = (onp.arange(2 ** side)[:, None] >> onp.arange(side) & 1).astype(float)
    rows = onp.repeat(lines[:, :, None], side, axis=2)
    both = onp.concatenate([rows, rows.transpose(0, 2, 1)]).reshape(-1, side ** 2)
    return onp.unique(both, axis=0)


# ---- gradients of a machine: each (rbm, V, chains) -> (by W, b and c, chains)

def likelihood(rbm, V, chains):
    """Of -log p(v), exact: equation (18.4), both its phases (18.1)."""
    return minus(mean_slope(rbm, V), rbm.expected_slope()), chains


def contrastive_divergence(rbm, V, chains):
    """Algorithm 18.2, with k = 1: a round of Gibbs sampling, from the data."""
    return minus(mean_slope(rbm, V), mean_slope(rbm, rbm.sample(V))), chains


def persistent(rbm, V, chains):
    """Algorithm 18.3, stochastic maximum likelihood: chains that go on."""
    chains = rbm.sample(chains)
    return minus(mean_slope(rbm, V), mean_slope(rbm, chains)), chains


def pseudolikelihood(rbm, V, chains):
    """Of -sum of log p(v_i | all others), (18.20): softplus of F(v) - F(flipped)."""
    return by_flips(rbm, V, d2l.sigmoid), chains


def ratio_matching(rbm, V, chains):
    """Of the sum of (1 + p(v) / p(flipped))^-2, (18.26): sigmoid² of the same."""
    return by_flips(rbm, V, lambda d: 2 * d2l.sigmoid(d) ** 2 * d2l.sigmoid(-d)), chains


WAYS = {'likelihood': likelihood, 'CD-1': contrastive_divergence,
        'persistent': persistent, 'pseudolikelihood': pseudolikelihood,
        'ratio matching': ratio_matching}
STYLES = 'k-', 'm--', 'g-.', 'r:', 'c--'


def mean_slope(rbm, V):
    return rbm.slope(V, onp.full(len(V), 1 / len(V)))


def minus(first, second):
    return [a - b for a, b in zip(first, second)]


def flipped(V):
    """V (n, d) with one unit turned: (n * d, d), the d of the first row first."""
    n, d = V.shape
    return onp.abs(V[:, None] - onp.eye(d)).reshape(n * d, d)


def by_flips(rbm, V, outer):
    """The slope of a mean over V of sums over i of g(F(v) - F(v with i flipped)).

    outer: the derivative of g.
    """
    others = V.repeat(V.shape[1], axis=0), flipped(V)
    weights = outer(rbm.free_energy(others[0]) - rbm.free_energy(others[1])) / len(V)
    return minus(rbm.slope(others[0], weights), rbm.slope(others[1], weights))


def train(rbm, way, V, num_steps, lr):
    """Descend by a way's gradients; exact log-likelihoods, and the steps after which.
    """
    chains = (onp.random.uniform(size=(100, V.shape[1])) < .5).astype(float)
    steps, values = [], []
    for step in range(num_steps + 1):
        if step % max(1, num_steps // NUM_RECORDS) == 0:
            steps.append(step)
            values.append(rbm.log_likelihood(V))
        gradient, chains = WAYS[way](rbm, V, chains)
        for param, g in zip(rbm.params, gradient):
            param -= lr * (1 - step / (num_steps + 1)) * g
    return steps, values


# ---- a Gaussian known but for its factor: points (n, d) -> mean, covariance

def score_matching(X, num_steps=2000):
    """What fits the score best, (18.25), by descent on the precision P.

    Of -trace P + |P (x - mu)|² / 2, whose slope is (S P + P S) / 2 - I, S being the
    points' covariance.
    """
    mu, P = X.mean(axis=0), onp.eye(X.shape[1])
    S = (X - mu).T @ (X - mu) / len(X)
    for _ in range(num_steps):
        P -= ((S @ P + P @ S) / 2 - onp.eye(len(P))) / onp.trace(S)
    return mu, onp.linalg.inv(P)


def denoising_score_matching(X):
    """The same of points with noise: a score -P (x~ - mu) that leads back to them.

    The least squares of it and (x - x~) / sigma², a regression.
    """
    noisy = X + onp.random.normal(0, NOISE, X.shape)
    ones = onp.ones((len(X), 1))
    slopes = onp.linalg.lstsq(onp.concatenate([noisy, ones], axis=1),
                              (X - noisy) / NOISE ** 2, rcond=None)[0]
    P = -(slopes[:-1] + slopes[:-1].T) / 2
    return onp.linalg.solve(P, slopes[-1]), onp.linalg.inv(P)


def noise_contrast(X, num_steps=20):
    """q, P and c of the density exp(q'x - x'Px / 2 + c), (18.37).

    A classifier tells the points from as many of noise, by log p_model - log p_noise;
    it is linear in q, P and c, and Newton's method finds them.
    """
    n, d = X.shape
    mu, std = X.mean(axis=0), 1.5 * X.std(axis=0)
    both = onp.concatenate([X, onp.random.normal(mu, std, (n, d))])
    rows, columns = onp.triu_indices(d)
    A = onp.concatenate([both, both[:, rows] * both[:, columns],
                         onp.ones((2 * n, 1))], axis=1)
    # of the noise itself, from which the model begins
    q, P = mu / std ** 2, onp.diag(1 / std ** 2)
    noise = onp.array([*q, *-(P / 2)[rows, columns], -gaussian_log_Z(q, P)])
    theta, y = noise, onp.arange(2 * n) < n
    for _ in range(num_steps):
        p = d2l.sigmoid(A @ (theta - noise))
        theta = theta + onp.linalg.solve(A.T @ (A * (p * (1 - p))[:, None]),
                                         A.T @ (y - p))
    P = onp.zeros((d, d))
    P[rows, columns] = -theta[d:-1]
    return theta[:d], P + P.T, theta[-1]


def gaussian_log_Z(q, P):
    """log of the integral of exp(q'x - x'Px / 2)."""
    return (q @ onp.linalg.solve(P, q) + len(q) * onp.log(2 * onp.pi)
            - onp.linalg.slogdet(P)[1]) / 2


# ---- what is measured

def learn(side, num_hidden, num_steps, lr, num_temperatures, num_chains):
    """A machine by each way: its exact log-likelihood, and both its log Z; curves."""
    V, found, curves, machines = bars_and_stripes(side), {}, {}, {}
    for way in WAYS:
        rbm = machines[way] = d2l.RBM(side ** 2, num_hidden, scale=.1)
        curves[way] = train(rbm, way, V, num_steps, lr)
        found[way] = curves[way][1][-1]
        found[f'{way}: log Z'] = rbm.log_Z()
        found[f'{way}: annealed'] = d2l.annealed_log_Z(rbm, num_temperatures,
                                                       num_chains)
    return found, curves, machines


def learn_gaussian(num_points):
    """How far means and covariances are from what they should be; c beside -log Z."""
    L = onp.array(SCALE)
    X = MEAN + onp.random.normal(size=(num_points, 2)) @ L.T
    maximum = X.mean(axis=0), onp.cov(X.T, bias=True)
    noisy = onp.array(MEAN), L @ L.T + NOISE ** 2 * onp.eye(2)
    q, P, c = noise_contrast(X)
    return {'score matching': distance(score_matching(X), maximum),
            'denoising': distance(denoising_score_matching(X), noisy),
            'denoising, noise left out': distance(denoising_score_matching(X), maximum),
            'log Z': float(gaussian_log_Z(q, P)), 'minus c': float(-c)}


def distance(found, expected):
    """The largest difference of a number, in means and covariances."""
    return float(max(onp.abs(a - b).max() for a, b in zip(found, expected)))


def claims_of(found, best):
    """found: {name: of each seed}; best: the log-likelihood of the data themselves."""
    ends = {way: found[way] for way in WAYS}
    pairs = {way: [found[f'{way}: {kind}'] for kind in ('log Z', 'annealed')]
             for way in WAYS}
    worst = {way: float(onp.abs(onp.divide(annealed, exact) - 1).max())
             for way, (exact, annealed) in pairs.items()}
    gaussian = {name: found[name] for name in ('score matching', 'denoising',
                                               'denoising, noise left out')}
    contrast = {name: found[name] for name in ('log Z', 'minus c')}
    return [
        d2l.claim('annealed importance sampling is within 1 % of the enumerated log Z '
                  '(largest share)', worst, max(worst.values()) < .01),
        d2l.claim('chains that go on learn a better model than those that begin at the '
                  'data (log-likelihood)', {**ends, 'data': best},
                  d2l.exceeds(ends['persistent'], ends['CD-1'])),
        d2l.claim('the likelihood itself learns best (log-likelihood)', ends,
                  all(d2l.exceeds(ends['likelihood'], values)
                      for way, values in ends.items() if way != 'likelihood')),
        d2l.claim('pseudolikelihood, without samples and without Z, comes nearer to '
                  'the likelihood than CD-1 does', {
                      way: ends[way] for way in ('likelihood', 'pseudolikelihood',
                                                 'CD-1')},
                  d2l.exceeds(ends['pseudolikelihood'], ends['CD-1'])),
        d2l.claim('score matching is maximum likelihood for a Gaussian (largest '
                  'difference)', {'score matching': gaussian['score matching']},
                  max(gaussian['score matching']) < 1e-6),
        d2l.claim('denoising learns the density of points with noise, not that of '
                  'the points (largest difference)', gaussian,
                  onp.mean(gaussian['denoising']) < onp.mean(
                      gaussian['denoising, noise left out']) / 3),
        d2l.claim('by noise contrast the constant is learnt too: -log Z', contrast,
                  onp.abs(onp.subtract(*contrast.values())).max() < .05)]


def show(curves, rbm, best, num_chains):
    """Draw likelihoods by steps, samples, and estimates of log Z by temperatures."""
    steps = next(iter(curves.values()))[0]
    d2l.plot(steps, [*(values for _, values in curves.values()), [best] * len(steps)],
             'step', 'log-likelihood', [*curves, 'data'], fmts=[*STYLES, 'k:'])
    side = int(len(rbm.b) ** .5)
    V = rbm.sample((onp.random.uniform(size=(24, side ** 2)) < .5).astype(float), 1000)
    d2l.show_images(V.reshape(-1, side, side), 3, 8, scale=.8)
    d2l.plt.suptitle('samples of the machine')
    numbers = [1, 3, 10, 30, 100, 300]
    found = [[d2l.annealed_log_Z(rbm, n, num_chains) for n in numbers]
             for _ in range(3)]
    d2l.plot(numbers, [*found, [rbm.log_Z()] * len(numbers)], 'temperatures', 'log Z',
             ['first estimate', 'second', 'third', 'exact'], xscale='log',
             fmts=['b-.', 'm--', 'g:', 'k-'])


def run(*, side: int = 3, num_hidden: int = 12, num_steps: int = 3000, lr: float = .2,
        num_temperatures: int = 300, num_chains: int = 100, num_points: int = 200000,
        num_seeds: int = 3) -> dict:
    shown = []

    def measure():
        found, *drawn = learn(side, num_hidden, num_steps, lr, num_temperatures,
                              num_chains)
        shown[:] = drawn
        return {**found, **learn_gaussian(num_points)}

    found, best = d2l.over_seeds(measure, num_seeds), -onp.log(len(
        bars_and_stripes(side)))
    curves, machines = shown
    show(curves, machines['persistent'], best, num_chains)
    return {'claims': claims_of(found, best), 'found': found}


if __name__ == '__main__':
    d2l.main(run)
