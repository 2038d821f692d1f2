"""Maps: many numbers of each thing become two, so that neighbours stay neighbours."""
import numpy as onp

from ..errors import InputError
from .verifying import squared_distances

__all__ = ['joint_probabilities', 'map_divergence', 't_sne', 'principal_map',
           'silhouette']

BISECTIONS = 60            # of a width, each of which halves what is not known
EXAGGERATED = 4            # in the first steps attraction is so much stronger
TINY = 1e-12


def joint_probabilities(X, perplexity: float):
    """How much each two rows of X (n, d) are neighbours: (n, n), whose sum is 1.

    Around each row stands a normal density, so wide that its entropy is that of as many
    equal neighbours as the perplexity says. InputError unless that is above 1 and below
    the number of others.

    Ours, for 21.21
    """
    distance, n = squared_distances(X, X), len(X)
    if not 1 < perplexity < n - 1:
        raise InputError(f'perplexity must be above 1 and below {n - 1}, one less than '
                         f'there are rows, got {perplexity}')
    onp.fill_diagonal(distance, onp.inf)
    distance -= distance.min(axis=1, keepdims=True)
    low, high = onp.full((n, 1), -40.), onp.full((n, 1), 40.)  # logarithms
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        P = onp.exp(-distance * onp.exp(middle))
        P /= P.sum(axis=1, keepdims=True)
        entropy = -(P * onp.log(P + TINY)).sum(axis=1, keepdims=True)
        is_wide = entropy > onp.log(perplexity)
        low, high = onp.where(is_wide, middle, low), onp.where(is_wide, high, middle)
    return (P + P.T) / (2 * n)


def map_divergence(Y, P):
    """How far a map Y (n, 2) is from neighbourhoods P (n, n), and the slope of that.

    The Kullback-Leibler divergence from P to those of Y, where Student's density, of
    one degree of freedom, says who is near; and its gradient (n, 2).

    Ours, for 21.21
    """
    closeness = 1 / (1 + squared_distances(Y, Y))
    onp.fill_diagonal(closeness, 0)
    Q = onp.maximum(closeness / closeness.sum(), TINY)
    pull = (P - Q) * closeness
    gradient = 4 * (pull.sum(axis=1)[:, None] * Y - pull @ Y)
    return float((P * onp.log(onp.maximum(P, TINY) / Q)).sum()), gradient


def t_sne(X, perplexity: float = 10, num_steps: int = 500, lr: float = 50):
    """A map (n, 2) of the rows of X (n, d), in which neighbours stay so.

    It begins at random and goes down by momentum, each number with a rate of its own.
    InputError as of `joint_probabilities`.

    Ours, for 21.21
    """
    P = joint_probabilities(X, perplexity)
    Y = onp.random.normal(0, 1e-4, (len(X), 2))
    velocity, gains = onp.zeros_like(Y), onp.ones_like(Y)
    for step in range(num_steps):
        is_early = step < num_steps // 4
        _, slope = map_divergence(Y, P * (EXAGGERATED if is_early else 1))
        goes_on = velocity * slope < 0
        gains = onp.where(goes_on, gains + .2, gains * .8).clip(.01)
        velocity = (.5 if is_early else .8) * velocity - lr * gains * slope
        Y = Y + velocity
        Y = Y - Y.mean(axis=0)
    return Y


def principal_map(X):
    """The rows of X (n, d) by the two directions in which they differ most: (n, 2).

    Ours, for 21.21
    """
    X = X - X.mean(axis=0)
    U, S, _ = onp.linalg.svd(X, full_matrices=False)
    return U[:, :2] * S[:2]


def silhouette(X, groups) -> float:
    """How far groups of the rows of X (n, d) lie apart, -1 to 1, by their distances.

    Of each row the mean distance to the others of its group, and to those of the group
    that is nearest in this: the difference by the larger one; 0 where a row is alone in
    its group. The mean of all. groups: (n,), whose each is in; InputError unless there
    are two at least, and fewer than rows.

    Ours, for 22.8
    """
    names, number = onp.unique(groups, return_inverse=True)
    if not 1 < len(names) < len(X):
        raise InputError(f'there must be 2 to {len(X) - 1} groups of {len(X)} rows, '
                         f'got {len(names)}')
    is_in = (number == onp.arange(len(names))[:, None]).astype('float64')
    sums = onp.sqrt(squared_distances(X, X)) @ is_in.T         # (n, groups)
    sizes, rows = is_in.sum(axis=1), onp.arange(len(X))
    others = sizes[number] - 1
    inside = sums[rows, number] / onp.where(others > 0, others, 1)
    means = sums / sizes
    means[rows, number] = onp.inf
    outside = means.min(axis=1)
    larger = onp.maximum(inside, outside)
    scores = (outside - inside) / onp.where(larger > 0, larger, 1)
    return float(onp.where(others > 0, scores, 0).mean())
