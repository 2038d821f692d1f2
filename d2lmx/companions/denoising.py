"""Noise on units that are 0 or 1, and what takes it away: matrices over all states."""
import numpy as onp

__all__ = ['one_flip', 'repairs', 'walked']


def one_flip(states) -> onp.ndarray:
    """C(x~ | x) of all states (2^n, n) of n units: one of them turned, or none.

    Each of these n + 1 is as likely. Rows x, columns x~.

    Ours, for 23.20
    """
    apart = (states[:, None] != states).sum(axis=2)
    return (apart < 2) / (states.shape[1] + 1)


def repairs(C, p) -> onp.ndarray:
    """p(x | x~) by Bayes' rule, of noise C (n, n) and states that have chances p (n,).

    Rows x~, columns x. Of what noise never makes, p itself.

    Ours, for 23.20
    """
    joint = (p[:, None] * C).T                                 # (x~, x)
    total = joint.sum(axis=1, keepdims=True)
    return onp.where(total > 0, joint / onp.where(total > 0, total, 1), p)


def walked(start, R, C, length: int) -> onp.ndarray:
    """Where a walk is, at a step of its first so many: (n, states), the mean of them.

    start (n, states): where noise has left it at first; then R (states, states), which
    repairs, and C, which is noise, go on in turn. Held to where walks began, a denoiser
    learns from states that it has made itself. *Deep Learning*, 20.11.3.

    Ours, for 23.20
    """
    there, total = start, start
    for _ in range(length - 1):
        there = there @ R @ C
        total = total + there
    return total / length
