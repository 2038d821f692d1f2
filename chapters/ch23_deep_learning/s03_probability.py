"""Probability: mixtures, entropy, and divergence both ways (概率与信息论)

Source: Deep Learning (Goodfellow, Bengio, Courville), chapter 3

A mixture draws which component speaks, and then a number from it; Bayes' rule goes the
way back. Entropies have closed forms to be held to. A divergence tells how far two
distributions are from each other, and not the same from either side: a single normal
distribution that comes as near as it can to a mixture of two covers both components by
the one, and hides in one of them by the other.
"""
import math

import numpy as onp
from mxnet import autograd, np

import d2lmx as d2l

SMOKE = dict(num_samples=2000, num_seeds=1)
RANGES = dict(num_samples=(1000, 10 ** 6), num_seeds=(1, 100))
GRID = onp.arange(-14, 14, 0.01)  # over which is summed in place of an integral
DX = 0.01
NEAR = onp.array([0.5, 0.3, 0.2]), onp.array([-2, 0.5, 3]), onp.array([1, 0.7, 1.5])
FAR = onp.array([0.4, 0.6]), onp.array([-4., 4]), onp.array([1., 1])  # P(c), mu, sigma
MOST_DEVIATIONS = 5  # chance goes further once in a million times


def log_normal(x, mu, sigma, F=onp):
    """log N(x; mu, sigma^2), section 3.9.3."""
    return -((x - mu) / sigma) ** 2 / 2 - F.log(sigma) - math.log(2 * math.pi) / 2


# ---- mixtures (3.9.6) and Bayes' rule (3.11)

def log_joint(x, mixture):
    """log P(c) p(x | c) of each component c, (components, n) of x (n,)."""
    P, mu, sigma = (part[:, None] for part in mixture)
    return onp.log(P) + log_normal(x, mu, sigma)


def log_density(x, mixture):
    """log p(x): the components added up where the largest is 1, so that none is lost.
    """
    joint = log_joint(x, mixture)
    most = joint.max(axis=0)
    return most + onp.log(onp.exp(joint - most).sum(axis=0))


def posterior(x, mixture):
    """P(c | x), (components, n)."""
    return onp.exp(log_joint(x, mixture) - log_density(x, mixture))


def sample(mixture, num_samples):
    """c (n,), drawn first, and x (n,) from the components that it names."""
    P, mu, sigma = mixture
    c = onp.random.choice(len(P), num_samples, p=P)
    return c, onp.random.normal(mu[c], sigma[c])


def moments(mixture):
    """Mean and variance: what is within the components, and between their means."""
    P, mu, sigma = mixture
    mean = (P * mu).sum()
    return float(mean), float((P * (sigma ** 2 + (mu - mean) ** 2)).sum())


def moments_on_the_grid(log_p):
    """Total chance, mean and variance of a density whose logarithm is on GRID."""
    p = onp.exp(log_p) * DX
    mean = (p * GRID).sum()
    return float(p.sum()), float(mean), float((p * (GRID - mean) ** 2).sum())


def measure_posterior(num_samples, num_parts=20):
    """How many standard deviations shares of the components are from Bayes' rule.

    In each part of the axis are counted the samples that came from each component; the
    posterior says how many are to be expected, and how far chance may go.
    """
    c, x = sample(NEAR, num_samples)
    P = posterior(x, NEAR)
    is_of = onp.arange(len(P))[:, None] == c                      # (components, n)
    part = onp.digitize(x, onp.linspace(-5, 6, num_parts - 1))
    in_part = part == onp.arange(num_parts)[:, None]              # (num_parts, n)
    excess, variance = (values @ in_part.T for values in (is_of - P, P * (1 - P)))
    is_many = variance > 5  # fewer are not nearly normal
    mean, variance_of_all = moments(NEAR)
    return {'largest deviation': float((abs(excess)[is_many]
                                        / onp.sqrt(variance[is_many])).max()),
            'deviation of the mean': float((x.mean() - mean) / math.sqrt(
                variance_of_all / num_samples))}


def claims_of_mixtures(found):
    """What sums over the grid and samples say."""
    total, mean, variance = moments_on_the_grid(log_density(GRID, NEAR))
    exact = moments(NEAR)
    d2l.plot(GRID, [*posterior(GRID, NEAR), onp.exp(log_density(GRID, NEAR))], 'x',
             'chance, density', xlim=[-6, 8], figsize=(4.5, 2.5),
             legend=[*(f'P(c = {c} | x)' for c in range(3)), 'p(x)'])
    return [
        d2l.claim('a mixture has the mean and the variance of its parts', {
            'total': total, 'mean': mean, 'mean, exact': exact[0], 'variance': variance,
            'variance, exact': exact[1]},
            max(abs(total - 1), abs(mean - exact[0]), abs(variance - exact[1])) < 1e-9),
        d2l.claim("samples come from the components as Bayes' rule says", found,
                  onp.max(onp.abs([*found.values()])) < MOST_DEVIATIONS)]


# ---- entropy (3.13)

def entropy(P):
    """H(x) = -sum of P log P, in nats, along the last axis; 0 log 0 is 0."""
    return -(P * onp.log(onp.where(P > 0, P, 1))).sum(axis=-1)


def differential_entropies(width=5.01):
    """{distribution: (entropy by a sum over GRID, exact)}, all of one variance.

    width: of the uniform one, whose ends lie in the middle between two points of GRID.
    """
    sigma = width / math.sqrt(12)
    b = sigma / math.sqrt(2)
    log_ps = {'normal': log_normal(GRID, 0, sigma),
              'Laplace': -abs(GRID) / b - math.log(2 * b),
              'uniform': onp.where(abs(GRID) < width / 2, -math.log(width), -onp.inf)}
    exact = {'normal': math.log(2 * math.pi * math.e * sigma ** 2) / 2,
             'Laplace': 1 + math.log(2 * b), 'uniform': math.log(width)}
    return {name: (float(entropy(onp.exp(log_p) * DX)) + math.log(DX), exact[name])
            for name, log_p in log_ps.items()}


def claims_of_entropy(num_tries=1000):
    """Who has the most entropy."""
    p = onp.linspace(0, 1, 101)
    of_coins = entropy(onp.stack([p, 1 - p], axis=1))
    d2l.plot(p, of_coins, 'p', 'entropy in nats')
    n = 6
    of_others = entropy(onp.random.dirichlet(onp.ones(n), num_tries))
    equal = float(entropy(onp.full(n, 1 / n)))
    found = differential_entropies()
    rows = {f'{name}{of}': value for name, pair in found.items()
            for of, value in zip(('', ', exact'), pair)}
    return [
        d2l.claim('equal chances have the most entropy, log n', {
            'coin, most': float(of_coins.max()), 'at p': float(p[of_coins.argmax()]),
            'log 2': math.log(2), 'six equal chances': equal, 'log 6': math.log(n),
            'most of 1000 others': float(of_others.max())},
            abs(of_coins.max() - math.log(2)) < 1e-12 and p[of_coins.argmax()] == 0.5
            and abs(equal - math.log(n)) < 1e-12 and of_others.max() < equal),
        d2l.claim('of one variance, the normal distribution has the most entropy', rows,
                  # the Laplace density has a corner: a sum errs by DX^2 there
                  all(abs(ours - exact) < 1e-4 for ours, exact in found.values())
                  and max(found, key=found.get) == 'normal')]


# ---- Kullback and Leibler's divergence (3.13)

def kl(log_p, log_q, F=onp):
    """D_KL(P || Q) of two densities on GRID, by their logarithms."""
    return (F.exp(log_p) * (log_p - log_q)).sum() * DX


def kl_of_normals(mu_p, sigma_p, mu_q, sigma_q):
    """The same in closed form, of two normal distributions."""
    return (math.log(sigma_q / sigma_p) - 0.5
            + (sigma_p ** 2 + (mu_p - mu_q) ** 2) / (2 * sigma_q ** 2))


def nearest_normal(divergence, mu, num_steps=60):
    """mu and sigma of the normal q with the least ``divergence(log q on GRID)``.

    Steps of gradient descent from mu and sigma = 2, in units of what can be told from a
    draw of q: sigma^2 for mu, and 1/2 for log sigma.
    """
    x = np.array(GRID, dtype='float64')
    mu, log_sigma = (np.array(value, dtype='float64') for value in (mu, math.log(2)))
    for param in (mu, log_sigma):
        param.attach_grad()
    for _ in range(num_steps):
        with autograd.record():
            l = divergence(log_normal(x, mu, np.exp(log_sigma), np))
        l.backward()
        mu -= 0.5 * np.exp(2 * log_sigma) * mu.grad
        log_sigma -= 0.25 * log_sigma.grad
    return float(mu), float(np.exp(log_sigma))


def nearest_both_ways():
    """What comes nearest to the mixture FAR, from it, and to it from either side."""
    log_p = np.array(log_density(GRID, FAR), dtype='float64')
    return {'D(p || q)': nearest_normal(lambda log_q: kl(log_p, log_q, np), 0.),
            **{f'D(q || p), from {mu:+g}': nearest_normal(
                lambda log_q: kl(log_q, log_p, np), mu) for mu in (-3., 3.)}}


def claims_of_divergences():
    """Closed forms, and the normal distributions nearest to a mixture."""
    log_p, log_q = log_normal(GRID, 0, 1), log_normal(GRID, 1, 2)
    there, back = float(kl(log_p, log_q)), float(kl(log_q, log_p))
    exact = kl_of_normals(0, 1, 1, 2), kl_of_normals(1, 2, 0, 1)
    cross = float(-(onp.exp(log_p) * log_q).sum() * DX)
    H = math.log(2 * math.pi * math.e) / 2
    found, log_p = nearest_both_ways(), log_density(GRID, FAR)
    d2l.plot(GRID, [onp.exp(log_p), *(onp.exp(log_normal(GRID, *each))
                                      for each in found.values())],
             'x', 'density', legend=['p', *(f'least {name}' for name in found)])
    covers, *hides = found.values()
    mean, variance = moments(FAR)
    wide = {'mu': covers[0], 'mean of p': mean, 'sigma': covers[1],
            'deviation of p': math.sqrt(variance)}
    modes = {}
    for q, P, mu, sigma in zip(hides, *FAR):
        modes.update({f'mu near {mu:g}': q[0], f'sigma near {mu:g}': q[1],
                      f'D(q || p) near {mu:g}': float(kl(log_normal(GRID, *q), log_p)),
                      f'-log {P:g}': -math.log(P)})
    # 3e-5 of a component lies nearer to the other one, where logarithms are up to 16
    is_mode = all(max(abs(q[0] - mu), abs(q[1] - sigma), abs(kl(log_normal(
        GRID, *q), log_p) + math.log(P))) < 5e-3
        for q, P, mu, sigma in zip(hides, *FAR))
    return [
        d2l.claim('the divergence is not the same both ways', {
            'D(p || q)': there, 'D(p || q), exact': exact[0], 'D(q || p)': back,
            'D(q || p), exact': exact[1]},
            max(abs(there - exact[0]), abs(back - exact[1])) < 1e-8
            and abs(there - back) > 0.1),
        d2l.claim('the cross-entropy is the entropy and the divergence', {
            'H(P, Q)': cross, 'H(P) + D(p || q), exact': H + exact[0]},
            abs(cross - H - exact[0]) < 1e-9),
        d2l.claim('the least D(p || q) has the mean and the deviation of p', wide,
                  abs(covers[0] - mean) < 1e-9
                  and abs(covers[1] - math.sqrt(variance)) < 1e-9),
        d2l.claim('the least D(q || p) is one component, -log P(c) away', modes,
                  is_mode)]


def run(*, num_samples: int = 20000, num_seeds: int = 3) -> dict:
    found = d2l.over_seeds(lambda: measure_posterior(num_samples), num_seeds)
    return {'claims': [*claims_of_mixtures(found), *claims_of_entropy(),
                       *claims_of_divergences()]}


if __name__ == '__main__':
    d2l.main(run)
