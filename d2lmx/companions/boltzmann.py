"""A restricted Boltzmann machine of binary units, small enough to be counted out."""
import numpy as onp

from ..errors import InputError
from ..runtime.checks import check_whole
from .counting import all_states

__all__ = ['RBM', 'annealed_log_Z', 'draw_units', 'log_mean_exp', 'sigmoid', 'softplus']

MOST_COUNTED = 20  # units of the smaller layer whose states are enumerated


def sigmoid(x):
    """1 / (1 + exp(-x)) in NumPy, for any size of x.

    Ours, for 23.18
    """
    return onp.exp(-onp.logaddexp(0, -x))


def softplus(x):
    """log(1 + exp(x)) in NumPy, for any size of x.

    Ours, for 23.18
    """
    return onp.logaddexp(0, x)


def log_mean_exp(x) -> float:
    """log of the mean of exp(x), x (n,), for any size of x.

    Ours, for 23.18
    """
    most = onp.max(x)
    return float(most + onp.log(onp.mean(onp.exp(x - most))))


def countable(n):
    """`all_states` of n units; ValueError for more than 20."""
    if n > MOST_COUNTED:
        raise ValueError(f'2^{n} states are too many to count: one layer may have '
                         f'{MOST_COUNTED} units at most')
    return all_states(n)


class RBM:
    """Two layers of binary units v and h, joined by W: E = -b'v - c'h - v'Wh.

    p(v, h) = exp(-E(v, h)) / Z. Everything is NumPy's, in float64. *Deep Learning*,
    20.2; its parameters are `W` (visible, hidden), `b` (visible,) and `c` (hidden,).

    Parameters
    ----------
    num_visible, num_hidden
        Units, at least 1, else InputError.
    scale
        Standard deviation of the first weights, drawn from NumPy's generator; biases
        begin at 0.

    Ours, for 23.18
    """

    def __init__(self, num_visible: int, num_hidden: int, scale: float = 0.01):
        check_whole(num_visible=num_visible, num_hidden=num_hidden)
        self.W = onp.random.normal(0, scale, (num_visible, num_hidden))
        self.b, self.c = onp.zeros(num_visible), onp.zeros(num_hidden)

    @property
    def params(self):
        """W, b and c, which training changes in place."""
        return self.W, self.b, self.c

    def hidden(self, V):
        """p(h = 1 | v) of V (n, visible): (n, hidden)."""
        return sigmoid(self.c + V @ self.W)

    def visible(self, H):
        """p(v = 1 | h) of H (n, hidden): (n, visible)."""
        return sigmoid(self.b + H @ self.W.T)

    def free_energy(self, V):
        """F(v) = -b'v - sum of softplus(c + v'W), of V (n, visible): (n,).

        p(v) = exp(-F(v)) / Z.
        """
        return -V @ self.b - softplus(self.c + V @ self.W).sum(axis=1)

    def slope(self, V, weights):
        """Of the weighted sum of F over V (n, visible): by W, b and c. weights (n,)."""
        H, weighted = self.hidden(V), V * weights[:, None]
        return -weighted.T @ H, -weighted.sum(axis=0), -weights @ H

    def sample(self, V, k: int = 1):
        """V (n, visible) after k rounds of Gibbs sampling, each of h and then of v."""
        for _ in range(k):
            V = self.draw_visible(draw_units(self.hidden(V)))
        return V

    def draw_visible(self, H):
        """V (n, visible), drawn under H (n, hidden)."""
        return draw_units(self.visible(H))

    def counted(self):
        """All states of the smaller layer (m, units) and log of exp(-E) summed over the
        other one (m,). ValueError where it has more than 20 units."""
        n = min(len(self.b), len(self.c))
        S = countable(n)
        if len(self.c) == n:
            return S, S @ self.c + softplus(self.b + S @ self.W.T).sum(axis=1)
        return S, -self.free_energy(S)

    def log_Z(self) -> float:
        """The logarithm of the partition function, by enumeration; see `counted`."""
        S, logs = self.counted()
        return log_mean_exp(logs) + onp.log(len(S))

    def log_likelihood(self, V) -> float:
        """The mean of log p(v) over V (n, visible), exact; see `counted`."""
        return float(-self.free_energy(V).mean() - self.log_Z())

    def expected_slope(self):
        """The mean of F's slope over p(v), exact: by W, b and c; see `counted`."""
        S, logs = self.counted()
        p = onp.exp(logs - log_mean_exp(logs)) / len(S)
        if len(self.c) == S.shape[1]:
            V = self.visible(S) * p[:, None]
            return -V.T @ S, -V.sum(axis=0), -p @ S
        return self.slope(S, p)


def draw_units(p):
    """0 and 1, drawn of units that are 1 with probabilities p, an array.

    Ours, for 23.21
    """
    return (onp.random.uniform(size=p.shape) < p).astype(float)


def annealed_log_Z(rbm: RBM, num_temperatures: int, num_chains: int, b0=None):
    """log Z of a machine by annealed importance sampling: the estimate, a number.

    From units that know nothing of each other, with biases b0 (visible,), 0 where None,
    over machines whose b goes from b0 to the machine's, and whose W and c from 0, in
    equal parts; a round of Gibbs sampling at each. *Deep Learning*, 18.7.1.

    num_temperatures, num_chains: at least 1, else InputError; so for a machine whose
    visible units are not 0 or 1.

    Ours, for 23.18
    """
    check_whole(num_temperatures=num_temperatures, num_chains=num_chains)
    if type(rbm).free_energy is not RBM.free_energy:
        raise InputError('annealing is for units that are 0 or 1, got a '
                         f'{type(rbm).__name__}')
    n, m = rbm.W.shape
    b0 = onp.zeros(n) if b0 is None else b0
    between, log_weights = RBM(n, m), onp.zeros(num_chains)

    def anneal(beta):
        between.W, between.c = beta * rbm.W, beta * rbm.c
        between.b = (1 - beta) * b0 + beta * rbm.b

    anneal(0)
    V = draw_units(onp.tile(sigmoid(b0), (num_chains, 1)))
    for beta in onp.linspace(0, 1, num_temperatures + 1)[1:]:
        log_weights += between.free_energy(V)
        anneal(beta)
        log_weights -= between.free_energy(V)
        V = between.sample(V)
    # softplus(0) of each hidden unit, of the first machine
    return softplus(b0).sum() + m * onp.log(2) + log_mean_exp(log_weights)
