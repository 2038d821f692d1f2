"""Representations: features that hide a domain, and what codes tell apart."""
import itertools
import math

import numpy as onp
from mxnet.gluon import nn

from ..layers.functional import without_gradient

__all__ = ['GradientReversal', 'DomainAdversary', 'regions_of_codes', 'zaslavsky']


class GradientReversal(nn.HybridBlock):
    """X as it is, whose gradient comes back times -strength.

    What lies below learns to make worse what lies above learns to make better, as in
    Domain-Adversarial Training of Neural Networks (Ganin et al., 2016).

    strength: 0 lets no gradient through.

    Inputs
        X, of any shape

    Outputs
        of the same

    Ours, for 23.15
    """

    def __init__(self, strength: float, **kwargs):
        super().__init__(**kwargs)
        self.strength = strength

    def hybrid_forward(self, F, X):
        return (1 + self.strength) * without_gradient(F, X) - self.strength * X


class DomainAdversary(nn.HybridBlock):
    """A class told from a linear feature f(x), which learns not to tell the domain.

    Parameters
    ----------
    strength
        As of `GradientReversal`, between the feature and who tells the domain.
    num_features, num_hiddens
        Units of f, and of the layer of tanh by which the domain is told.

    Inputs
        X (batch, d)

    Outputs
        scores (batch, 1) of class 1, and (batch, 1) of the first domain

    Ours, for 23.15
    """

    def __init__(self, strength: float, num_features: int = 1, num_hiddens: int = 16,
                 **kwargs):
        super().__init__(**kwargs)
        self.f, self.label = nn.Dense(num_features), nn.Dense(1)
        self.domain = nn.HybridSequential()
        self.domain.add(GradientReversal(strength),
                        nn.Dense(num_hiddens, activation='tanh'), nn.Dense(1))

    def hybrid_forward(self, F, X):
        h = self.f(X)
        return self.label(h), self.domain(h)


def regions_of_codes(W, b) -> set:
    """All codes [W x + b > 0] that there are, tuples of n, whatever x (d,) is.

    W (n, d), b (n,): n >= d borders, NumPy's, of which any d meet in one point and no
    further one goes through it. Each region has such a point for a corner, and around
    it lies one for each of the 2^d sides of these d borders. ValueError for n < d.

    Ours, for 23.15
    """
    n, d = W.shape
    if n < d:
        raise ValueError(f'there must be {d} borders in {d} dimensions at least, got '
                         f'{n}')
    found, sides = set(), list(itertools.product((False, True), repeat=d))
    for chosen in map(list, itertools.combinations(range(n), d)):
        code = W @ onp.linalg.solve(W[chosen], -b[chosen]) + b > 0
        for part in sides:
            code[chosen] = part
            found.add(tuple(code.tolist()))
    return found


def zaslavsky(n: int, d: int) -> int:
    """How many regions n borders in general position make in d dimensions.

    The sum of the numbers of ways to choose 0, 1, ..., d of them.

    Ours, for 23.15
    """
    return sum(math.comb(n, j) for j in range(d + 1))
