"""Markov chains with few states: what their matrices say, A[i, j] being the chance of
state i after state j."""
import numpy as onp

from .boltzmann import RBM
from .counting import all_states, factorial

__all__ = ['flip_transitions', 'block_transitions', 'stationary', 'autocorrelations',
           'steps_a_sample', 'steps_to_reach']

ROUNDING = 1e-12   # an eigenvalue's, or a mean's


def flip_transitions(energy, states, accept):
    """A (n, n) of a chain that turns one unit a step, or none.

    Each unit is proposed with the same chance, and turned with the chance
    ``accept(fall)`` by how much the energy falls. energy: of states (n, units), all of
    units that are 0 or 1, a function that gives (n,).

    Ours, for 23.17
    """
    E, is_near = energy(states), abs(states[:, None] - states).sum(axis=2) == 1
    A = onp.where(is_near, accept(E - E[:, None]), 0) / states.shape[1]
    return A + onp.diag(1 - A.sum(axis=0))


def block_transitions(rbm: RBM):
    """A (n, n) of ``rbm.sample``: all hidden units at once, then all visible ones.

    Its states are `all_states` of the visible units.

    Ours, for 23.17
    """
    V, H = all_states(len(rbm.b)), all_states(len(rbm.c))
    return (factorial(rbm.hidden(V)) @ factorial(rbm.visible(H))).T


def stationary(A):
    """The eigenvector of A whose eigenvalue is 1, as probabilities (n,).

    ValueError where the chain has parts that it does not leave, as then there are many.

    Ours, for 23.17
    """
    values, vectors = onp.linalg.eig(A)
    if not (abs(values - 1) < ROUNDING).sum() <= 1:
        raise ValueError('the chain keeps more than one distribution: it has parts '
                         'that it does not leave')
    v = vectors[:, values.real.argmax()].real
    return v / v.sum()


def centered(f, p):
    """f less its mean, which must not be all of it."""
    f = f - p @ f
    if not (abs(f) > ROUNDING).any(axis=0).all():
        raise ValueError('f is the same number in each state: it has no variance')
    return f


def autocorrelations(A, p, f, num_lags: int):
    """Of f (n,), a number a state, now and 0, 1, ... steps later: (num_lags + 1,).

    The chain begins with the probabilities p (n,), which A leaves as they are.
    ValueError for a constant f.

    Ours, for 23.17
    """
    now = later = centered(f, p)
    found = []
    for _ in range(num_lags + 1):
        found.append(p @ (now * later))
        later = A.T @ later
    return onp.array(found) / found[0]


def steps_a_sample(A, p, f):
    """How many steps tell as much of the mean of f as a sample from p itself.

    It is the sum of the autocorrelations over all lags, back and forth. f: (n,), or
    (n, functions) of several, for which it gives (functions,). ValueError for a
    constant one.

    Ours, for 23.17
    """
    f = centered(f, p)
    total = onp.linalg.solve(onp.eye(len(p)) - A.T + p, f)  # of (A^T)^k f, over k
    return 2 * (p @ (f * total)) / (p @ f ** 2) - 1


def steps_to_reach(A, is_there):
    """The mean number of steps from each state to the first that is there: (n,).

    Of the others, t = 1 + A^T t. is_there: (n,) of truths, one of them at least.

    Ours, for 23.17
    """
    far, t = ~onp.asarray(is_there), onp.zeros(len(A))
    B = A.T[onp.ix_(far, far)]
    t[far] = onp.linalg.solve(onp.eye(len(B)) - B, onp.ones(len(B)))
    return t
