"""Hidden states counted out: all of them, and the bound that some q of them gives."""
import numpy as onp

__all__ = ['all_states', 'lower_bound', 'posterior', 'factorial']


def all_states(num_units: int):
    """All states of units that are 0 or 1: (2^num_units, num_units), all 0 first.

    Ours, for 23.17
    """
    return (onp.arange(2 ** num_units)[:, None] >> onp.arange(num_units) & 1).astype(
        float)


def posterior(logs):
    """p(h | v) of all h, by log p(h, v) or what differs from it by a constant.

    (..., states) -> (..., states), along the last axis.

    Ours, for 23.19
    """
    return onp.exp(logs - onp.logaddexp.reduce(logs, axis=-1)[..., None])


def lower_bound(logs, q):
    """L(v, theta, q) = E_q[log p(h, v)] + H(q), at most log p(v): (n,).

    logs, q: (n, states), log p(h, v) of all h, and q(h | v). *Deep Learning*, 19.1.

    Ours, for 23.19
    """
    return (q * (logs - onp.log(onp.where(q > 0, q, 1)))).sum(axis=-1)


def factorial(h_hat):
    """q(h | v) of `all_states` where units know nothing of each other.

    h_hat: (n, units), the probability of each to be 1; gives (n, 2^units).

    Ours, for 23.19
    """
    H = all_states(h_hat.shape[1])
    return onp.where(H > 0, h_hat[:, None], 1 - h_hat[:, None]).prod(axis=2)
