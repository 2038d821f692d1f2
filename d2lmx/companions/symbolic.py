"""A graph of operations that differentiates itself, and its derivatives again."""
import functools
from collections import defaultdict

import numpy as onp

__all__ = ['Variable', 'graph_gradients', 'evaluate_graph']


def operation(f, bprop):
    """A method of variables: f of arrays, and the gradients of its inputs.

    bprop: ``bprop(G, V, *inputs)`` gives a variable for each input, by the gradient G
    of the output V; None for an input that takes no part.
    """
    return lambda *inputs: Variable(f, bprop, inputs)


def alike(f):
    """f of two arrays of one shape, else ValueError."""
    def apply(a, b):
        if a.shape != b.shape:
            raise ValueError('variables must be of one shape, got '
                             f'{a.shape} and {b.shape}: spread() is for (1, 1)')
        return f(a, b)
    return apply


class Variable:
    """A node of a graph: a leaf, or what an operation makes of other variables.

    Leaves are ``Variable()``. All others come of ``+``, ``-``, ``*`` and ``/`` of
    variables of one shape, of ``@``, and of the methods ``transpose()``, ``tanh()``,
    ``exp()``, ``log()``, ``sum()``, which is (1, 1), and ``spread(like)`` of what is
    (1, 1) over the shape of another. Nothing is computed before `evaluate_graph`, which
    raises ValueError where shapes differ.

    Ours, for 23.6
    """

    def __init__(self, f=None, bprop=None, inputs=()):
        self.f, self.bprop, self.inputs = f, bprop, inputs

    __add__ = operation(alike(onp.add), lambda G, V, a, b: (G, G))
    __neg__ = operation(onp.negative, lambda G, V, a: (-G,))
    __sub__ = operation(alike(onp.subtract), lambda G, V, a, b: (G, -G))
    __mul__ = operation(alike(onp.multiply), lambda G, V, a, b: (G * b, G * a))
    __truediv__ = operation(alike(onp.divide), lambda G, V, a, b: (G / b, -(G / b) * V))
    __matmul__ = operation(onp.matmul, lambda G, V, a, b: (G @ b.transpose(),
                                                           a.transpose() @ G))
    transpose = operation(onp.transpose, lambda G, V, a: (G.transpose(),))
    tanh = operation(onp.tanh, lambda G, V, a: (G - G * V * V,))
    exp = operation(onp.exp, lambda G, V, a: (G * V,))
    log = operation(onp.log, lambda G, V, a: (G / a,))
    sum = operation(lambda a: a.sum(keepdims=True), lambda G, V, a: (G.spread(a),))
    spread = operation(lambda a, like: onp.broadcast_to(a, like.shape),
                       lambda G, V, a, like: (G.sum(), None))


ONE = Variable()  # its value is [[1.]]


def ancestors(z) -> list:
    """All variables that z is made of, and z."""
    found, ahead = {}, [z]
    while ahead:
        if (V := ahead.pop()) not in found:
            found[V] = True
            ahead += V.inputs
    return list(found)


def graph_gradients(z, T) -> list:
    """The gradient of z.sum() for each of the variables T: variables like them.

    The gradient of a variable is the sum of what its consumers hand on to it, each by
    its own gradient, which is made once. ValueError where z does not depend on one.

    Ours, for 23.6
    """
    consumers, grad_table = defaultdict(list), {z: ONE.spread(z)}
    for C in ancestors(z):
        for V in dict.fromkeys(C.inputs):
            consumers[V].append(C)

    def build_grad(V):
        if V not in grad_table:
            parts = []
            for C in consumers[V]:
                if (D := build_grad(C)) is not None:
                    grads = zip(C.inputs, C.bprop(D, C, *C.inputs))
                    parts += [G for other, G in grads if other is V and G is not None]
            grad_table[V] = functools.reduce(Variable.__add__, parts) if parts else None
        return grad_table[V]

    found = [build_grad(V) for V in T]
    if None in found:
        raise ValueError('there is no gradient for what z does not depend on')
    return found


def evaluate_graph(variables, values) -> list:
    """Arrays of variables, by those of the leaves, {leaf: array (m, n)}.

    What several need is computed once.

    Ours, for 23.6
    """
    values = {ONE: onp.ones((1, 1)), **values}

    def value(V):
        if V not in values:
            values[V] = V.f(*map(value, V.inputs))
        return values[V]

    return [value(V) for V in variables]
