"""What learnt before networks did: support vectors, neighbours, means of clusters."""
from statistics import NormalDist

import numpy as onp

__all__ = ['linear_kernel', 'gaussian_kernel', 'SupportVectorMachine',
           'vote_of_neighbours', 'k_means', 'class_means', 'error_of_means',
           'learn_in_order']

FLAT = 1e-12  # the curvature of a pair of examples at least


def squared_distances(A, B):
    """(a, d), (b, d) -> (a, b), in float64."""
    A, B = (onp.asarray(points, 'float64') for points in (A, B))
    return ((A[:, None] - B) ** 2).sum(axis=2)


def linear_kernel(A, B):
    """(a, d), (b, d) -> (a, b): products of each pair of points.

    Ours, for 23.5
    """
    return A @ B.T


def gaussian_kernel(sigma: float):
    """A kernel (a, d), (b, d) -> (a, b): exp(-distance^2 / (2 sigma^2)) of each pair.

    Ours, for 23.5
    """
    return lambda A, B: onp.exp(-squared_distances(A, B) / (2 * sigma ** 2))


class SupportVectorMachine:
    """Two classes told apart by the sign of f(x) = b + sum of alpha_i k(x, x_i).

    Of all functions of this form it has the least ``w^T w / 2`` + C times the sum of
    the hinge losses ``max(0, 1 - y f(x))``, y being -1 or 1. Found is the dual's
    largest value, the sum of ``alpha_i y_i`` less ``alpha^T K alpha / 2``, where the
    alphas add up to 0 and ``alpha_i y_i`` is from 0 to C: two at a time, one up and one
    down, those with most to gain.

    Attributes: ``alpha`` (n,), with its class's sign, 0 but for the support vectors;
    ``b``; ``primal`` and ``dual``, which are equal where it is solved.

    Parameters
    ----------
    X, y
        (n, d) points, and (n,) classes 0 and 1, both of which must be there.
    kernel
        ``kernel(A, B)``: (a, d), (b, d) -> (a, b).
    C
        What a hinge loss weighs.
    tolerance
        It is solved where no pair promises more than this of a slope.

    Ours, for 23.5
    """

    def __init__(self, X, y, kernel=linear_kernel, C: float = 1.0,
                 tolerance: float = 1e-9, max_steps: int = 10 ** 6):
        y = onp.asarray(y)
        if set(onp.unique(y)) != {0, 1}:
            raise ValueError('y must be of the classes 0 and 1, both of them, got '
                             f'{onp.unique(y)}')
        if not C > 0:
            raise ValueError(f'C must be above 0, got {C}')
        self.X, self.kernel = onp.asarray(X, 'float64'), kernel
        y = onp.where(y == 1, 1.0, -1.0)
        K = kernel(self.X, self.X)
        self.alpha, self.b = climb(K, y, C, tolerance, max_steps)
        norm = self.alpha @ K @ self.alpha
        hinge = onp.maximum(0, 1 - y * (K @ self.alpha + self.b))
        self.primal = float(norm / 2 + C * hinge.sum())
        self.dual = float(self.alpha @ y - norm / 2)

    def __call__(self, X):
        """f of each row of X (m, d): (m,)."""
        return self.kernel(onp.asarray(X, 'float64'), self.X) @ self.alpha + self.b


def climb(K, y, C, tolerance, max_steps):
    """alpha (n,) of the dual's largest value, and b; y (n,) is -1 or 1."""
    alpha, slopes = onp.zeros(len(y)), y.copy()  # of the dual, along each alpha
    low, high = onp.where(y > 0, 0, -C), onp.where(y > 0, C, 0)
    for _ in range(max_steps):
        i = onp.where(alpha < high, slopes, -onp.inf).argmax()
        j = onp.where(alpha > low, slopes, onp.inf).argmin()
        gain = slopes[i] - slopes[j]
        if gain <= tolerance:
            break
        curvature = max(K[i, i] + K[j, j] - 2 * K[i, j], FLAT)
        step = min(gain / curvature, high[i] - alpha[i], alpha[j] - low[j])
        alpha[i] += step
        alpha[j] -= step
        slopes -= step * (K[i] - K[j])
    return alpha, float(slopes[i] + slopes[j]) / 2


def vote_of_neighbours(X, y, new, k: int) -> onp.ndarray:
    """(m,) classes of points new (m, d): what most of their k nearest in X (n, d) are.

    y: (n,) classes 0, 1, ... Where two have as many votes the lower is taken.
    ValueError where k is not from 1 to n, and for other classes.

    Ours, for 23.5
    """
    y = onp.asarray(y).astype(int)
    if y.size and y.min() < 0:
        raise ValueError(f'classes must be 0, 1, ..., got {y.min()}')
    if not 1 <= k <= len(X):
        raise ValueError(f'k must be from 1 to the {len(X)} examples, got {k}')
    nearest = onp.argpartition(squared_distances(new, X), k - 1, axis=1)[:, :k]
    votes = (y[nearest][:, :, None] == onp.arange(y.max() + 1)).sum(axis=1)
    return votes.argmax(axis=1)


def k_means(X, centroids, max_steps: int = 100) -> tuple:
    """Centroids (k, d), the cluster (n,) of each point, and how its loss fell, a list.

    In turn each point of X (n, d) goes to its nearest centroid, and each centroid to
    the mean of its points, until none moves, or all have moved `max_steps` times; one
    without points stays where it is. The loss is the sum of the squared distances to
    the nearest centroids.

    Ours, for 23.5
    """
    X, centroids = onp.asarray(X, 'float64'), onp.array(centroids, 'float64')
    losses = []
    for step in range(max_steps + 1):
        distances = squared_distances(X, centroids)
        clusters = distances.argmin(axis=1)
        losses.append(float(distances.min(axis=1).sum()))
        moved = onp.stack([X[clusters == c].mean(axis=0) if (clusters == c).any()
                           else centroid for c, centroid in enumerate(centroids)])
        if step == max_steps or (moved == centroids).all():
            break
        centroids = moved
    return centroids, clusters, losses


def class_means(X, y, unlabelled, num_steps: int = 50) -> onp.ndarray:
    """Means (2, d) of classes 0 and 1, in which examples without labels have a part.

    By expectation and maximization, where each class is normal around its mean, with
    variance 1, and both are equally frequent: an example without a label counts in
    either mean by the chance of its class. It begins with the means of the examples
    X (m, d) with labels y (m,), of which each class needs one, else ValueError.
    unlabelled (n, d).

    Ours, for 23.7
    """
    y = onp.asarray(y)
    if set(onp.unique(y)) != {0, 1}:
        raise ValueError(f'y must be of the classes 0 and 1, both of them, got '
                         f'{onp.unique(y)}')
    R, everything = onp.stack([1 - y, y]), onp.concatenate([X, unlabelled])
    mu = R @ X / R.sum(axis=1, keepdims=True)
    for _ in range(num_steps):
        odds = (unlabelled - mu.mean(axis=0)) @ (mu[1] - mu[0])  # their logarithm
        P = (1 + onp.tanh(odds / 2)) / 2
        shares = onp.concatenate([R, [1 - P, P]], axis=1)        # (2, m + n)
        mu = shares @ everything / shares.sum(axis=1, keepdims=True)
    return mu


def error_of_means(mu, truth) -> float:
    """How often the nearer one of mu (2, d) is not that of an example's class.

    The exact chance, of two classes that are equally frequent, and normal around truth
    (2, d) with variance 1.

    Ours, for 23.7
    """
    w = mu[1] - mu[0]
    if not w.any():
        return 0.5
    low, high = (truth - mu.mean(axis=0)) @ w / onp.linalg.norm(w)
    return (NormalDist().cdf(low) + NormalDist().cdf(-high)) / 2


def learn_in_order(X, y, share) -> onp.ndarray:
    """Weights w (learners, d) after one pass, each learner over examples of its own.

    X (learners, n, d) and y (learners, n), -1 or 1, in the order in which they are
    seen. From 0, an example adds ``share(m) y x``, by its margins ``m = y w^T x``
    (learners,): ``m <= 0`` is the perceptron's, ``rate / (1 + exp(m))`` that of
    logistic regression.

    Ours, for 23.8
    """
    w = onp.zeros((X.shape[0], X.shape[2]))
    for x, label in zip(X.transpose(1, 0, 2), y.T):
        margins = (w * x).sum(axis=1) * label
        w += (share(margins) * label)[:, None] * x
    return w
