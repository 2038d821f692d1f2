"""Distributions that are products of factors, each of few variables."""
import math

import numpy as onp

from .separation import ancestral_order

__all__ = ['joint_table', 'marginal_table', 'conditional_tables', 'ancestral_samples',
           'sum_product']

MOST_ROUNDS = 1000  # of messages, where they go around a loop
UNCHANGED = 1e-14   # of chances


def spread(variables, table, num_variables):
    """A factor's table with an axis for each variable, of length 1 for those not in it.
    """
    shape = onp.ones(num_variables, int)
    shape[list(variables)] = table.shape
    return table.transpose(onp.argsort(variables)).reshape(shape)


def joint_table(factors) -> onp.ndarray:
    """The product of all factors, by enumeration: an axis for each variable.

    factors: pairs of variables, numbers 0, 1, ... of which none is left out, and a
    table with an axis for each of them, in their order. Its sum is the partition
    function, 1 where each table is of a variable's chances given others.

    Ours, for 23.16
    """
    num_variables = 1 + max(max(variables) for variables, _ in factors)
    return math.prod(spread(variables, table, num_variables)
                     for variables, table in factors)


def marginal_table(p, variables) -> onp.ndarray:
    """A `joint_table` p summed to some variables, with axes in their order.

    Ours, for 23.16
    """
    kept = sorted(variables)
    table = p.sum(axis=tuple(v for v in range(p.ndim) if v not in kept))
    return table.transpose([kept.index(v) for v in variables])


def conditional_tables(p, parents) -> list:
    """Factors p(v | parents) as a `joint_table` p, all above 0, has them.

    parents: a list for each variable. The axes of each are v's and its parents'.

    Ours, for 23.16
    """
    tables = [marginal_table(p, (v, *some)) for v, some in enumerate(parents)]
    return [((v, *some), table / table.sum(axis=0))
            for v, (some, table) in enumerate(zip(parents, tables))]


def ancestral_samples(tables, num_samples: int) -> onp.ndarray:
    """(num_samples, n) values of n variables, each drawn given its parents.

    tables: p(v | parents) as of `conditional_tables`. *Deep Learning*, 16.3.

    Ours, for 23.16
    """
    x = onp.zeros((num_samples, len(tables)), int)
    for v in ancestral_order([some for (_, *some), _ in tables]):
        (_, *some), table = tables[v]
        P = table[(slice(None), *x[:, some].T)].reshape(len(table), -1)  # (k, samples)
        x[:, v] = (P[:-1].cumsum(axis=0) < onp.random.uniform(size=num_samples)).sum(0)
    return x


def sum_product(factors) -> tuple:
    """Chances of each variable's values, a list of (size,), and log Z: by messages.

    factors as of `joint_table`. Each factor tells each of its variables what it and all
    behind it say of the values, and each variable each of its factors what the others
    say, until no message changes, or for 1000 rounds. Where no way leads around a loop
    all is exact; else it is near where messages settle, and log Z is Bethe's.

    Ours, for 23.16
    """
    sizes = {v: size for variables, table in factors
             for v, size in zip(variables, table.shape)}
    edges = [(f, v) for f, (variables, _) in enumerate(factors) for v in variables]
    factors_of = {v: [f for f, u in edges if u == v] for v in sizes}
    up = {(f, v): onp.full(sizes[v], 1 / sizes[v]) for f, v in edges}  # to variables
    for _ in range(MOST_ROUNDS):
        before = up
        down = {(f, v): share(math.prod((up[g, v] for g in factors_of[v] if g != f),
                                        start=onp.ones(sizes[v]))) for f, v in edges}
        up = {(f, v): share(message(*factors[f], f, v, down)) for f, v in edges}
        if all(abs(up[edge] - before[edge]).max() <= UNCHANGED for edge in edges):
            break
    products = [math.prod(up[f, v] for f in factors_of[v]) for v in sorted(sizes)]
    # each message is in two of the three sums, so that its scale is of no matter
    log_Z = (sum(math.log(product.sum()) for product in products)
             + sum(math.log(message(*factor, f, None, down).sum())
                   for f, factor in enumerate(factors))
             - sum(math.log((up[edge] * down[edge]).sum()) for edge in edges))
    return [share(product) for product in products], log_Z


def share(values):
    """Numbers divided by their sum."""
    return values / values.sum()


def message(variables, table, f, v, down):
    """A factor's table times messages of all its variables but v, summed to v's axis.

    v: None for all of them, and a sum over all.
    """
    for axis, u in enumerate(variables):
        if u != v:
            shape = [-1 if i == axis else 1 for i in range(table.ndim)]
            table = table * down[f, u].reshape(shape)
    return table.sum(axis=tuple(i for i, u in enumerate(variables) if u != v))
