"""A sigmoid belief network of one hidden layer, small enough to be counted out."""
import numpy as onp

from ..runtime.checks import check_whole
from .boltzmann import countable, draw_units, sigmoid, softplus
from .counting import lower_bound

__all__ = ['SigmoidBeliefNetwork', 'bound_and_likelihood', 'bernoulli_table']


def bernoulli_table(X, A):
    """log p of binary X (n, d) under units of the logits A (k, d): (n, k).

    Ours, for 23.21
    """
    return X @ A.T - softplus(A).sum(axis=1)


def bound_and_likelihood(log_prior, log_conditional, log_q) -> tuple:
    """Means over n pictures v of E_q[log p(v, h) - log q(h | v)] and of log p(v).

    log p(h) (m,), log p(v | h) (n, m) and log q(h | v) (n, m), of all m states of h.
    *Deep Learning*, 19.1.

    Ours, for 23.21
    """
    log_joint = log_prior + log_conditional
    return (float(lower_bound(log_joint, onp.exp(log_q)).mean()),
            float(onp.logaddexp.reduce(log_joint, axis=1).mean()))


class SigmoidBeliefNetwork:
    """p(h) = sigmoid(c), p(v | h) = sigmoid(b + W h), and q(h | v) = sigmoid(d + R'v).

    Units are binary and, given the layer before, independent. *Deep Learning*, 20.10.1,
    with an inference network q as of its 19.5. Its parameters are `W` and `R` (visible,
    hidden), `b` (visible,), `c` and `d` (hidden,), NumPy's, in float64.

    num_visible, num_hidden: at least 1, else InputError; scale: as of `RBM`.

    Ours, for 23.21
    """

    def __init__(self, num_visible: int, num_hidden: int, scale: float = 0.01):
        check_whole(num_visible=num_visible, num_hidden=num_hidden)
        self.W, self.R = onp.random.normal(0, scale, (2, num_visible, num_hidden))
        self.b = onp.zeros(num_visible)
        self.c, self.d = onp.zeros((2, num_hidden))

    @property
    def params(self):
        """W, b, c, R and d, which training changes in place."""
        return self.W, self.b, self.c, self.R, self.d

    def sample(self, count: int):
        """V (count, visible) by ancestral sampling: h has no parents and comes first.
        """
        H = draw_units(onp.tile(sigmoid(self.c), (count, 1)))
        return draw_units(sigmoid(self.b + H @ self.W.T))

    def tables(self, V):
        """log p(h) (m,), log p(v | h) (n, m) and log q(h | v) (n, m) of all m states h.

        V (n, visible). ValueError for more than 20 hidden units.
        """
        S = countable(len(self.c))
        return (bernoulli_table(S, self.c[None])[:, 0],
                bernoulli_table(V, self.b + S @ self.W.T),
                bernoulli_table(S, self.d + V @ self.R).T)

    def slope(self, V, num_samples: int = 5, with_baseline: bool = True):
        """Of -E_q[log p(v, h) - log q(h | v)], a mean over V, by samples of q alone.

        By W, b, c, R and d; right in the mean. No derivative passes through h (20.9.1):
        log q of a sample grows by how much more it gained than the picture's other
        samples did, or, without the baseline, by how much it gained.

        num_samples: of each picture, at least 2, else InputError.
        """
        check_whole(least=2, num_samples=num_samples)
        A, V = (onp.tile(part, (num_samples, 1)) for part in (self.d + V @ self.R, V))
        H = draw_units(sigmoid(A))
        logits = self.b + H @ self.W.T
        gains = ((H * (self.c - A) + softplus(A)).sum(axis=1) - softplus(self.c).sum()
                 + (V * logits - softplus(logits)).sum(axis=1))
        if with_baseline:
            gains = gains.reshape(num_samples, -1)
            gains = (gains - gains.mean(axis=0)).ravel() * (
                num_samples / (num_samples - 1))  # its own part of the mean left out
        of_v, of_h = V - sigmoid(logits), H - sigmoid(self.c)
        of_q = (H - sigmoid(A)) * gains[:, None]
        return [-total / len(V) for total in (
            of_v.T @ H, of_v.sum(axis=0), of_h.sum(axis=0), V.T @ of_q,
            of_q.sum(axis=0))]
