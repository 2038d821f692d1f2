"""Numerical computation: overflow, conditioning, descent, constraints (数值计算)

Source: Deep Learning (Goodfellow, Bengio, Courville), chapter 4

What is right on paper may be lost in numbers of 32 bits: a softmax overflows, a system
of equations multiplies its rounding. Beside each stands what is exact: decimals of
fifty digits, and fractions. Steepest descent takes the best step that the Hessian
knows, and is still slow by just so much as the condition number says; Newton's method
needs one step. MXNet has no second-order gradients, so Hessians are differences of its
gradients. Least squares within a ball shows what the conditions of Karush, Kuhn and
Tucker say at a border.
"""
import decimal
import math
from fractions import Fraction

import numpy as onp
from mxnet import autograd, np, npx

import d2lmx as d2l

SMOKE = dict(most_equations=6)
RANGES = dict(most_equations=(3, 11), condition=(1.1, 1e4), num_steps=(1, 100))
EPS = onp.finfo('float64').eps
SCORES = {'small': (1, 2, 3), 'large': (1000, 1001, 1002), 'low': (-1000, -1001, -1002),
          'far apart': (0, -200)}


# ---- overflow and underflow (4.1)

def softmax_as_written(x):
    """exp(x_i) / sum_j exp(x_j) of scores (n,), which overflows."""
    return onp.exp(x) / onp.exp(x).sum()


def softmax(x):
    """The same of z = x - max x, for which no exponential is above 1."""
    e = onp.exp(x - x.max())
    return e / e.sum()


def log_softmax(x):
    """Its logarithm, which is never taken of a chance that has become 0."""
    z = x - x.max()
    return z - onp.log(onp.exp(z).sum())


def exact_log_softmax(x, digits=50):
    """The same by decimals, as a list of numbers."""
    with decimal.localcontext() as context:
        context.prec = digits
        x = [decimal.Decimal(value) for value in x]
        log_total = sum(value.exp() for value in x).ln()
        return [float(value - log_total) for value in x]


def claims_of_softmax():
    """Both forms in 32 bits, held to decimals; and MXNet's."""
    lost, differences, mxnets = 0, {}, []
    for name, scores in SCORES.items():
        x, exact = onp.array(scores, 'float32'), onp.array(exact_log_softmax(scores))
        with onp.errstate(over='ignore', invalid='ignore'):
            lost += int(onp.isnan(softmax_as_written(x)).sum())
        ours, mxnet = log_softmax(x), npx.log_softmax(np.array(x)).asnumpy()
        differences[f'log softmax, {name}'] = float(abs(ours - exact).max())
        differences[f'softmax, {name}'] = float(abs(softmax(x) - onp.exp(exact)).max())
        mxnets.append(float(abs(mxnet - exact).max()))
    with onp.errstate(over='ignore', divide='ignore'):
        last = int(onp.isfinite(onp.exp(onp.arange(200, dtype='float32'))).sum()) - 1
        log_of_softmax = onp.log(softmax(onp.array(SCORES['far apart'], 'float32')))
    largest = float(onp.log(onp.finfo('float32').max))
    return [
        d2l.claim('exp overflows above the logarithm of the largest number', {
            'last that does not': last, 'logarithm of the largest': largest},
            last == math.floor(largest)),
        d2l.claim('softmax as it is written is lost for large and low scores',
                  {'numbers lost': lost, 'numbers of both': 6}, lost == 6),
        d2l.claim('softmax of scores below their largest is exact', {
            **differences, "log softmax, MXNet's": max(mxnets)},
            # two roundings of numbers around 2; MXNet's exp and log have six digits
            max(differences.values()) < 2.4e-7 and max(mxnets) < 1e-5),
        d2l.claim('the logarithm needs a form of its own', {
            'log softmax': float(log_softmax(onp.array([0, -200], 'float32'))[1]),
            'exact': exact_log_softmax(SCORES['far apart'])[1],
            'exp of the logarithm of softmax': float(onp.exp(log_of_softmax[1]))},
            onp.isneginf(log_of_softmax[1]))]


# ---- conditioning (4.2)

def hilbert(n):
    """1 / (i + j + 1), i and j from 0: (n, n) fractions, far from any that we draw."""
    return [[Fraction(1, i + j + 1) for j in range(n)] for i in range(n)]


def solve_exactly(A, b):
    """x of A x = b, by elimination in fractions; b (n, k) is rows of numbers."""
    rows = [[Fraction(value) for value in (*a, *right)] for a, right in zip(A, b)]
    for k in range(len(rows)):
        pivot = next(i for i in range(k, len(rows)) if rows[i][k])
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [value / rows[k][k] for value in rows[k]]
        for i in range(len(rows)):
            if i != k:
                rows[i] = [a - rows[i][k] * c for a, c in zip(rows[i], rows[k])]
    return [row[len(rows):] for row in rows]


def as_floats(A):
    return onp.array(A, 'float64')


def condition_number(A):
    """max |lambda_i / lambda_j| of a symmetric matrix of fractions.

    The smallest eigenvalue is the inverse of the largest of the inverse matrix, which
    loses nothing, while by itself it would be rounding.
    """
    inverse = solve_exactly(A, onp.eye(len(A), dtype=int).tolist())
    return float(onp.linalg.eigvalsh(as_floats(A))[-1]
                 * onp.linalg.eigvalsh(as_floats(inverse))[-1])


def errors_of_solutions(most_equations):
    """Relative errors of x = 1, ..., 1 from H x = b in 64 bits, and condition numbers.
    """
    errors, conditions = [], []
    for n in range(2, most_equations + 1):
        H = hilbert(n)
        x = onp.linalg.solve(as_floats(H), as_floats([[sum(row)] for row in H]))
        errors.append(float(onp.linalg.norm(x - 1) / math.sqrt(n)))
        conditions.append(condition_number(H))
    return onp.array(errors), onp.array(conditions)


def growth(A, b, change):
    """How many times as large, of its size, the change of x is as that of b."""
    x, dx = onp.linalg.solve(A, b), onp.linalg.solve(A, change)
    size = onp.linalg.norm
    return float(size(dx) / size(x) / (size(change) / size(b)))


def claims_of_conditioning(most_equations, num_tries=1000):
    """The condition number: a bound that is met, and what rounding does under it."""
    A = as_floats(hilbert(4))
    vectors, condition = onp.linalg.eigh(A)[1], condition_number(hilbert(4))
    worst = growth(A, vectors[:, -1], vectors[:, 0])
    by_chance = max(growth(A, *pair) for pair in onp.random.normal(
        size=(num_tries, 2, 4)))
    errors, conditions = errors_of_solutions(most_equations)
    n = onp.arange(2, most_equations + 1)
    d2l.plot(n, [onp.maximum(errors, EPS / 10), conditions * EPS], 'equations',
             'relative error', yscale='log',
             legend=['of the solution', 'condition number times rounding'])
    return [
        d2l.claim('a change of b grows in x by the condition number at most', {
            'worst change': worst, 'condition number': condition,
            'worst of 1000 by chance': by_chance},
            abs(worst - condition) < 1e-9 * condition and by_chance < condition),
        d2l.claim('rounding grows with the condition number', {
            f'error of {n[-1]} equations': float(errors[-1]),
            'condition number times rounding': float(conditions[-1] * EPS)},
            # each of n elimination steps rounds
            (errors < n * conditions * EPS).all() and errors[-1] > 10 * errors[0])]


# ---- descent (4.3)

def optimal_step(g, H):
    """epsilon* = g^T g / g^T H g, section 4.3.1: least f along the gradient g."""
    return (g @ g) / (g @ H @ g)


def steepest_descent(H, x, num_steps):
    """x (num_steps + 1, n) on f(x) = x^T H x / 2, each after the best step there is."""
    path = [x]
    for _ in range(num_steps):
        g = H @ path[-1]
        path.append(path[-1] - optimal_step(g, H) * g)
    return onp.array(path)


def least_squares(A, b, delta=1e-12):
    """Algorithm 4.1: x by gradient descent, until the gradient is shorter than delta.
    """
    x, H = onp.zeros(A.shape[1]), A.T @ A
    epsilon = 2 / onp.linalg.eigvalsh(H)[[0, -1]].sum()  # of all that stay the same
    while onp.linalg.norm(g := A.T @ (A @ x - b)) > delta:
        x = x - epsilon * g
    return x


def hessian(f, x, step=1e-4):
    """Second derivatives (n, n) of f at x (n,): differences of MXNet's gradients."""
    def gradient(x):
        x = np.array(x, dtype='float64')
        x.attach_grad()
        with autograd.record():
            y = f(x)
        y.backward()
        return x.grad.asnumpy()

    ends = onp.stack([onp.asarray(x) + step * e for e in onp.eye(len(x))])
    begins = 2 * onp.asarray(x) - ends
    return onp.stack([gradient(a) - gradient(b) for a, b in zip(ends, begins)]) / (
        2 * step)


def claims_of_descent(condition, num_steps):
    """Steps by the Hessian, and the Hessian by differences."""
    H, x = onp.diag([1, condition]), onp.array([-condition, -1.])
    path = steepest_descent(H, x, num_steps)
    f = ((path @ H) * path).sum(axis=1) / 2
    d2l.show_trace_2d(lambda x1, x2: (x1 ** 2 + condition * x2 ** 2) / 2, path)
    exact = f[0] * ((condition - 1) / (condition + 1)) ** (2 * onp.arange(len(f)))
    newton = x - onp.linalg.solve(H, H @ x)
    A, b = onp.array([[1, 1], [1, 2], [1, 4]]), onp.array([[1], [3], [4]])
    best = solve_exactly((A.T @ A).tolist(), (A.T @ b).tolist())
    solved = least_squares(A, b[:, 0])
    x1, x2 = 0.7, -0.3
    found = hessian(lambda x: x[0] ** 4 + x[0] * x[1] + np.exp(x[1]), [x1, x2])
    by_hand = onp.array([[12 * x1 ** 2, 1], [1, math.exp(x2)]])
    saddle = onp.linalg.eigvalsh(hessian(lambda x: x[0] ** 2 - x[1] ** 2, [0., 0.]))
    return [
        d2l.claim('the best steps leave ((c - 1) / (c + 1))^2 of f where they zigzag', {
            'f after the steps': float(f[-1]), 'exact': float(exact[-1])},
            (abs(f - exact) < 1e-9 * exact).all()),
        d2l.claim("Newton's method is there in one step",
                  {'distance': float(abs(newton).max())}, not newton.any()),
        d2l.claim('gradient descent ends in the least squares', {
            f'x{i}{of}': float(value) for i in range(2) for of, value in
            (('', solved[i]), (', exact', best[i][0]))},
            abs(solved - as_floats(best)[:, 0]).max() < 1e-11),
        d2l.claim('differences of gradients are the Hessian', {
            'difference': float(abs(found - by_hand).max()),
            'curvatures of a saddle, lower': float(saddle[0]), 'lower, exact': -2,
            'upper': float(saddle[1]), 'upper, exact': 2},
            # step^2 / 6 times the fourth derivative, 24
            abs(found - by_hand).max() < 1e-7 and abs(saddle - [-2, 2]).max() < 1e-9)]


# ---- constraints (4.4 and 4.5)

def solve_shifted(A, v, multiplier):
    """(A^T A + 2 lambda I)^-1 v."""
    return onp.linalg.solve(A.T @ A + 2 * multiplier * onp.eye(A.shape[1]), v)


def within_the_ball(A, b, num_steps=50):
    """x of least |A x - b|^2 / 2 with x^T x <= 1, and the multiplier lambda.

    Where the solution without the constraint is outside, lambda climbs along the
    gradient x^T x - 1 of the Lagrangian; x follows it in closed form. The gradient
    falls ever more slowly, so a step of one over its slope does not go too far.
    """
    x, multiplier = solve_shifted(A, A.T @ b, 0), 0.0
    if x @ x <= 1:
        return x, multiplier
    for _ in range(num_steps):
        multiplier += (x @ x - 1) / (4 * x @ solve_shifted(A, x, multiplier))
        x = solve_shifted(A, A.T @ b, multiplier)
    return x, multiplier


def claims_of_constraints():
    """The conditions, where the constraint binds and where it does not."""
    A = onp.array([[1., 1], [1, 2], [1, 3]])
    far, near = onp.array([2., 4, 5]), onp.array([1., 1, 2])
    (x, multiplier), (inner, none) = (within_the_ball(A, b) for b in (far, near))
    angles = onp.linspace(0, 2 * math.pi, 100001)
    circle = onp.stack([onp.cos(angles), onp.sin(angles)], axis=1)
    loss = float(((A @ x - far) ** 2).sum() / 2)
    least = float(((circle @ A.T - far) ** 2).sum(axis=1).min() / 2)
    slope = A.T @ (A @ x - far) + 2 * multiplier * x
    free = onp.linalg.lstsq(A, near, rcond=None)[0]
    ticks = onp.linspace(0, 2 * multiplier, 50)
    squares = [(solve_shifted(A, A.T @ far, tick) ** 2).sum() for tick in ticks]
    d2l.plot(ticks, [squares, onp.ones(50)], 'lambda', 'x^T x',
             legend=['x of least Lagrangian', 'border'])
    return [
        d2l.claim('at the border gradients balance, by a multiplier above 0', {
            'lambda': multiplier, 'x^T x': float(x @ x), 'x^T x, exact': 1,
            'gradient of the Lagrangian': float(abs(slope).max())},
            multiplier > 0 and abs(x @ x - 1) < 1e-10 and abs(slope).max() < 1e-10),
        d2l.claim('no other x on the border has a smaller loss', {
            'loss': loss, 'least of 100001 on the circle': least},
            # half a step of the angle away, at a curvature below 30
            0 <= least - loss + 1e-10 < 30 * (math.pi / 1e5) ** 2),
        d2l.claim('a constraint that does not bind has the multiplier 0', {
            'lambda': none, 'x^T x': float(inner @ inner),
            'distance from the least squares': float(abs(inner - free).max())},
            none == 0 and inner @ inner < 1 and abs(inner - free).max() < 1e-12)]


def run(*, most_equations: int = 11, condition: float = 5, num_steps: int = 20) -> dict:
    return {'claims': [*claims_of_softmax(), *claims_of_conditioning(most_equations),
                       *claims_of_descent(condition, num_steps),
                       *claims_of_constraints()]}


if __name__ == '__main__':
    d2l.main(run)
