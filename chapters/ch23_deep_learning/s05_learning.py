"""Machine learning: capacity, estimators, Bayes, kernels, neighbours (机器学习基础)

Source: Deep Learning (Goodfellow, Bengio, Courville), chapter 5

What learning comes to can be worked out where models are small: what error a polynomial
of each degree is to expect, in training and on new labels; bias and variance of an
estimator, by all samples that there can be; that most likely weights are those of least
squares; and all of a posterior, which weight decay gives only the peak of. Three
learners without a network follow: a support vector machine, which proves by its dual
that it has found the best, the vote of neighbours, whose error is a formula, and
k-means, whose result is held to every partition that there is.
"""
import itertools
import math
from statistics import NormalDist

import numpy as onp
from mxnet import autograd, np

import d2lmx as d2l

SMOKE = dict(num_draws=200, num_places=100, num_points=40, num_seeds=1)
RANGES = dict(num_draws=(100, 10 ** 6), num_places=(10, 2000), num_points=(10, 1000),
              num_seeds=(1, 100), noise=(0, 0.4))
DEGREES = 1, 2, 9
TRUTH = 0.5, 1.0, -2.0     # of x to the powers 0, 1, 2
SIGMA = 0.3                # of the labels around it
EXAMPLES = 25              # of a place, in the vote of neighbours
MOST_DEVIATIONS = 5        # chance goes further once in a million times


# ---- capacity (5.2)

def powers(x, degree):
    """(m,) -> (m, degree + 1): x to the powers 0, 1, ..."""
    return onp.vander(x, degree + 1, increasing=True)


def normal_equations(X, y):
    """w = (X^T X)^-1 X^T y, section 5.1.4."""
    return onp.linalg.solve(X.T @ X, X.T @ y)


def expected_errors(x, degree):
    """Mean squared error of a least-squares fit, in training and on new labels.

    The first is what the truth lies away from all polynomials of the degree, and the
    noise in all other directions; the second has the noise once more in each of theirs.
    """
    Q = onp.linalg.qr(powers(x, degree))[0]  # (m, degree + 1)
    y = powers(x, 2) @ TRUTH
    bias, share = ((y - Q @ (Q.T @ y)) ** 2).mean(), (degree + 1) / len(x)
    return bias + SIGMA ** 2 * (1 - share), bias + SIGMA ** 2 * (1 + share)


def measure_capacity(x, num_draws):
    """{'degree 1, training': mean of the errors of so many draws of the labels, ...}.

    With 'deviation', by how many standard errors the worst mean misses what is exact.
    """
    y, new = powers(x, 2) @ TRUTH + onp.random.normal(0, SIGMA, (2, num_draws, len(x)))
    row, deviations = {}, []
    for degree in DEGREES:
        Q = onp.linalg.qr(powers(x, degree))[0]
        y_hat = y @ Q @ Q.T
        for name, labels, exact in zip(('training', 'new'), (y, new),
                                       expected_errors(x, degree)):
            errors = ((labels - y_hat) ** 2).mean(axis=1)
            row[f'degree {degree}, {name}'] = float(errors.mean())
            if exact > 1e-12:  # ten points leave nothing to a polynomial of degree 9
                deviations.append(abs(errors.mean() - exact) / errors.std()
                                  * math.sqrt(num_draws))
    return {**row, 'deviation': float(max(deviations))}


def claims_of_capacity(found, x):
    """Means over draws, and exact ones; draws a fit of each degree."""
    exact = {f'degree {degree}, {name}, exact': float(value) for degree in DEGREES
             for name, value in zip(('training', 'new'), expected_errors(x, degree))}
    train, new = ([exact[f'degree {degree}, {name}, exact'] for degree in DEGREES]
                  for name in ('training', 'new'))
    y, grid = powers(x, 2) @ TRUTH + onp.random.normal(0, SIGMA, len(x)), onp.linspace(
        -1, 1, 200)
    d2l.plot(grid, [powers(grid, degree) @ onp.linalg.lstsq(
        powers(x, degree), y, rcond=None)[0] for degree in DEGREES], 'x', 'y',
        ylim=[-4, 3], legend=[f'degree {degree}' for degree in DEGREES])
    d2l.plt.scatter(x, y, s=12, c='k')
    return [
        d2l.claim('errors are those that capacity and noise lead to',
                  {**found, **exact}, max(found['deviation']) < MOST_DEVIATIONS),
        d2l.claim('with capacity the error in training falls, on new labels it rises '
                  'again', exact, train[0] > train[1] > train[2] - 1e-12
                  and new[1] < min(new[0], new[2]))]


# ---- estimators (5.4) and likelihood (5.5)

ESTIMATORS = {'mean': lambda X: X.mean(axis=1), 'variance / m': lambda X: X.var(axis=1),
              'variance / (m - 1)': lambda X: X.var(axis=1, ddof=1)}


def expected(estimator, theta, m):
    """Mean and variance of what an estimator says, over all 2^m samples of a coin."""
    X = onp.array(list(itertools.product((0, 1), repeat=m)))
    P = onp.prod(onp.where(X, theta, 1 - theta), axis=1)
    mean = P @ estimator(X)
    return float(mean), float(P @ (estimator(X) - mean) ** 2)


def claims_of_estimators(theta=0.3, m=6):
    """Bias of three estimators, and the standard error of the mean."""
    variance = theta * (1 - theta)
    exact = {'mean': theta, 'variance / m': (m - 1) / m * variance,
             'variance / (m - 1)': variance}
    found = {name: expected(estimator, theta, m)
             for name, estimator in ESTIMATORS.items()}
    return [
        d2l.claim('only the variance over m has a bias, by (m - 1) / m', {
            **{name: mean for name, (mean, _) in found.items()},
            **{f'{name}, exact': value for name, value in exact.items()}},
            all(abs(found[name][0] - exact[name]) < 1e-14 for name in exact)),
        d2l.claim('the standard error of the mean is sigma / sqrt(m)', {
            'standard error': math.sqrt(found['mean'][1]),
            'exact': math.sqrt(variance / m)},
            abs(found['mean'][1] - variance / m) < 1e-14)]


def negative_log_likelihood(w, X, y, sigma, F=onp):
    """-log p(y | X; w), section 5.5.1: mean squared errors, and what does not see w."""
    m, mse = len(y), ((y - F.dot(X, w)) ** 2).mean()
    return m * math.log(sigma) + m / 2 * math.log(2 * math.pi) + m * mse / (
        2 * sigma ** 2)


def most_likely(X, y, sigma, num_steps=100):
    """w (d,) by gradient descent on the negative log-likelihood, from 0."""
    step = sigma ** 2 / onp.linalg.eigvalsh(X.T @ X)[-1]
    X, y = (np.array(part, dtype='float64') for part in (X, y))
    w = np.zeros(X.shape[1], dtype='float64')
    w.attach_grad()
    for _ in range(num_steps):
        with autograd.record():
            l = negative_log_likelihood(w, X, y, sigma, np)
        l.backward()
        w -= step * w.grad
    return w.asnumpy()


def claims_of_likelihood(X, y):
    """Least squares and likelihood find the same, whatever noise is taken for right."""
    w, density = normal_equations(X, y), NormalDist(0, SIGMA).pdf
    product = -sum(math.log(density(error)) for error in y - X @ w)
    formula = float(negative_log_likelihood(w, X, y, SIGMA))
    away = {f'sigma {sigma}': float(abs(most_likely(X, y, sigma) - w).max())
            for sigma in (SIGMA, 2)}
    return [
        d2l.claim('the likelihood is a product of normal densities', {
            'sum of logarithms': product, 'by the mean squared error': formula},
            abs(product - formula) < 1e-10),
        d2l.claim('the most likely weights are those of least squares', away,
                  max(away.values()) < 1e-10)]


# ---- Bayes (5.6)

def posterior(X, y, mu_0, Lambda_0):
    """mu_m (d,) and Lambda_m (d, d) of w given (m, d) X and (m,) y of variance 1.

    The prior is normal, too, with mean mu_0 and covariance Lambda_0.
    """
    precision = onp.linalg.inv(Lambda_0)
    Lambda_m = onp.linalg.inv(X.T @ X + precision)
    return Lambda_m @ (X.T @ y + precision @ mu_0), Lambda_m


def posterior_by_grid(X, y, mu_0, Lambda_0, mu, Lambda, num=121):
    """The same, for d = 2, from prior times likelihood at all points of a grid.

    mu, Lambda: around where, eight deviations to each side, the grid is laid.
    """
    axes = [m + math.sqrt(v) * onp.linspace(-8, 8, num) for m, v in zip(
        mu, onp.diag(Lambda))]
    w = onp.stack(onp.meshgrid(*axes), axis=2).reshape(-1, 2)
    prior = ((w - mu_0) @ onp.linalg.inv(Lambda_0) * (w - mu_0)).sum(axis=1)
    log_p = -(prior + ((y - w @ X.T) ** 2).sum(axis=1)) / 2
    p = onp.exp(log_p - log_p.max())
    p = p / p.sum()
    mean = p @ w
    return mean, (w - mean).T @ ((w - mean) * p[:, None])


def claims_of_bayes(X, y, alpha=2.0):
    """The posterior by formula, by a grid, and bit by bit; its peak; what it predicts.
    """
    X, y, prior = X / SIGMA, y / SIGMA, (onp.zeros(2), onp.eye(2) / alpha)
    mu, Lambda = posterior(X, y, *prior)
    by_grid = posterior_by_grid(X, y, *prior, mu, Lambda)
    for one, label in zip(X, y):
        prior = posterior(one[None], [label], *prior)
    decayed = onp.linalg.solve(X.T @ X + alpha * onp.eye(2), X.T @ y)
    away = {name: float(max(abs(mu - other[0]).max(), abs(Lambda - other[1]).max()))
            for name, other in (('by grid', by_grid), ('one by one', prior))}
    grid = onp.linspace(-3, 3, 50)
    deviation = SIGMA * onp.sqrt(1 + ((new := powers(grid, 1) / SIGMA) @ Lambda
                                      * new).sum(axis=1))
    mean = powers(grid, 1) @ mu
    d2l.plot(grid, [mean, mean - 2 * deviation, mean + 2 * deviation], 'x', 'y',
             legend=['mean', '2 deviations below', '2 deviations above'])
    return [
        d2l.claim('the posterior is normal, and comes of one example after another',
                  away, max(away.values()) < 1e-10),
        d2l.claim('weight decay finds the peak of the posterior', {
            'difference': float(abs(mu - decayed).max())},
            abs(mu - decayed).max() < 1e-12)]


# ---- learners (5.7 and 5.8)

def claims_of_kernels(num_points, sigma=0.7, C=10.0):
    """A line and a Gaussian kernel on a ring around a disc; draws what each sees."""
    (X, y), (new, truth) = d2l.ring(num_points), d2l.ring(1000)
    row, gaps = {}, []
    for name, kernel in (('linear', d2l.linear_kernel),
                         ('Gaussian', d2l.gaussian_kernel(sigma))):
        svm = d2l.SupportVectorMachine(X, y, kernel, C)
        row.update({f'{name}: primal': svm.primal, f'{name}: dual': svm.dual,
                    f'{name}: accuracy': float(((svm(new) > 0) == truth).mean()),
                    f'{name}: support vectors': int((svm.alpha != 0).sum())})
        gaps.append((svm.primal - svm.dual) / svm.primal)
        d2l.show_decisions(lambda X, svm=svm: np.array(svm(X.asnumpy())), X, y,
                           f'{name} kernel')
    halves = [{name: value for name, value in row.items()
               if name.endswith('al') == is_loss} for is_loss in (True, False)]
    return [
        d2l.claim('the hinge loss at its least is what the dual has at its most',
                  halves[0], max(map(abs, gaps)) < 1e-6),
        d2l.claim('a Gaussian kernel bends the border, by a few support vectors',
                  halves[1], row['linear: accuracy'] < 0.8 < 0.95
                  < row['Gaussian: accuracy']
                  and row['Gaussian: support vectors'] < num_points / 2)]


def expected_vote_error(k, noise):
    """How often the vote of k labels, each wrong by chance, is not one such label."""
    wrong = sum(math.comb(k, i) * noise ** i * (1 - noise) ** (k - i)
                for i in range(k // 2 + 1, k + 1))
    return wrong * (1 - noise) + (1 - wrong) * noise


def measure_votes(num_places, noise, ks=(1, 5, EXAMPLES)):
    """{k: error of the vote of k neighbours}, at places far from each other."""
    def draw(num):
        place = onp.repeat(onp.arange(num_places), num)
        flipped = onp.random.uniform(size=len(place)) < noise
        return 10. * place[:, None] + onp.random.uniform(size=(len(place), 1)), (
            place + flipped) % 2

    (X, y), (new, truth) = draw(EXAMPLES), draw(1)
    return {k: float((d2l.vote_of_neighbours(X, y, new, k) != truth).mean())
            for k in ks}


def claims_of_votes(found, num_places, noise):
    """One neighbour errs nearly twice as often as must be, many hardly more."""
    exact = {k: expected_vote_error(k, noise) for k in found}
    measured = {f'k = {k}{of}': values[k] for k in found
                for of, values in (('', found), (', exact', exact))}
    # places are independent of each other
    return d2l.claim('the error of k neighbours falls towards that of the labels', {
        **measured, 'labels': noise}, all(
            abs(error - exact[k]) <= MOST_DEVIATIONS * math.sqrt(
                exact[k] * (1 - exact[k]) / num_places)
            for k, errors in found.items() for error in errors)
        and all(onp.diff([exact[k] for k in sorted(exact)]) <= 0)
        and min(exact.values()) >= noise)


def least_partition(X, k):
    """The least loss of k-means over all k^m ways to put m points in k clusters."""
    H = onp.array(list(itertools.product(range(k), repeat=len(X))))
    H = (H[:, :, None] == onp.arange(k)).astype(float)        # (k^m, m, k) of 0 and 1
    counts = onp.maximum(H.sum(axis=1), 1)                    # (k^m, k)
    sums = onp.einsum('pmk,md->pkd', H, X)
    return float((X ** 2).sum() - ((sums ** 2).sum(axis=2) / counts).sum(axis=1).max())


def measure_clusters(k=3, each=3):
    """The loss of k-means from all starts at its points, and of all partitions."""
    X = onp.random.normal(size=(k * each, 2)) + 2 * onp.repeat(
        onp.random.normal(size=(k, 2)), each, axis=0)
    ends = [d2l.k_means(X, X[list(start)])[2]
            for start in itertools.combinations(range(len(X)), k)]
    return {'best start': min(losses[-1] for losses in ends),
            'best of all partitions': least_partition(X, k),
            'worst start': max(losses[-1] for losses in ends),
            'largest rise': float(max(onp.diff(losses).max(initial=0)
                                      for losses in ends))}


def claims_of_clusters(found):
    """The best of all starts is the best there is; steps only lower the loss."""
    best, least, worst, rise = found.values()
    return [
        d2l.claim('from the best start k-means finds the best partition', {
            'best start': best, 'best of all partitions': least, 'worst start': worst},
            all(abs(a - b) < 1e-9 * b for a, b in zip(best, least))),
        d2l.claim('no step of k-means raises its loss', {'largest rise': rise},
                  max(rise) < 1e-12)]


def run(*, num_draws: int = 2000, num_places: int = 400, num_points: int = 120,
        noise: float = 0.1, num_seeds: int = 3) -> dict:
    x = onp.linspace(-1, 1, 10)
    y = 1 - 0.5 * x + onp.random.normal(0, SIGMA, len(x))
    capacity, votes, clusters = (d2l.over_seeds(measure, num_seeds) for measure in (
        lambda: measure_capacity(x, num_draws),
        lambda: measure_votes(num_places, noise), measure_clusters))
    return {'claims': [*claims_of_capacity(capacity, x), *claims_of_estimators(),
                       *claims_of_likelihood(powers(x, 1), y),
                       *claims_of_bayes(powers(x, 1), y),
                       *claims_of_kernels(num_points),
                       claims_of_votes(votes, num_places, noise),
                       *claims_of_clusters(clusters)]}


if __name__ == '__main__':
    d2l.main(run)
