"""Many models together: each of a bag of its own, and what they all say as one."""
import numpy as onp

__all__ = ['nearest_in_bags', 'errors_in_bags', 'geometric_mean']


def nearest_in_bags(x, y, new, num_bags: int) -> onp.ndarray:
    """What the nearest example says at each place, in bags: (num_bags, places).

    x, y (m,), examples; new (places,). A bag has m of them, drawn again and again by
    NumPy's global seed, so that some are missing, and all models differ.

    Ours, for 23.7
    """
    drawn = onp.random.randint(len(x), size=(num_bags, len(x)))
    nearest = abs(new[:, None, None] - x[drawn]).argmin(axis=2)  # (places, num_bags)
    return y[drawn[onp.arange(num_bags), nearest]].T


def errors_in_bags(x, y, new, truth) -> tuple:
    """v and c of `nearest_in_bags`, exactly: a model's mean squared error, and c.

    c is the mean product of the errors of two models; of k models' mean the squared
    error is ``v / k + (k - 1) / k * c``. truth: (places,), what should have been said.
    The j-th nearest of m is the nearest in a bag where it is there, and none nearer;
    ValueError where two examples are as near to a place.

    Ours, for 23.7
    """
    distances = abs(new[:, None] - x)
    if (onp.diff(onp.sort(distances, axis=1)) == 0).any():
        raise ValueError('two examples are as near to a place as each other: move one')
    p = -onp.diff((1 - onp.arange(len(x) + 1) / len(x)) ** len(x))      # (m,)
    errors = y[distances.argsort(axis=1)] - truth[:, None]              # (places, m)
    return (errors ** 2 @ p).mean(), ((errors @ p) ** 2).mean()


def geometric_mean(scores) -> onp.ndarray:
    """Chances of classes by models together: scores (models, ..., classes), one less.

    The models' chances, each a softmax, are multiplied, the root is taken, and all is
    divided by its sum. *Deep Learning*, 7.12.

    Ours, for 23.7
    """
    return onp.exp(_log_softmax(_log_softmax(scores).mean(axis=0)))


def _log_softmax(scores):
    z = scores - scores.max(axis=-1, keepdims=True)
    return z - onp.log(onp.exp(z).sum(axis=-1, keepdims=True))
