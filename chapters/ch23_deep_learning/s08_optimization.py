"""Optimization: saddles, cliffs, momentum, curvature, averages (深度模型中的优化)

Source: Deep Learning (Goodfellow, Bengio, Courville), chapter 8

How many critical points are saddles is known where Hessians are drawn by chance, and
where Newton's method goes that meets one can be seen. A cliff throws descent far away,
unless gradients are clipped. On quadratics the rest is exact: by what factor each step
of momentum comes nearer, in how many steps conjugate gradients and BFGS are there, what
noise is left of an average, how slowly single coordinates move. Last come lessons from
easy to hard, whose learners' errors are angles.
"""
import itertools
import math

import numpy as onp

import d2lmx as d2l

SMOKE = dict(num_matrices=2000, num_chains=500, num_learners=20, num_seeds=1)
RANGES = dict(num_matrices=(1000, 10 ** 6), num_chains=(100, 10 ** 5),
              num_learners=(2, 10 ** 4), condition=(20, 1000), num_seeds=(1, 100))
MOST_DEVIATIONS = 5  # chance goes further once in a million times


# ---- saddles (8.2.3)

# the chance that all eigenvalues of n x n are above 0, numbers being normal
MINIMA = {1: 1 / 2, 2: (2 - math.sqrt(2)) / 4, 3: 1 / 4 - 1 / (math.sqrt(2) * math.pi)}


def measure_minima(num_matrices):
    """Shares of Hessians of chance, by size, without a direction that leads down."""
    row = {}
    for n in MINIMA:
        A = onp.random.normal(size=(num_matrices, n, n))
        smallest = onp.linalg.eigvalsh(A + A.transpose(0, 2, 1))[:, 0]
        row[f'n = {n}'] = float((smallest > 0).mean())
    return row


def near_a_saddle(way, num_steps=40, theta=(1., 0.1)):
    """theta (num_steps + 1, 2) by way(g, H) on x^2 / 2 + y^4 / 4 - y^2 / 2, which has
    a saddle at 0 and minima at (0, -1) and (0, 1)."""
    path = [onp.array(theta)]
    for _ in range(num_steps):
        x, y = path[-1]
        g, H = onp.array([x, y ** 3 - y]), onp.diag([1, 3 * y ** 2 - 1])
        path.append(path[-1] + way(g, H))
    return onp.array(path)


def claims_of_saddles(found, num_matrices):
    """Shares over seeds, and four ways from beside a saddle."""
    shares = {f'n = {n}': P for n, P in MINIMA.items()}
    paths = {name: near_a_saddle(way) for name, way in {
        'gradient descent': lambda g, H: -g / 2,
        "Newton's method": lambda g, H: -onp.linalg.solve(H, g),
        'with H + 2 I': lambda g, H: -onp.linalg.solve(H + 2 * onp.eye(2), g),
        'with |H|': lambda g, H: -g / abs(onp.diag(H))}.items()}
    d2l.plot(onp.arange(41), [path[:, 1] for path in paths.values()], 'step', 'theta_2',
             legend=list(paths))
    ends = {name: float(path[-1, 1]) for name, path in paths.items()}
    newton = ends.pop("Newton's method")
    return [
        d2l.claim('the more directions, the fewer critical points are minima', {
            **{name: found[name] for name in shares},
            **{f'{name}, exact': P for name, P in shares.items()}},
            all(abs(share - P) < MOST_DEVIATIONS * math.sqrt(P / num_matrices * (1 - P))
                for name, P in shares.items() for share in found[name])),
        d2l.claim("Newton's method ends in a saddle, which others leave (theta_2)", {
            "Newton's method": newton, 'saddle': 0, **ends, 'minimum': 1},
            abs(newton) < 1e-9 and max(abs(end - 1) for end in ends.values()) < 1e-9)]


# ---- cliffs and clipping (8.2.4, 10.11.1): the same weight T times

def cliff(w, T=50):
    """(w^T - 1/2)^2 / 2 and its slope."""
    return (w ** T - 0.5) ** 2 / 2, (w ** T - 0.5) * T * w ** (T - 1)


def clip(g, v):
    """g, or what has its direction and the length v, where g is longer."""
    return g * min(1, v / onp.linalg.norm(g))


def claims_of_cliffs(epsilon=1e-3, v=10, num_steps=200):
    """From above a cliff: one step as it is, and many clipped ones."""
    w = [1.1]
    leap = w[0] - epsilon * cliff(w[0])[1]
    for _ in range(num_steps):
        w.append(w[-1] - epsilon * clip(cliff(w[-1])[1], v))
    x, least = onp.linspace(0.9, 1.1, 400), 0.5 ** (1 / 50)
    d2l.plot(x, cliff(x)[0], 'w', 'loss', yscale='log', ylim=[1e-6, 1e5])
    d2l.plt.plot(w[:30], cliff(onp.array(w[:30]))[0], 'o', markersize=3)
    return d2l.claim('from a cliff a step leaps away, and clipped steps go down (w)', {
        'one step': float(leap), 'clipped steps': float(w[-1]), 'least': least},
        abs(leap) > 100 and abs(w[-1] - least) < 1e-9)


# ---- momentum (8.3.2) and Nesterov's (8.3.3)

def with_momentum(H, theta, epsilon, alpha, num_steps, is_ahead=False):
    """theta (num_steps + 1, n) on theta^T H theta / 2; is_ahead: with the gradient of
    where the velocity leads, equation 8.21."""
    path, v = [theta], onp.zeros(len(theta))
    for _ in range(num_steps):
        place = path[-1] + alpha * v if is_ahead else path[-1]
        v = alpha * v - epsilon * H @ place
        path.append(path[-1] + v)
    return onp.array(path)


def slowest_factor(eigenvalues, epsilon, alpha, is_ahead):
    """Of a step, in the end: the largest eigenvalue of what it does to theta and v."""
    factors = []
    for value in eigenvalues:
        kept = alpha * (1 - epsilon * value) if is_ahead else alpha
        step = [[1 - epsilon * value, kept], [-epsilon * value, kept]]
        factors.append(abs(onp.linalg.eigvals(step)).max())
    return float(max(factors))


def claims_of_momentum(condition, accuracy=1e-8):
    """Each at its best rate: factors that are known, and steps that they take."""
    root, eigenvalues = math.sqrt(condition), onp.array([1, condition])
    ways = {'gradient descent': ((2 / (condition + 1), 0, False),
                                 (condition - 1) / (condition + 1)),
            'momentum': ((4 / (root + 1) ** 2, ((root - 1) / (root + 1)) ** 2, False),
                         (root - 1) / (root + 1)),
            'Nesterov': ((1 / condition, (root - 1) / (root + 1), True), 1 - 1 / root)}
    factors, steps, curves, off = {}, {}, [], []
    for name, ((epsilon, alpha, is_ahead), exact) in ways.items():
        path = with_momentum(onp.diag(eigenvalues), onp.ones(2), epsilon, alpha,
                             math.ceil(10 * condition), is_ahead)
        curves.append(onp.linalg.norm(path, axis=1))
        steps[name] = int((curves[-1] > accuracy).sum())
        factor = slowest_factor(eigenvalues, epsilon, alpha, is_ahead)
        factors.update({name: factor, f'{name}, exact': exact})
        off.append(abs(factor - exact))
    shown = steps['gradient descent']
    d2l.plot(onp.arange(shown), [curve[:shown] for curve in curves], 'step', 'distance',
             yscale='log', ylim=[accuracy, 10], legend=list(ways))
    return [
        # a double eigenvalue is known to half of the digits
        d2l.claim('the factors of a step are those of the condition number', factors,
                  max(off) < 1e-6),
        d2l.claim(f'so momentum needs less than half of the steps to {accuracy:g}',
                  steps,
                  max(steps['momentum'], steps['Nesterov'])
                  < steps['gradient descent'] / 2)]


# ---- curvature (8.6)

def claims_of_quadratics(condition, n=6):
    """Exact lengths of steps: conjugate gradients, and how BFGS is the same."""
    Q = onp.linalg.qr(onp.random.normal(size=(n, n)))[0]
    H, b = Q * onp.geomspace(1, condition, n) @ Q.T, onp.random.normal(size=n)

    def f(theta):
        g = H @ theta - b
        return theta @ (g - b) / 2, g

    ways = {'steepest descent': lambda theta, g: -g,
            'Fletcher and Reeves': d2l.ConjugateGradients(d2l.fletcher_reeves),
            'Polak and Ribiere': d2l.ConjugateGradients(d2l.polak_ribiere),
            'BFGS': d2l.BFGS(), 'L-BFGS': d2l.LBFGS(n)}
    paths = {name: d2l.minimize(f, onp.zeros(n), way, n, tolerance=0, sigma=1e-10)
             for name, way in ways.items()}
    ends = {name: float(abs(path[-1] - onp.linalg.solve(H, b)).max())
            for name, path in paths.items()}
    steepest, *others = ends.values()
    ways['BFGS'](paths['BFGS'][-1], f(paths['BFGS'][-1])[1])  # which tells M of the end
    away = {name: float(abs(paths[name] - paths['Polak and Ribiere']).max())
            for name in ('BFGS', 'L-BFGS')}
    away['M from the inverse of H'] = float(abs(
        ways['BFGS'].M - onp.linalg.inv(H)).max())
    return [
        d2l.claim(f'{n} steps along conjugate directions end where {n} numbers are '
                  'least (distances)', ends, max(others) < 1e-8 < steepest / 1e4),
        d2l.claim('BFGS takes the same steps, where lengths are exact, and learns the '
                  'inverse of H (differences)', away, max(away.values()) < 1e-8)]


def claims_of_curvature(n=10, most_steps=1000):
    """A valley of ten numbers, by ways that know ever more; and errors that square."""
    ways = {'steepest descent': lambda theta, g: -g,
            'conjugate gradients': d2l.ConjugateGradients(), 'L-BFGS': d2l.LBFGS(5),
            'BFGS': d2l.BFGS(), "Newton's method": lambda theta, g: -onp.linalg.solve(
                d2l.rosenbrock_hessian(theta), g)}
    paths = {name: d2l.minimize(d2l.rosenbrock, onp.zeros(n), way, most_steps)
             for name, way in ways.items()}
    d2l.plot([onp.arange(1, len(path) + 1) for path in paths.values()],
             [[max(d2l.rosenbrock(theta)[0], 1e-20) for theta in path]
              for path in paths.values()], 'step', 'f', xscale='log', yscale='log',
             legend=list(paths), fmts=('-', 'm--', 'g-.', 'r:', 'k-'))
    steps = {name: len(path) - 1 for name, path in paths.items()}
    far = max(abs(path[-1] - 1).max() for path in [*paths.values()][1:])
    errors = [0.5]  # of 2 x - x^2, which is Newton's step for x - log x, least at 1
    for _ in range(5):
        x = 1 - errors[-1]
        errors.append(1 - (x - (1 - 1 / x) * x ** 2))
    return [
        d2l.claim('who knows more of curvature needs fewer steps to the same place', {
            **steps, 'farthest end, but for the first': float(far)},
            far < 1e-6 and steps["Newton's method"] < steps['BFGS']
            <= steps['L-BFGS'] < steps['conjugate gradients'] < most_steps),
        d2l.claim("each of Newton's steps squares the error", {
            'after four': errors[4], 'exact': 0.5 ** 16},
            all(abs(new - old ** 2) < 1e-15 for old, new in zip(errors, errors[1:])))]


# ---- averages (8.7.3) and single coordinates (8.7.2)

def exact_variances(epsilon, num_steps):
    """Of theta, long since on theta^2 / 2 with noise 1 in its gradients, and of means.
    """
    a, T = 1 - epsilon, num_steps  # theta' = a theta - epsilon xi
    last = epsilon ** 2 / (1 - a ** 2)
    total = T * (1 + a) / (1 - a) - 2 * a * (1 - a ** T) / (1 - a) ** 2
    return {'last': last, 'average': last * total / T ** 2}


def measure_averages(num_chains, epsilon=0.1, num_steps=200):
    """The same of so many descents side by side: mean squares."""
    theta = onp.random.normal(size=num_chains) * math.sqrt(
        exact_variances(epsilon, num_steps)['last'])
    total = 0
    for _ in range(num_steps):
        theta = theta - epsilon * (theta + onp.random.normal(size=num_chains))
        total = total + theta
    return {'last': float((theta ** 2).mean()),
            'average': float(((total / num_steps) ** 2).mean())}


def claims_of_averages(found, num_chains, alpha=0.01, num_sweeps=50):
    """Variances over seeds; a valley across the axes, (x - y)^2 + alpha (x^2 + y^2)."""
    exact = exact_variances(0.1, 200)
    H = 2 * onp.array([[1 + alpha, -1], [-1, 1 + alpha]])
    left = float(d2l.coordinate_descent(H, [1, 1], num_sweeps)[1])
    exact_left = (1 + alpha) ** (-2 * num_sweeps)
    return [
        d2l.claim('an average of steps has little of the noise that the last has', {
            **{name: found[name] for name in exact},
            **{f'{name}, exact': value for name, value in exact.items()}},
            all(abs(value / exact[name] - 1) < MOST_DEVIATIONS * math.sqrt(
                2 / num_chains) for name in exact for value in found[name])),
        d2l.claim(f'{num_sweeps} times along both axes, across a valley, hardly help', {
            'left': left, '(1 + alpha)^(-2 sweeps), exact': exact_left},
            abs(left - exact_left) < 1e-12)]


# ---- curriculum (8.7.6)

# what of y x an example adds to the weights, by its margin y w^T x
LEARNERS = {'perceptrons': lambda m: m <= 0,
            'logistic regression': lambda m: 0.1 / (1 + onp.exp(m))}
ORDERS = {'easy first': 1, 'by chance': 0, 'hard first': -1}


def measure_lessons(num_learners, d=10, others=40, num_examples=200):
    """Errors of who sees the same examples once, in one of three orders.

    The class is the sign of the sum of d numbers; of the others a share is not 0, which
    makes an example hard. On new ones, all as hard as can be, the error is the angle
    between weights and truth, over pi.
    """
    share = onp.random.uniform(size=(num_learners, num_examples))
    X = onp.random.normal(size=(num_learners, num_examples, d + others))
    X[..., d:] *= onp.random.uniform(size=X[..., d:].shape) < share[..., None]
    y, row = onp.sign(X[..., :d].sum(axis=2)), {}
    for (order, sign), (name, added) in itertools.product(ORDERS.items(),
                                                          LEARNERS.items()):
        i = (sign * share).argsort(axis=1, kind='stable')
        w = d2l.learn_in_order(onp.take_along_axis(X, i[..., None], axis=1),
                               onp.take_along_axis(y, i, axis=1), added)
        cosines = w[:, :d].sum(axis=1) / onp.linalg.norm(w, axis=1) / math.sqrt(d)
        row[f'{name}, {order}'] = float(onp.arccos(cosines).mean() / math.pi)
    return row


def claims_of_lessons(found):
    """Errors over seeds."""
    rows = {name: {order: found[f'{name}, {order}'] for order in ORDERS}
            for name in LEARNERS}
    return [d2l.claim(f'lessons from easy to hard leave {name} fewer errors', row,
                      d2l.exceeds(row['by chance'], row['easy first']))
            for name, row in rows.items()]


def run(*, num_matrices: int = 20000, condition: float = 100, num_chains: int = 5000,
        num_learners: int = 200, num_seeds: int = 3) -> dict:
    found = d2l.over_seeds(lambda: {
        **measure_minima(num_matrices), **measure_averages(num_chains),
        **measure_lessons(num_learners)}, num_seeds)
    return {'claims': [
        *claims_of_saddles(found, num_matrices), claims_of_cliffs(),
        *claims_of_momentum(condition), *claims_of_quadratics(condition),
        *claims_of_curvature(), *claims_of_averages(found, num_chains),
        *claims_of_lessons(found)]}


if __name__ == '__main__':
    d2l.main(run)
