"""Linear algebra: eigenvalues, pseudo-inverses, principal components (线性代数)

Source: Deep Learning (Goodfellow, Bengio, Courville), chapter 2

A square matrix is told by what it does to a unit circle, any matrix by its singular
values. They give a pseudo-inverse, which solves whatever system of equations as well as
that can be done, and the few directions that keep most of some points. Small matrices
allow an exact answer beside each: all angles of a circle, all permutations, Penrose's
four conditions, directions that were found without any decomposition.
"""
import itertools
import math

import numpy as onp

import d2lmx as d2l

SMOKE = dict(num_points=50, num_seeds=2)
RANGES = dict(num_points=(6, 10 ** 5), num_components=(1, 4), num_seeds=(1, 100))
SYMMETRIC = onp.array([[3., 1], [1, 2]])  # its eigenvalues are (5 -+ sqrt(5)) / 2
WIDE = onp.array([[1., 2, 0, 1], [0, 1, 3, -1]])
TALL = onp.array([[1., 1], [1, 2], [1, 4], [1, 5]])
DEFICIENT = onp.array([[1., 2, 3], [0, 1, 1], [2, 0, 2], [1, -1, 0]])  # 1st + 2nd = 3rd
SQUARE = onp.array([[2, 1, 0, 3], [-1, 4, 2, 0], [0, 2, 1, 5], [3, 0, -2, 1]])
DEVIATIONS = 4, 3, 2, 1, 0.5  # of the points along axes that are turned by chance


def distance(A, B):
    """The largest difference of two numbers at one place."""
    return float(abs(onp.subtract(A, B)).max())


# ---- eigenvalues and singular values (2.7, 2.8, 2.10, 2.11)

def on_the_circle(A, num_angles=1001):
    """Angles from 0 to pi, and x^T A x for the unit vector x at each of them."""
    angles = onp.linspace(0, math.pi, num_angles)
    x = onp.stack([onp.cos(angles), onp.sin(angles)])  # (2, num_angles)
    return angles, (x * (A @ x)).sum(axis=0)


def determinant(A):
    """A sum over all n! permutations of the columns; exact for whole numbers."""
    n, total = len(A), 0
    for order in itertools.permutations(range(n)):
        swaps = sum(order[i] > order[j] for i in range(n) for j in range(i + 1, n))
        total += (-1) ** swaps * math.prod(A[range(n), order].tolist())
    return total


def claims_of_decompositions():
    """Extremes of a quadratic form, singular vectors, determinant and trace."""
    angles, values = on_the_circle(SYMMETRIC)
    exact = [(5 - math.sqrt(5)) / 2, (5 + math.sqrt(5)) / 2]
    found = onp.linalg.eigvalsh(SYMMETRIC)
    d2l.plot(angles, [values, *(onp.full_like(angles, value) for value in found)],
             'angle of x', 'x^T A x', legend=['x^T A x', 'smallest eigenvalue',
                                              'largest eigenvalue'])
    # the nearest angle is half a step away, and x^T A x has lost its sine, squared
    most = (exact[1] - exact[0]) * math.sin((angles[1] - angles[0]) / 2) ** 2 + 1e-12
    U, d, Vt = onp.linalg.svd(TALL, full_matrices=False)
    product = complex(onp.linalg.eigvals(SQUARE).prod()).real
    squares = float((SQUARE ** 2).sum())
    trace = float(onp.trace(SQUARE @ SQUARE.T))
    vectors = {'A A^T U - U D^2': distance(TALL @ TALL.T @ U, U * d ** 2),
               'A^T A V - V D^2': distance(TALL.T @ TALL @ Vt.T, Vt.T * d ** 2)}
    return [
        d2l.claim('on the unit circle x^T A x is between the eigenvalues of A', {
            'smallest on the circle': float(values.min()),
            'smallest eigenvalue': float(found[0]), 'smallest, exact': exact[0],
            'largest on the circle': float(values.max()),
            'largest eigenvalue': float(found[1]), 'largest, exact': exact[1]},
            distance(found, exact) < 1e-12 and 0 <= values.min() - exact[0] + 1e-12
            <= most and 0 <= exact[1] - values.max() + 1e-12 <= most),
        d2l.claim('singular vectors are eigenvectors of A A^T and of A^T A',
                  vectors, max(vectors.values()) < 1e-12 * d.max() ** 2),
        d2l.claim('the determinant is the product of the eigenvalues', {
            'product': product, 'sum over all permutations': determinant(SQUARE)},
            abs(product - determinant(SQUARE)) < 1e-10),
        d2l.claim("the trace of A A^T is the square of Frobenius' norm",
                  {'trace': trace, 'sum of squares': squares}, trace == squares)]


# ---- the pseudo-inverse (2.9)

def pseudoinverse(A):
    """A^+ = V D^+ U^T; D^+ has the inverses of all singular values that are not 0."""
    U, d, Vt = onp.linalg.svd(A, full_matrices=False)
    is_zero = d <= max(A.shape) * onp.finfo('float64').eps * d.max()
    d_plus = onp.where(is_zero, 0, 1 / onp.where(is_zero, 1, d))
    return (Vt.T * d_plus) @ U.T


def pseudoinverse_near(A, alpha):
    """(A^T A + alpha I)^-1 A^T, whose limit at alpha = 0 is A^+."""
    return onp.linalg.solve(A.T @ A + alpha * onp.eye(A.shape[1]), A.T)


def penrose(A, B):
    """By how much B misses the four conditions that only the pseudo-inverse meets."""
    AB, BA = A @ B, B @ A
    return max(distance(AB @ A, A), distance(BA @ B, B), distance(AB, AB.T),
               distance(BA, BA.T))


def claims_of_inverses():
    """What the pseudo-inverse is, and how it solves equations."""
    missed = {name: penrose(A, pseudoinverse(A)) for name, A in (
        ('wide', WIDE), ('tall', TALL), ('of rank 2', DEFICIENT))}
    alphas = onp.logspace(-4, 1, 6)
    gaps = [float(onp.linalg.norm(pseudoinverse_near(DEFICIENT, alpha)
                                  - pseudoinverse(DEFICIENT), 2)) for alpha in alphas]
    smallest = onp.linalg.svd(DEFICIENT, compute_uv=False)[1]
    exact = alphas / (smallest * (smallest ** 2 + alphas))
    d2l.plot(alphas, [onp.array(gaps), exact], 'alpha', 'distance from A^+',
             xscale='log', yscale='log', legend=['measured', 'exact'])
    y = onp.array([1., 2])
    x, along = pseudoinverse(WIDE) @ y, WIDE.T @ onp.linalg.solve(WIDE @ WIDE.T, y)
    without = onp.linalg.svd(WIDE)[2][2:]  # directions that WIDE takes to 0
    b = onp.array([1., 3, 2, 5])
    w = pseudoinverse(TALL) @ b
    slope = onp.polyfit(TALL[:, 1], b, 1)[::-1]
    return [
        d2l.claim("A^+ = V D^+ U^T meets Penrose's conditions", missed,
                  max(missed.values()) < 1e-13),
        d2l.claim('(A^T A + alpha I)^-1 A^T comes to A^+ with alpha', {
            'distance at 1e-4': gaps[0], 'exact': float(exact[0])},
            # rounding is 1 / alpha times as large
            distance(gaps, exact) < 1e-9),
        d2l.claim('of all x with A x = y, A^+ y is the shortest', {
            'A x - y': distance(WIDE @ x, y),
            'A^T (A A^T)^-1 y - x': distance(along, x),
            'part of x that A does not see': distance(without @ x, 0)},
            max(distance(WIDE @ x, y), distance(along, x), distance(without @ x, 0))
            < 1e-13),
        d2l.claim('where no x solves A x = y, A^+ y comes nearest', {
            'intercept': float(w[0]), 'intercept of a fitted line': float(slope[0]),
            'slope': float(w[1]), 'slope of a fitted line': float(slope[1]),
            'A^T (A x - y)': distance(TALL.T @ (TALL @ w - b), 0)},
            distance(w, slope) < 1e-12
            and distance(TALL.T @ (TALL @ w - b), 0) < 1e-12)]


# ---- principal components (2.12)

def pca_by_eigenvectors(X, l):
    """D (n, l): orthonormal columns, the eigenvectors of X^T X of largest eigenvalues.

    As in that book, points X (m, n) are taken as they are, their mean with them.
    """
    return onp.linalg.eigh(X.T @ X)[1][:, ::-1][:, :l]


def pca_by_svd(X, l):
    """The same D from the singular vectors of X."""
    return onp.linalg.svd(X, full_matrices=False)[2][:l].T


def pca_by_induction(X, l, num_steps=500):
    """The same, a direction at a time: each keeps most of what those before leave out.

    A vector that X^T X turns again and again ends in its first eigenvector.
    """
    columns = []
    for _ in range(l):
        d = X[abs(X).sum(axis=1).argmax()]  # any that is not at a right angle to it
        for _ in range(num_steps):
            d = X.T @ (X @ d)
            d = d / onp.linalg.norm(d)
        columns.append(d)
        X = X - onp.outer(X @ d, d)
    return onp.stack(columns, axis=1)


def reconstruct(X, D):
    """r(x) = D D^T x of each row: decoded from its code c = D^T x."""
    return X @ D @ D.T


def error(X, D):
    """Sum of the squared distances from the points to what is decoded."""
    return float(((X - reconstruct(X, D)) ** 2).sum())


def turned(n, l=None):
    """(n, l) orthonormal columns, drawn by chance."""
    return onp.linalg.qr(onp.random.normal(size=(n, l or n)))[0]


def measure_pca(num_points, num_components, num_tries=100):
    """How near three ways to D are, and what codes lose."""
    n = len(DEVIATIONS)
    X = onp.random.normal(size=(num_points, n)) * DEVIATIONS @ turned(n)
    D = pca_by_eigenvectors(X, num_components)
    others = [other @ other.T for other in (pca_by_svd(X, num_components),
                                            pca_by_induction(X, num_components))]
    values = onp.linalg.svd(X, compute_uv=False)
    tries = [[error(X, turned(n, l)) for _ in range(num_tries)] for l in range(1, n)]
    return {'D D^T by SVD, difference': distance(D @ D.T, others[0]),
            'D D^T by induction, difference': distance(D @ D.T, others[1]),
            'lost': error(X, D), 'exact': float((values[num_components:] ** 2).sum()),
            'least lost by chance': min(tries[num_components - 1]),
            'curves': (onp.array([error(X, pca_by_svd(X, l)) for l in range(1, n)]),
                       onp.min(tries, axis=1))}


def claims_of_pca(found):
    """Of what each seed gave."""
    by_svd, by_induction, lost, exact, by_chance = found.values()
    return [
        d2l.claim('D is the same by eigenvectors, by SVD and by induction',
                  {'by SVD': by_svd, 'by induction': by_induction},
                  max(by_svd + by_induction) < 1e-9),
        d2l.claim('what is lost is the sum of the squares of the other singular values',
                  {'lost': lost, 'exact': exact},
                  all(abs(a - b) < 1e-9 * b for a, b in zip(lost, exact))),
        d2l.claim('no other D loses less', {'lost': lost, 'least of 100': by_chance},
                  all(a < b for a, b in zip(lost, by_chance)))]


def run(*, num_points: int = 200, num_components: int = 2, num_seeds: int = 3) -> dict:
    rows = claims_of_decompositions() + claims_of_inverses()
    found = d2l.over_seeds(lambda: measure_pca(num_points, num_components), num_seeds)
    d2l.plot(range(1, len(DEVIATIONS)), found.pop('curves')[0], 'columns of D', 'lost',
             legend=['principal components', 'best of 100 by chance'])
    return {'claims': rows + claims_of_pca(found)}


if __name__ == '__main__':
    d2l.main(run)
