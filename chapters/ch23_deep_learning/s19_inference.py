"""Approximate inference: EM, MAP, mean field, wake-sleep (近似推断)

Source: Deep Learning (Goodfellow, Bengio, Courville), chapter 19

What is hidden, given what is seen, mostly has a distribution that cannot be written
down. Any other one in its place, q, bounds log p(v) from below, by as much as it lies
away from the right one; so inference is a search for the highest bound, and learning
climbs the same hill. The models here are so small that log p(v) is a sum over all that
can be hidden: every bound stands beside what it bounds.
"""
import itertools
import math

import numpy as onp
from mxnet import autograd, np, npx

import d2lmx as d2l

SMOKE = dict(num_points=60, em_steps=20, num_codes=60, num_rounds=5, net_steps=5,
             num_seen=30, num_sweeps=5, wake_steps=50, num_seeds=1)
RANGES = dict(num_points=(20, 10 ** 5), em_steps=(8, 10 ** 5), num_codes=(20, 10 ** 4),
              num_seen=(10, 10 ** 4), num_seeds=(1, 100))
ROUNDING = 1e-10  # of sums over thousands of states
LAMBDA = .2        # of sparse codes
GRID = onp.linspace(-8, 8, 401)


def log_marginal(logs):
    """log p(v), by log p(h, v) of all h, along the last axis."""
    return onp.logaddexp.reduce(logs, axis=-1)


# ---- EM (19.2): a mixture, theta being P (k,), mu (k, d) and the covariances (k, d, d)

def log_mixture(X, theta):
    """log p(h = i, x) of X (n, d): (n, k)."""
    P, mu, cov = theta
    e = X[:, None] - mu                                              # (n, k, d)
    z = onp.einsum('nki,kij,nkj->nk', e, onp.linalg.inv(cov), e)
    return onp.log(P) - (z + onp.linalg.slogdet(2 * math.pi * cov)[1]) / 2


def m_step(X, q):
    """theta of the highest bound, with q (n, k) as it is."""
    num = q.sum(axis=0)
    mu = q.T @ X / num[:, None]
    e = X[:, None] - mu
    cov = onp.einsum('nk,nki,nkj->kij', q, e, e) / num[:, None, None]
    return num / len(X), mu, cov


def em(X, theta, num_steps):
    """theta; and bounds, each after an E-step and then an M-step, beside log p(x)."""
    bounds, log_p = [], []
    for _ in range(num_steps):
        q = d2l.posterior(log_mixture(X, theta))                     # E-step
        before, theta = theta, m_step(X, q)                          # M-step
        for logs in (log_mixture(X, before), log_mixture(X, theta)):
            bounds.append(float(d2l.lower_bound(logs, q).mean()))
            log_p.append(float(log_marginal(logs).mean()))
    return theta, bounds, log_p


def slope(X, theta, h=1e-5):
    """The largest slope of the mean of log p(x) along the means, by differences."""
    P, mu, cov = theta
    ends = [log_marginal(log_mixture(X, (P, mu + sign * h * e.reshape(mu.shape), cov))
                         ).mean() for e in onp.eye(mu.size) for sign in (1, -1)]
    return float(abs(onp.subtract(ends[::2], ends[1::2])).max() / (2 * h))


def measure_em(num_points, em_steps):
    """A mixture of three, learnt from three of its points; bounds and log p(x)."""
    X = onp.random.normal(size=(num_points, 2)) + 3 * onp.array(
        [[0, 0], [1, 0], [0, 1]])[onp.arange(num_points) % 3]
    start = (onp.full(3, 1 / 3), X[onp.random.choice(num_points, 3, replace=False)],
             onp.tile(onp.cov(X.T), (3, 1, 1)))
    theta, *curves = em(X, start, em_steps)
    gaps = onp.subtract(*reversed(curves))
    return {'gap after E': float(abs(gaps[::2]).max()),
            'least gap after M': float(gaps[1::2].min()),
            'largest fall': float(-onp.diff(curves[0]).min()),
            'slope, start': slope(X, start), 'slope, end': slope(X, theta)}, curves


def claims_of_em(found):
    gaps, slopes = ({name: found[name] for name in names} for names in (
        ('gap after E', 'least gap after M'), ('slope, start', 'slope, end')))
    return [
        d2l.claim('an E-step raises the bound to log p(x), an M-step lifts log p(x) '
                  'above it', gaps, max(gaps['gap after E']) < ROUNDING
                  and min(gaps['least gap after M']) > -ROUNDING),
        d2l.claim('no step of EM lowers the bound', {
            'largest fall': found['largest fall']},
            max(found['largest fall']) < ROUNDING),
        d2l.claim('where EM ends the likelihood has no slope', slopes,
                  max(slopes['slope, end']) < min(slopes['slope, start']) / 100)]


# ---- MAP inference (19.3): sparse codes H (n, m) of V (n, d), by columns W (d, m)

def least_loss(v, W):
    """The least |v - W h|^2 + LAMBDA |h|_1, over all 3^m signs that h can have."""
    losses = []
    for signs in itertools.product((-1., 0., 1.), repeat=W.shape[1]):
        h = onp.array(signs)
        on = h != 0
        h[on] = onp.linalg.solve(W[:, on].T @ W[:, on],
                                 W[:, on].T @ v - LAMBDA / 2 * h[on])
        losses.append(float(d2l.sparse_loss(v[None], h[None], W, LAMBDA)[0]))
    return min(losses)


def sparse_data(num_codes, m, d=8, noise=.05):
    """V (n, d) of codes (n, m) that mostly are 0, and W (d, m), of columns of length 1.
    """
    W = onp.random.normal(size=(d, m))
    W /= onp.linalg.norm(W, axis=0)
    shape = num_codes, m
    H = onp.random.laplace(size=shape) * (onp.random.uniform(size=shape) < .2)
    return H @ W.T + onp.random.normal(0, noise, (num_codes, d)), W


def likeness(W, truth):
    """The mean of |cos| of each true column and the one of W most like it."""
    return float(abs(truth.T @ W / onp.linalg.norm(W, axis=0)).max(axis=1).mean())


def measure_sparse_coding(num_codes, num_rounds):
    """The likeliest codes held to all signs, and columns learnt in turn with them."""
    V, truth = sparse_data(num_codes, 8)
    few, x = onp.random.normal(size=(8, 5)), V[:5]  # 243 signs
    H = d2l.sparse_codes(x, few, LAMBDA, tolerance=1e-12)
    losses = d2l.sparse_loss(x, H, few, LAMBDA)
    start = V[onp.random.choice(num_codes, V.shape[1], replace=False)].T
    W, *_ = d2l.learn_dictionary(V, start / onp.linalg.norm(start, axis=0), LAMBDA,
                                 num_rounds, num_steps=30)
    return {'from the least loss': float(max(
                abs(loss - least_loss(v, few)) for v, loss in zip(x, losses))),
            'likeness, learnt': likeness(W, truth),
            'likeness, principal': likeness(onp.linalg.eigh(V.T @ V)[1], truth)}


def claims_of_sparse_coding(found):
    learnt, principal = (found[f'likeness, {name}'] for name in ('learnt', 'principal'))
    return [
        d2l.claim('the most likely code has the least loss over all signs', {
            'difference': found['from the least loss']},
            max(found['from the least loss']) < ROUNDING),
        d2l.claim('learnt by their most likely codes, columns are those that made the '
                  'data; principal components are not (mean |cos|)', {
                      'sparse coding': learnt, 'principal components': principal},
                  min(learnt) > .95 and d2l.exceeds(learnt, principal))]


# ---- learned inference (19.5.2): codes by a few steps, of matrices that are learnt

def unrolled(V, B, S, theta, num_layers):
    """Codes H (n, m) by so many steps: V B + H S, moved by theta (m,) towards 0."""
    H = np.zeros((len(V), len(S)), dtype='float64')
    for _ in range(num_layers):
        Z = np.dot(V, B) + np.dot(H, S)
        H = np.sign(Z) * npx.relu(abs(Z) - theta)
    return H


def learn_inference(V, W, num_layers, num_steps, rate=.05):
    """B, S and theta: those of `d2l.code_steps`, then down the slope of the mean loss.
    """
    c = onp.linalg.norm(W, 2) ** 2
    V, W, *params = (np.array(part, dtype='float64') for part in (
        V, W, W / c, onp.eye(W.shape[1]) - W.T @ W / c,
        onp.full(W.shape[1], LAMBDA / (2 * c))))
    for param in params:
        param.attach_grad()
    for _ in range(num_steps):
        with autograd.record():
            H = unrolled(V, *params, num_layers)
            l = (((V - np.dot(H, W.T)) ** 2).sum() + LAMBDA * abs(H).sum()) / len(V)
        l.backward()
        for param in params:
            param -= rate * param.grad
    return params


def measure_inference(num_codes, net_steps):
    """By how much the mean loss of codes of new examples is above the least."""
    V, W = sparse_data(2 * num_codes, 16)
    V, new = V[:num_codes], V[num_codes:]

    def mean_loss(H):
        return float(d2l.sparse_loss(new, H, W, LAMBDA).mean())

    least = mean_loss(d2l.sparse_codes(new, W, LAMBDA, tolerance=1e-6))
    *_, fifth, _, _, _, _, tenth = itertools.islice(
        d2l.code_steps(new, W, LAMBDA, is_fast=False), 10)
    H = unrolled(np.array(new), *learn_inference(V, W, 5, net_steps), 5).asnumpy()
    return {name: mean_loss(codes) - least for name, codes in (
        ('5 steps', fifth), ('10 steps', tenth), ('5 steps, learnt', H))}


def claims_of_inference(found):
    above = {name: found[name] for name in ('5 steps', '10 steps', '5 steps, learnt')}
    return [d2l.claim(
        'of matrices that are learnt, half as many steps come nearer to the likeliest '
        'codes of new examples (loss above the least)', above,
        d2l.exceeds(above['10 steps'], above['5 steps, learnt']))]


# ---- mean field (19.4.1): binary sparse coding, P(h_i) = sigmoid(b), v ~ N(W h, I)

def log_prior(b):
    """log P(h) of all h, units of sigmoid(b): (m,) -> (2^m,)."""
    return -onp.logaddexp(0, onp.where(d2l.all_states(len(b)) > 0, -b, b)).sum(axis=1)


def log_coding(V, W, b):
    """log p(h, v) of V (n, d) and all h: (n, 2^m)."""
    e = ((V[:, None] - d2l.all_states(len(b)) @ W.T) ** 2).sum(axis=2)
    return log_prior(b) - e / 2 - W.shape[0] / 2 * math.log(2 * math.pi)


def sweep(V, h_hat, W, b):
    """h_hat (n, m), q(h_i = 1 | v), each unit in turn where the bound is highest."""
    h_hat, G = h_hat.copy(), W.T @ W
    for i in range(len(b)):
        others = h_hat @ G[:, i] - h_hat[:, i] * G[i, i]
        h_hat[:, i] = d2l.sigmoid(b[i] + V @ W[:, i] - G[i, i] / 2 - others)
    return h_hat


def mean_field(V, W, b, num_sweeps):
    """Bounds before and after each sweep, from h_hat = 1/2: (num_sweeps + 1, n)."""
    logs, h_hat = log_coding(V, W, b), onp.full((len(V), len(b)), .5)
    bounds = [d2l.lower_bound(logs, d2l.factorial(h_hat))]
    for _ in range(num_sweeps):
        h_hat = sweep(V, h_hat, W, b)
        bounds.append(d2l.lower_bound(logs, d2l.factorial(h_hat)))
    return onp.array(bounds)


def gap(W, num_sweeps=50):
    """What mean field misses of log p(v), where v is the first column of W."""
    v, b = W[:, :1].T, onp.full(W.shape[1], -1.)
    bounds = mean_field(v, W, b, num_sweeps)
    return float(log_marginal(log_coding(v, W, b))[0] - bounds[-1, 0])


def measure_mean_field(num_seen, num_sweeps, d=8, m=6):
    """Bounds of a model with weights of chance; their means by sweeps, and log p(v)."""
    W, b = onp.random.normal(size=(d, m)), onp.full(m, -1.)
    H = d2l.draw_units(onp.tile(d2l.sigmoid(b), (num_seen, 1)))
    V = H @ W.T + onp.random.normal(size=(num_seen, d))
    bounds, exact = mean_field(V, W, b, num_sweeps), log_marginal(log_coding(V, W, b))
    return {'bound, start': float(bounds[0].mean()), 'bound': float(bounds[-1].mean()),
            'log p(v)': float(exact.mean()), 'least gap': float((exact - bounds).min()),
            'largest fall, one v': float(-onp.diff(bounds, axis=0).min())}, (
                bounds.mean(axis=1), exact.mean())


def claims_of_mean_field(found):
    gaps = {'columns at right angles': gap(6 * onp.eye(2)),
            'equal columns': gap(onp.array([[6., 6], [0, 0]])), 'log 2': math.log(2)}
    return [
        d2l.claim('no sweep lowers the bound of any v, nor lifts it above log p(v)', {
            name: found[name] for name in ('bound, start', 'bound', 'log p(v)')},
            max(found['largest fall, one v']) < ROUNDING
            and min(found['least gap']) > -ROUNDING),
        d2l.claim('mean field is exact for columns at right angles; of two equal ones '
                  'it is sure of one, and misses log 2', gaps,
                  abs(gaps['columns at right angles']) < ROUNDING
                  and abs(gaps['equal columns'] - math.log(2)) < 1e-6)]


# ---- calculus of variations (19.4.2, 19.4.3): h_1, h_2 ~ N(0, 1), v ~ N(w^T h, 1)

def free_forms(v, w, num_sweeps=40):
    """q(h_1), q(h_2) on GRID: in turn exp of the mean of log p(h, v) over the other."""
    h_1, h_2 = GRID[:, None], GRID
    log_p = -(h_1 ** 2 + h_2 ** 2 + (v - w[0] * h_1 - w[1] * h_2) ** 2) / 2
    q_2 = onp.full(len(GRID), 1 / len(GRID))
    for _ in range(num_sweeps):
        q_1 = d2l.posterior(log_p @ q_2)
        q_2 = d2l.posterior(q_1 @ log_p)
    return q_1, q_2


def claims_of_free_forms(v=1.5, w=(1., .8)):
    """Densities that nobody said to be normal, and the posterior; draws the first."""
    w, dx = onp.array(w), GRID[1] - GRID[0]
    precision = onp.eye(2) + onp.outer(w, w)
    mean, cov = onp.linalg.solve(precision, w * v), onp.linalg.inv(precision)

    def normal(i, variance):
        return onp.exp(-(GRID - mean[i]) ** 2 / (2 * variance)) / math.sqrt(
            2 * math.pi * variance)

    found = [q / dx for q in free_forms(v, w)]
    away = [float(abs(q - normal(i, 1 / precision[i, i])).max())
            for i, q in enumerate(found)]
    d2l.plot(GRID, [found[0], normal(0, cov[0, 0])], 'h_1', 'density',
             ['q(h_1)', 'p(h_1 | v)'], xlim=[-3, 4])
    return [d2l.claim(
        "q of any form turns out normal, around the posterior's mean, and narrower", {
            'h_1, largest difference from a normal density': away[0], 'h_2': away[1],
            'variance of h_1': float(1 / precision[0, 0]),
            'in the posterior': float(cov[0, 0])},
        max(away) < ROUNDING and 1 / precision[0, 0] < cov[0, 0])]


# ---- wake-sleep (19.5.1): theta is b (m,), W (m, d), c (d,), of P(h) = sigmoid(b) and
# p(v | h) = sigmoid(h W + c); phi is R (d, m), a (m,), of q(h | v) = sigmoid(v R + a)

def log_belief(V, theta):
    """log p(h, v) of V (n, d) and all h: (n, 2^m)."""
    b, W, c = theta
    scores = d2l.all_states(len(b)) @ W + c                          # (2^m, d)
    return log_prior(b) + V @ scores.T - onp.logaddexp(0, scores).sum(axis=1)


def wake(V, H, theta):
    """The slope of the mean of log p(h, v), where H (n, m) is drawn from q."""
    b, W, c = theta
    e = V - d2l.sigmoid(H @ W + c)
    return (H - d2l.sigmoid(b)).mean(axis=0), H.T @ e / len(V), e.mean(axis=0)


def sleep(V, H, phi):
    """The slope of the mean of log q(h | v), where both are drawn from p."""
    R, a = phi
    e = H - d2l.sigmoid(V @ R + a)
    return V.T @ e / len(V), e.mean(axis=0)


def dream(theta, n):
    """V (n, d) and H (n, m) of the model."""
    b, W, c = theta
    H = d2l.draw_units(onp.tile(d2l.sigmoid(b), (n, 1)))
    return d2l.draw_units(d2l.sigmoid(H @ W + c)), H


def learn_belief(V, num_steps, lr, m=6, num_records=20):
    """theta and phi; steps, bounds and log p(v), (3, records)."""
    d = V.shape[1]
    theta = onp.zeros(m), onp.random.normal(0, .1, (m, d)), onp.zeros(d)
    phi, records = (onp.zeros((d, m)), onp.zeros(m)), []
    for step in range(num_steps + 1):
        h_hat = d2l.sigmoid(V @ phi[0] + phi[1])
        if step % max(1, num_steps // num_records) == 0:
            logs = log_belief(V, theta)
            records.append((step, d2l.lower_bound(logs, d2l.factorial(h_hat)).mean(),
                            log_marginal(logs).mean()))
        slopes = [*wake(V, d2l.draw_units(h_hat), theta),
                  *sleep(*dream(theta, len(V)), phi)]
        for param, g in zip((*theta, *phi), slopes):
            param += lr * g
    return theta, phi, onp.array(records).T


def rows_of_pixels():
    """All pictures of four rows, each black or white: (16, 12)."""
    return onp.repeat(d2l.all_states(4), 3, axis=1)


def claims_of_wake_sleep(found):
    bounds, log_p = found['belief, bound'], found['belief, log p(v)']
    alone, best = -12 * math.log(2), -math.log(16)
    return [d2l.claim(
        'wake-sleep learns what pixels have in common, though its sleep phase does not '
        'climb the bound', {
            'bound': bounds, 'log p(v)': log_p, 'pixels by themselves': alone,
            'of the pictures themselves': best},
        d2l.exceeds(log_p, alone)
        and all(low <= value <= best for low, value in zip(bounds, log_p)))]


def show(of_em, of_sweeps, of_belief, samples):
    """Draw bounds beside log p: by steps of EM, by sweeps, by wake-sleep; samples."""
    bounds, log_p = (values[2:16] for values in of_em)  # the first step is a long one
    d2l.plot(onp.arange(2, 16) / 2, [bounds, log_p], 'step of EM', 'nats',
             ['bound', 'log p(x)'], fmts=['b.-', 'k--'])
    bounds, exact = of_sweeps
    d2l.plot(onp.arange(1, len(bounds)), [bounds[1:], [exact] * (len(bounds) - 1)],
             'sweep', 'nats', ['bound', 'log p(v)'], fmts=['b.-', 'k--'])
    steps, bounds, log_p = of_belief
    d2l.plot(steps, [bounds, log_p, [-math.log(16)] * len(steps)], 'step of wake-sleep',
             'nats', ['bound', 'log p(v)', 'pictures'], fmts=['b.-', 'k--', 'g:'])
    d2l.show_images(samples.reshape(-1, 4, 3), 1, 6)
    d2l.plt.suptitle('samples by wake-sleep')


def run(*, num_points: int = 300, em_steps: int = 500, num_codes: int = 500,
        num_rounds: int = 200, net_steps: int = 500, num_seen: int = 200,
        num_sweeps: int = 20, wake_steps: int = 20000, lr: float = .1,
        num_seeds: int = 3) -> dict:
    drawn = {}

    def measure():
        row, drawn['of_em'] = measure_em(num_points, em_steps)
        sweeps, drawn['of_sweeps'] = measure_mean_field(num_seen, num_sweeps)
        theta, _, records = learn_belief(rows_of_pixels(), wake_steps, lr)
        drawn.update(of_belief=records, samples=dream(theta, 6)[0])
        return {**row, **sweeps, **measure_sparse_coding(num_codes, num_rounds),
                **measure_inference(num_codes, net_steps),
                'belief, bound': float(records[1, -1]),
                'belief, log p(v)': float(records[2, -1])}

    found = d2l.over_seeds(measure, num_seeds)
    show(**drawn)
    return {'claims': [*claims_of_em(found), *claims_of_sparse_coding(found),
                       *claims_of_inference(found), *claims_of_mean_field(found),
                       *claims_of_free_forms(), *claims_of_wake_sleep(found)]}


if __name__ == '__main__':
    d2l.main(run)
