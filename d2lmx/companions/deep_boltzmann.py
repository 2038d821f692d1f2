"""Kin of the restricted Boltzmann machine: real units, tied weights, two layers."""
import numpy as onp

from ..errors import InputError
from ..runtime.checks import check_whole
from .boltzmann import RBM, countable, draw_units, sigmoid, softplus
from .counting import posterior

__all__ = ['GaussianRBM', 'ConvolutionalRBM', 'DBM']


class GaussianRBM(RBM):
    """Real units v under binary units h: E = beta (v - b)² / 2 - (beta v)'W h - c'h.

    The first term is summed over the units of v. So p(v | h) is N(b + W h, 1 / beta),
    and p(v) a mixture of as many normal distributions as h has states. *Deep Learning*,
    20.5.1, with means b beside.

    Parameters
    ----------
    num_visible, num_hidden, scale
        As of `RBM`.
    beta
        Precisions of v given h, a positive number or (visible,), which stay; else
        InputError.

    Ours, for 23.21
    """

    def __init__(self, num_visible: int, num_hidden: int, scale: float = 0.01, beta=1.):
        super().__init__(num_visible, num_hidden, scale)
        self.beta = onp.broadcast_to(onp.asarray(beta, float), self.b.shape)
        if not (onp.isfinite(self.beta) & (self.beta > 0)).all():
            raise InputError(f'beta must be positive, got {beta}')

    def hidden(self, V):
        """p(h = 1 | v) of V (n, visible): (n, hidden)."""
        return super().hidden(self.beta * V)

    def visible(self, H):
        """The mean of v given h, of H (n, hidden): (n, visible)."""
        return self.b + H @ self.W.T

    def draw_visible(self, H):
        """V (n, visible), drawn under H (n, hidden)."""
        return onp.random.normal(self.visible(H), self.beta ** -.5)

    def free_energy(self, V):
        """F(v) of V (n, visible): (n,). The density p(v) is exp(-F(v)) / Z."""
        return ((V - self.b) ** 2 @ self.beta / 2
                - softplus(self.c + self.beta * V @ self.W).sum(axis=1))

    def slope(self, V, weights):
        """Of the weighted sum of F over V (n, visible): by W, b and c. weights (n,)."""
        H = self.hidden(V)
        return (-self.beta[:, None] * (V.T @ (H * weights[:, None])),
                -self.beta * (weights @ (V - self.b)), -weights @ H)

    def counted(self):
        """All states of h (m, hidden), and log of exp(-E) integrated over v (m,)."""
        S = countable(len(self.c))
        M = S @ self.W.T                                      # (m, visible)
        return S, (S @ self.c + (self.b * M + M ** 2 / 2) @ self.beta
                   + onp.log(2 * onp.pi / self.beta).sum() / 2)

    def expected_slope(self):
        """The mean of F's slope over p(v), exact: by W, b and c; see `counted`."""
        S, logs = self.counted()
        p = posterior(logs)
        return (-self.beta[:, None] * (self.visible(S).T @ (S * p[:, None])),
                -self.beta * (p @ (self.visible(S) - self.b)), -p @ S)


class ConvolutionalRBM:
    """Binary pictures v under maps h of binary units, by kernels that slide over v.

    E = -(sum of b v) - (sum over maps k and places of h_k (c_k + W_k * v)), where * is
    a cross-correlation. With `pool` above 1 at most one unit is 1 in each square of so
    many units a side, and a pooling unit says whether there is one: probabilistic max
    pooling. *Deep Learning*, 20.6. Its parameters are `W` (maps, kernel, kernel), `b`
    (side, side) and `c` (maps,), NumPy's, in float64.

    Parameters
    ----------
    side, num_maps, kernel, pool
        At least 1; the kernel is no larger than the picture, and pool divides the side
        of the maps, side - kernel + 1. Else InputError.
    scale
        As of `RBM`.

    Ours, for 23.21
    """

    def __init__(self, side: int, num_maps: int, kernel: int, pool: int = 1,
                 scale: float = 0.01):
        check_whole(side=side, num_maps=num_maps, kernel=kernel, pool=pool)
        if kernel > side or (side - kernel + 1) % pool:
            raise InputError(f'pool must divide side - kernel + 1, of at least 1, got '
                             f'pool={pool} with side={side} and kernel={kernel}')
        self.W = onp.random.normal(0, scale, (num_maps, kernel, kernel))
        self.b, self.c, self.pool = onp.zeros((side, side)), onp.zeros(num_maps), pool

    @property
    def params(self):
        """W, b and c, which training changes in place."""
        return self.W, self.b, self.c

    def windows(self, V):
        """What the kernels see of V: (n, out, out, kernel, kernel)."""
        return onp.lib.stride_tricks.sliding_window_view(V, self.W.shape[1:], (1, 2))

    def inputs(self, V):
        """c_k + W_k * v of V (n, side, side): (n, maps, out, out)."""
        found = onp.tensordot(self.windows(V), self.W, [(3, 4), (1, 2)]) + self.c
        return found.transpose(0, 3, 1, 2)

    def squares(self, maps):
        """Units of a square side by side: (n, maps, out/pool, out/pool, pool²)."""
        n, k, out, _ = maps.shape
        few = out // self.pool
        return maps.reshape(n, k, few, self.pool, few, self.pool).transpose(
            0, 1, 2, 4, 3, 5).reshape(n, k, few, few, -1)

    def maps(self, squares):
        """`squares`, undone."""
        n, k, few = squares.shape[:3]
        return squares.reshape(n, k, few, few, self.pool, self.pool).transpose(
            0, 1, 2, 4, 3, 5).reshape(n, k, few * self.pool, -1)

    def log_sums(self, V):
        """log(1 + sum of exp(input) over a square): (n, maps, out/pool, out/pool)."""
        return softplus(onp.logaddexp.reduce(self.squares(self.inputs(V)), axis=-1))

    def hidden(self, V):
        """p(h = 1 | v) of V (n, side, side): (n, maps, out, out)."""
        logs = self.squares(self.inputs(V)) - self.log_sums(V)[..., None]
        return self.maps(onp.exp(logs))

    def pooled(self, V):
        """p(pooling unit = 1 | v): (n, maps, out/pool, out/pool)."""
        return 1 - onp.exp(-self.log_sums(V))

    def draw_hidden(self, V):
        """H (n, maps, out, out), drawn under V: in each square one unit or none."""
        ends = self.squares(self.hidden(V)).cumsum(axis=-1)
        is_past = onp.random.uniform(size=ends.shape[:-1])[..., None] < ends
        return self.maps(onp.diff(is_past, axis=-1, prepend=False).astype(float))

    def visible(self, H):
        """p(v = 1 | h) of H (n, maps, out, out): (n, side, side)."""
        return sigmoid(self.b + self.seen_from(H, self.W))

    def seen_from(self, H, W):
        """The sum of all units of H times their kernels of W: (n, side, side)."""
        found = onp.zeros((len(H), *self.b.shape))
        for i, j in onp.ndindex(W.shape[1:]):
            part = onp.tensordot(H, W[:, i, j], (1, 0))       # (n, out, out)
            found[:, i:i + part.shape[1], j:j + part.shape[2]] += part
        return found

    def free_energy(self, V):
        """F(v) of V (n, side, side): (n,). p(v) = exp(-F(v)) / Z."""
        return -(V * self.b).sum(axis=(1, 2)) - self.log_sums(V).sum(axis=(1, 2, 3))

    def slope(self, V, weights):
        """Of the weighted sum of F over V (n, side, side): by W, b and c."""
        H = self.hidden(V) * weights[:, None, None, None]
        return (-onp.tensordot(H, self.windows(V), [(0, 2, 3), (0, 1, 2)]),
                -onp.tensordot(weights, V, 1), -H.sum(axis=(0, 2, 3)))

    def sample(self, V, k: int = 1):
        """V (n, side, side) after k rounds of Gibbs sampling, of h and then of v."""
        for _ in range(k):
            V = draw_units(self.visible(self.draw_hidden(V)))
        return V

    def dense(self) -> RBM:
        """The same machine with a weight for each pair of units, many of them 0.

        Its units are those of v, and those of h, row by row and map by map. ValueError
        where units are pooled, which no machine with pairs alone can say.
        """
        if self.pool > 1:
            raise ValueError('a machine whose units are pooled is no RBM')
        n, seen = self.b.size, self.inputs(onp.eye(self.b.size).reshape(
            -1, *self.b.shape)) - self.c[:, None, None]
        rbm = RBM(n, seen[0].size)
        rbm.W, rbm.b = seen.reshape(n, -1), self.b.ravel().copy()
        rbm.c = self.c.repeat(seen[0, 0].size)
        return rbm


class DBM(RBM):
    """A deep Boltzmann machine of three layers of binary units v, h1 and h2.

    E = -b'v - c1'h1 - c2'h2 - v'W1 h1 - h1'W2 h2. No unit meets another of its own
    layer, nor v one of h2: so it is a restricted machine of h1 on one side, and of v
    and h2 on the other, in this order. What `RBM` says of its visible units is true of
    v and h2 together here. *Deep Learning*, 20.4.

    num_visible, num_first, num_second: units of v, h1 and h2. Its parameters are `W`
    (visible + second, first), W1 above W2', `b`, which is b and then c2, and `c`, c1.

    Ours, for 23.21
    """

    def __init__(self, num_visible: int, num_first: int, num_second: int,
                 scale: float = 0.01):
        check_whole(num_second=num_second)
        super().__init__(num_visible + num_second, num_first, scale)
        self.num_visible = num_visible

    def parts(self):
        """W1 (visible, first), W2 (first, second), b, c1 and c2."""
        n = self.num_visible
        return self.W[:n], self.W[n:].T, self.b[:n], self.c, self.b[n:]

    def mean_field(self, V, num_rounds: int = 30):
        """q(h1 = 1), (n, first), and q(h2 = 1), (n, second), given V (n, visible).

        Each layer in turn under the other one's means: (20.33) and (20.34).
        """
        W1, W2, _, c1, c2 = self.parts()
        from_below, H2 = c1 + V @ W1, sigmoid(onp.tile(c2, (len(V), 1)))
        for _ in range(num_rounds):
            H1 = sigmoid(from_below + H2 @ W2.T)
            H2 = sigmoid(c2 + H1 @ W2)
        return H1, H2

    def completed(self, V):
        """V with q(h2 = 1) beside: (n, visible + second), on which `slope` trains."""
        return onp.concatenate([V, self.mean_field(V)[1]], axis=1)

    def bound(self, V) -> float:
        """The mean over V of (20.35), at the mean field: what log p(v) is at least."""
        W1, W2, b, c1, c2 = self.parts()
        H1, H2 = self.mean_field(V)
        energies = (V @ b + ((V @ W1 + c1) * H1).sum(axis=1)
                    + ((H1 @ W2 + c2) * H2).sum(axis=1))
        entropies = entropy(H1).sum(axis=1) + entropy(H2).sum(axis=1)
        return float((energies + entropies).mean() - self.log_Z())

    def log_likelihood(self, V) -> float:
        """The mean of log p(v) over V (n, visible), exact: all states of h1, counted.
        """
        W1, W2, b, c1, c2 = self.parts()
        S = countable(len(c1))
        logs = (V @ W1 + c1) @ S.T + softplus(c2 + S @ W2).sum(axis=1)  # (n, states)
        return float((V @ b + onp.logaddexp.reduce(logs, axis=1)).mean() - self.log_Z())


def entropy(p):
    """Of units that are 1 with probabilities p, in nats each."""
    x = onp.log(onp.maximum(p, 1e-300)) - onp.log(onp.maximum(1 - p, 1e-300))
    return softplus(x) - p * x
