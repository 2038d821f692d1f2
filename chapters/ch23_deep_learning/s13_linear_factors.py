"""Linear factors: noisy PCA, independent, slow and sparse features (线性因子模型)

Source: Deep Learning (Goodfellow, Bengio, Courville), chapter 13

All models here say that x is W h + b with noise; they differ in what they say of the
factors h and of the noise. Where both are normal, the most likely W is a formula or the
end of a climb; where the factors are not, even the directions of W can be found, and
where they are, they cannot. Features may also be asked to change slowly, or to be 0 for
the most part: then a certificate goes with each code, that no other has a smaller loss.
"""
import itertools
import math

import numpy as onp

import d2lmx as d2l

SMOKE = dict(num_points=1000, num_pictures=200, num_steps=500, num_rounds=40,
             num_seeds=1)
RANGES = dict(num_points=(500, 10 ** 5), num_pictures=(100, 10 ** 5),
              num_steps=(100, 10 ** 5), num_rounds=(20, 10 ** 4), num_seeds=(1, 100))
FACTORS = onp.array([[2, 0], [1.5, .5], [1, 1], [0, 1.5], [.5, 2], [0, 0]])  # W
NOISE = onp.array([.5, .6, .4, .8, .5, 3])  # deviations; the last one is noise alone
SIDE = 4           # pixels, of pictures of bars
ROUNDING = 1e-9    # of what is equal but for the order of sums


def distance(A, B):
    """The largest difference of two numbers at one place."""
    return float(abs(onp.subtract(A, B)).max())


# ---- probabilistic PCA and factor analysis (13.1)

def sine_between(A, B):
    """Of the largest angle between what the columns of A and of B span."""
    return math.sin(d2l.largest_angle(A, B))


def measure_factors(num_points, num_steps):
    """Both models of points with two factors, and of the same in other units."""
    h = onp.random.normal(size=(num_points, 2))
    x = h @ FACTORS.T + NOISE * onp.random.normal(size=(num_points, len(NOISE)))
    S = onp.cov(x.T, bias=True)
    D = 1 / onp.sqrt(onp.diag(S))                       # units in which variances are 1
    models = {'PCA': lambda S: d2l.probabilistic_pca(S, 2),
              'factor analysis': lambda S: d2l.factor_em(S, 2, False, num_steps)}
    (exact, *_), (W, own, logs) = found = [learn(S) for learn in models.values()]
    others = [learn(S * onp.outer(D, D)) for learn in models.values()]
    values = [d2l.factor_log_likelihood(S, *params[:2]) for params in found]
    in_units = [d2l.factor_log_likelihood(S * onp.outer(D, D), *params[:2])
                + onp.log(D).sum() for params in others]
    by_em, psi, climb = d2l.factor_em(S, 2, True, num_steps)
    return {'W W^T': distance(by_em @ by_em.T, exact @ exact.T),
            'variance of the noise': distance(psi, found[0][1]),
            'largest fall': -float(min(onp.diff(logs).min(), onp.diff(climb).min())),
            'variances': distance(onp.diag(W @ W.T) + own, onp.diag(S)),
            'S C^-1 W - W': distance(S @ d2l.factors_given(W, own).T, W),
            **{name: abs(a - b) for name, a, b in zip(models, values, in_units)},
            **{f'{name}, sine': sine_between(params[0], FACTORS)
               for name, params in zip(models, found)},
            'curves': ([values[0]] * num_steps, climb, logs)}


def claims_of_factors(found):
    """What each seed gave, and the limit of no noise."""
    C = FACTORS @ FACTORS.T + onp.diag(NOISE ** 2)
    limit = sine_between(d2l.probabilistic_pca(C, 2)[0], FACTORS)
    U, d, _ = onp.linalg.svd(FACTORS, full_matrices=False)
    gaps = {sigma: float(onp.linalg.norm(U @ U.T - FACTORS @ d2l.factors_given(
        FACTORS, onp.full(len(C), sigma ** 2)), 2)) for sigma in (1, .1, .01)}
    exact = {sigma: sigma ** 2 / (sigma ** 2 + d.min() ** 2) for sigma in gaps}

    def of(*names):
        return {name: found[name] for name in names}

    return [
        d2l.claim('EM comes to the closed form of probabilistic PCA (differences)',
                  of('W W^T', 'variance of the noise'),
                  max(found['W W^T'] + found['variance of the noise']) < 1e-6),
        d2l.claim('no step of EM lowers the likelihood', of('largest fall'),
                  max(found['largest fall']) < 1e-12),
        d2l.claim('EM of factor analysis ends where its likelihood is stationary '
                  '(differences)', of('variances', 'S C^-1 W - W'),
                  max(found['variances'] + found['S C^-1 W - W']) < 1e-6),
        d2l.claim('other units change what PCA finds, and not factor analysis (change '
                  'of the log-likelihood)', of('PCA', 'factor analysis'),
                  max(found['factor analysis']) < 1e-9 < .01 < min(found['PCA'])),
        d2l.claim('factor analysis finds the factors beside a number that is noise '
                  'alone, which PCA takes for a factor (sine of the largest angle)', {
                      **of('factor analysis, sine', 'PCA, sine'),
                      'PCA of endless points, exact': limit},
                  max(found['factor analysis, sine']) < .2
                  and d2l.exceeds(found['PCA, sine'], found['factor analysis, sine'])),
        d2l.claim('without noise the mean of W h, given x, is the projection of PCA '
                  '(norm of the difference)', {
                      f'sigma {sigma}{name}': value[sigma] for sigma in gaps
                      for name, value in (('', gaps), (', exact', exact))},
                  distance([*gaps.values()], [*exact.values()]) < ROUNDING)]


# ---- independent components (13.2)

def ica_log_likelihood(X, V):
    """Mean of log p(x) with h = V x, V = W^-1, and p(h_i) = sigma'(h_i)."""
    H = X @ V.T
    return float(onp.linalg.slogdet(V)[1]
                 - (onp.logaddexp(0, H) + onp.logaddexp(0, -H)).sum(axis=1).mean())


def most_likely_step(X, V):
    """The gradient of that likelihood by V, times V^T V."""
    H = X @ V.T
    return V - onp.tanh(H / 2).T @ H / len(X) @ V


def most_likely_ica(X, num_steps=1000, lr=.8):
    """V (d, d) of the largest likelihood."""
    V = d2l.whiten(X)[1]
    for _ in range(num_steps):
        V = V + lr * most_likely_step(X, V)
    return V


def turn(d):
    """(d, d), orthogonal, drawn by chance."""
    return onp.linalg.qr(onp.random.normal(size=(d, d)))[0]


def least_match(found, truth):
    """Of each column of truth (n, b) the nearest of found (n, a); the least cosine."""
    found, truth = (part / onp.linalg.norm(part, axis=0) for part in (found, truth))
    return float(abs(found.T @ truth).max(axis=0).min())


def draw_sources(num):
    """(num, 4): peaked, flat, a coin's and a wave's, each of mean 0 and variance 1."""
    return onp.stack([onp.random.laplace(size=num) / math.sqrt(2),
                      onp.random.uniform(-1, 1, num) * math.sqrt(3),
                      onp.random.choice([-1., 1], num),
                      math.sqrt(2) * onp.sin(.7 * onp.arange(num))], axis=1)


def measure_sources(num_points):
    """How well sources come back from mixtures, and what the likeliest W is."""
    row = {}
    for name, S in (('of four shapes', draw_sources(num_points)),
                    ('normal', onp.random.normal(size=(num_points, 4)))):
        W = onp.random.normal(size=(4, 4))
        Z, _ = d2l.whiten(S @ W.T)
        row[name] = least_match(Z @ d2l.fast_ica(Z).T, S - S.mean(axis=0))
    W = onp.random.normal(size=(3, 3))
    X = onp.random.logistic(size=(num_points, 3)) @ W.T
    V = most_likely_ica(X)
    H = X @ V.T
    gain = ica_log_likelihood(X, V) - ica_log_likelihood(X, onp.linalg.inv(W))
    return {**row, 'twice the gain': 2 * num_points * gain,
            'E[tanh(h / 2) h^T] - I': distance(onp.tanh(H / 2).T @ H / num_points,
                                               onp.eye(3))}


def claims_of_sources(found, num_points, num_angles=41):
    """Who comes back; draws how likely each angle of two sources is."""
    angles = onp.linspace(0, math.pi, num_angles)
    turns = [onp.array([[math.cos(a), -math.sin(a)], [math.sin(a), math.cos(a)]])
             for a in angles]
    curves = {'Laplace': onp.random.laplace, 'uniform': onp.random.uniform,
              'normal': onp.random.normal}
    for name, draw in curves.items():
        # by as much as the logistic density is wider
        Z = d2l.whiten(draw(size=(num_points, 2)))[0] * math.pi / math.sqrt(3)
        curves[name] = onp.array([ica_log_likelihood(Z, R) for R in turns])
    d2l.plot(angles, [values - values.mean() for values in curves.values()],
             'angle away from the sources', 'log-likelihood, less its mean', [*curves])
    good, normal, gain, slope = found.values()
    return [
        d2l.claim('mixed sources are found but for order and sign, and normal ones are '
                  'not (least correlation)', {'of four shapes': good, 'normal': normal},
                  min(good) > .99 > max(normal)),
        # of a chi-squared number with 9 degrees of freedom: beyond once in a million
        d2l.claim('the most likely W is likelier than the true one as chance has it '
                  '(twice the gain of all points)', {
                      'twice the gain': gain, 'expected: numbers of W': 9,
                      'E[tanh(h / 2) h^T] - I': slope},
                  max(slope) < ROUNDING and 0 < min(gain) <= max(gain) < 45)]


# ---- slow features (13.3)

def waves(num):
    """t (num,) once around, and two signals (num, 2) in which sin(t) is hidden."""
    t = 2 * math.pi * onp.arange(num) / num
    fast = onp.cos(11 * t)
    return t, onp.stack([onp.sin(t) + fast ** 2, fast], axis=1)


def with_products(X):
    """Two numbers, their squares and their product: (n, 2) -> (n, 5)."""
    x, y = X.T
    return onp.stack([x, y, x * x, x * y, y * y], axis=1)


def claims_of_slowness(num_points):
    """sin(t) is the slowest that products of the signals hold; draws it."""
    t, X = waves(num_points)
    truth, more = math.sqrt(2) * onp.sin(t)[:, None], with_products(X)
    (slow, W), (_, linear) = d2l.slow_features(more), d2l.slow_features(X)
    Y = (more - more.mean(axis=0)) @ W
    x = (X - X.mean(axis=0)) @ linear[:, :1]
    d2l.plot(t, [X[:, 0], Y[:, 0] * onp.sign(Y[:, 0] @ truth)], 't', 'signal, feature',
             ['signal', 'slowest feature'], figsize=(4.5, 2.5))
    of_truth = float((onp.diff(truth, axis=0) ** 2).mean())
    away = {'covariance': distance(Y.T @ Y / len(Y), onp.eye(5)),
            'changes': distance((onp.diff(Y, axis=0) ** 2).mean(axis=0), slow)}
    return [
        d2l.claim('with products the slowest feature is sin(t), without them not', {
            'slowness': float(slow[0]), 'slowness of sin(t)': of_truth,
            'correlation': least_match(Y[:, :1], truth),
            'correlation, linear': least_match(x, truth),
            'linear, exact': 2 / math.sqrt(5)},
            0 <= of_truth - slow[0] + ROUNDING and least_match(Y[:, :1], truth) > .9999
            and abs(least_match(x, truth) - 2 / math.sqrt(5)) < 1e-3),
        d2l.claim('features have variance 1, none tells of another, and their changes '
                  'are the eigenvalues (differences)', away,
                  max(away.values()) < ROUNDING)]


# ---- sparse coding (13.4)

def gaps(x, W, lambd, is_fast, least=1e-3):
    """Of the code of x (1, d) by step, as shares of |x|^2, while above the least.
    """
    steps = d2l.code_steps(x, W, lambd, is_fast=is_fast)
    shares = (d2l.duality_gap(x, H, W, lambd)[0] / (x ** 2).sum() for H in steps)
    return list(itertools.takewhile(lambda share: share > least, shares))


def measure_codes(shape=(20, 40)):
    """Steps of ISTA and of FISTA to a code of a random W, proved by its gap."""
    W = .3 + onp.random.normal(size=shape)
    x = onp.random.normal(size=(1, shape[0]))
    lambd = .4 * abs(x @ W).max()
    slow, fast = curves = [gaps(x, W, lambd, is_fast) for is_fast in (False, True)]
    Q = turn(shape[0])
    gap = distance(d2l.sparse_codes(x, Q, lambd), d2l.soft_threshold(x @ Q, lambd / 2))
    H = d2l.sparse_codes(x, W, lambd)
    return {'ISTA': len(slow) + 1, 'FISTA': len(fast) + 1, 'orthogonal W': gap,
            'gap': float(d2l.duality_gap(x, H, W, lambd)[0]),
            'share of 0': float((H == 0).mean()), 'curves': curves}


def bars():
    """(SIDE^2, 2 SIDE): each row, and each column, of a picture is one bar."""
    lines = onp.kron(onp.eye(SIDE), onp.ones(SIDE))
    columns = lines.reshape(-1, SIDE, SIDE).transpose(0, 2, 1).reshape(SIDE, -1)
    return onp.concatenate([lines, columns]).T / math.sqrt(SIDE)


def measure_bars(num_pictures, num_rounds, lambd=.2, num_starts=4):
    """How near a learnt dictionary, and PCA, come to the bars that pictures are of."""
    W = bars()
    h = onp.random.laplace(size=(num_pictures, 2 * SIDE))
    h *= onp.random.uniform(size=h.shape) < .2
    x = h @ W.T + .05 * onp.random.normal(size=(num_pictures, len(W)))
    energy = (x ** 2).sum(axis=1)
    starts = (x[onp.random.choice(num_pictures, 2 * SIDE, False, energy / energy.sum())]
              for _ in range(num_starts))               # pictures, mostly bright ones
    found, _, losses = min((d2l.learn_dictionary(
        x, start.T / onp.linalg.norm(start, axis=1), lambd, num_rounds)
        for start in starts), key=lambda each: each[2][-1])
    of_pca = onp.linalg.eigh(onp.cov(x.T))[1][:, -2 * SIDE:]
    return {'learnt': least_match(found, W), 'PCA': least_match(of_pca, W),
            'largest rise': float(onp.diff(losses).max()),
            'pictures': [mosaic(part) for part in (W, nearest(found, W), of_pca)]}


def nearest(found, W):
    """The columns of found, in the order, and with the sign, of those of W."""
    C = found.T @ W
    order = abs(C).argmax(axis=0)
    return found[:, order] * onp.sign(C[order, range(W.shape[1])])


def mosaic(W):
    """The columns of W (SIDE^2, 2 SIDE) as pictures, in two rows, on one picture."""
    parts = onp.pad(W.T.reshape(2, SIDE, SIDE, SIDE), [(0, 0)] * 2 + [(0, 1)] * 2)
    return parts.transpose(0, 2, 1, 3).reshape(2 * (SIDE + 1), -1)


def claims_of_codes(found):
    """What proves a code, and what dictionaries hold."""
    def of(*names):
        return {name: found[name] for name in names}

    return [
        d2l.claim('where W is orthogonal the code is its product, moved towards 0 '
                  '(difference)', of('orthogonal W'),
                  max(found['orthogonal W']) < 1e-12),
        d2l.claim('most numbers of a code are 0, and its gap proves it the best',
                  of('gap', 'share of 0'),
                  max(found['gap']) < 1e-6 and min(found['share of 0']) > .5),
        d2l.claim('FISTA needs fewer steps than ISTA to a gap of 0.001 of |x|^2',
                  of('FISTA', 'ISTA'), d2l.exceeds(found['ISTA'], found['FISTA'])),
        d2l.claim('no round of a dictionary raises its loss', of('largest rise'),
                  max(found['largest rise']) < 1e-12),
        d2l.claim('a dictionary learns the bars that pictures are of, and PCA does not '
                  '(least cosine)', of('learnt', 'PCA'),
                  min(found['learnt']) > .95 > max(found['PCA']))]


def run(*, num_points: int = 5000, num_pictures: int = 500, num_steps: int = 1000,
        num_rounds: int = 100, num_seeds: int = 3) -> dict:
    factors, sources, codes = (d2l.over_seeds(measure, num_seeds) for measure in (
        lambda: measure_factors(num_points, num_steps),
        lambda: measure_sources(num_points),
        lambda: {**measure_codes(), **measure_bars(num_pictures, num_rounds)}))
    d2l.plot([curve[:50] for curve in factors.pop('curves')[0]], None, 'step of EM',
             'log-likelihood', ['closed form', 'probabilistic PCA', 'factor analysis'])
    d2l.plot(codes.pop('curves')[0], None, 'step', 'duality gap / |x|^2',
             ['ISTA', 'FISTA'], yscale='log')
    d2l.show_images(codes.pop('pictures')[0], 1, 3, ['bars', 'learnt', 'PCA'], scale=2)
    return {'claims': [*claims_of_factors(factors),
                       *claims_of_sources(sources, num_points),
                       *claims_of_slowness(num_points), *claims_of_codes(codes)]}


if __name__ == '__main__':
    d2l.main(run)
