"""The two sides of a conversion: an MXNet node to read, an ONNX graph to write."""
from ast import literal_eval
from functools import partial
from typing import NamedTuple

import numpy as onp

__all__ = []

CONVERTERS = {}


class Unsupported(Exception):
    """A converter has no ONNX form for what an operator was asked to do."""


def converts(*operators):
    """Register ``f(g, n)`` under MXNet's operator names.

    Given a dictionary, register ``f(value, g, n)``, each name with its own value.
    """
    def register(function):
        for operator in operators:
            if isinstance(operator, dict):
                CONVERTERS.update({name: partial(function, value)
                                   for name, value in operator.items()})
            else:
                CONVERTERS[operator] = function
        return function
    return register


def as_list(value):
    """The whole numbers of an option that may be one of them or a tuple."""
    return list(value) if isinstance(value, (list, tuple)) else [value]


def need(condition, otherwise):
    """Unsupported, saying what came, unless the condition holds."""
    if not condition:
        raise Unsupported(otherwise)


class Node:
    """One operator of the traced network.

    Attributes
    ----------
    name, operator
        As MXNet calls them.
    attrs
        Its options as Python values; those left at their default may be missing.
    inputs, ranks, dtypes
        The ONNX names, numbers of axes and NumPy dtypes of its inputs.
    out_dtype
        The dtype of its first output.
    value
        ``value(i)``: its input i as a NumPy array, computed from parameters alone.
    """

    def __init__(self, graph, node, inputs, types, out_dtype, value):
        self._graph, self.value = graph, value
        self.name, self.operator = node['name'], node['op']
        self.attrs = {key: _value(text) for key, text in node.get('attrs', {}).items()}
        self.inputs = inputs
        self.ranks = [rank for rank, _ in types]
        self.dtypes = [onp.dtype(dtype) for _, dtype in types]
        self.out_dtype = onp.dtype(out_dtype)

    def cast(self, i, dtype=None):
        """Input i in a dtype, the first output's if None."""
        dtype = onp.dtype(dtype or self.out_dtype)
        if self.dtypes[i] == dtype:
            return self.inputs[i]
        return self._graph.add('Cast', self.inputs[i], to=dtype)

    def number(self, key, dtype=None):
        """The scalar option of that name, in a dtype, the first output's if None."""
        return onp.array(float(self.attrs[key])).astype(dtype or self.out_dtype)


class Graph:
    """An ONNX graph that grows; names stand for its arrays.

    `nodes` holds (operator, inputs, outputs, attributes), `constants` arrays by name.
    """

    def __init__(self, constants=None):
        self.nodes = []
        self.constants = {} if constants is None else constants  # a body: the whole's
        self.layer = ''  # the MXNet node at work, after which new names are called

    def add(self, operator, *inputs, outputs=1, **attrs):
        """Append a node; the name of its output, or the list of several names.

        An input is a name ('' for one left out) or a constant: an array, or a list of
        whole numbers, which becomes an array of int64.
        """
        stem = f'{self.layer}/{operator}{len(self.nodes)}'
        inputs = [X if isinstance(X, str) else self.constant(f'{stem}_input{i}', X)
                  for i, X in enumerate(inputs)]
        names = [stem] if outputs == 1 else [f'{stem}_{i}' for i in range(outputs)]
        self.nodes.append((operator, inputs, names, attrs))
        return stem if outputs == 1 else names

    def constant(self, name, value):
        """Keep an array or list of whole numbers under a name, which is returned."""
        dtype = onp.int64 if isinstance(value, list) else None
        self.constants[name] = onp.asarray(value, dtype)
        return name

    def reduce(self, operator, X, axis, keepdims):
        """A reduction over one axis, several, or all (None)."""
        axes = [] if axis is None else [as_list(axis)]
        return self.add(operator, X, *axes, keepdims=int(keepdims))

    def size(self, X, axis):
        """The length of one axis, shape (1,)."""
        end = {} if axis == -1 else {'end': axis + 1}
        return self.add('Shape', X, start=axis, **end)

    def count(self, X, axis):
        """The whole numbers 0, 1, ... along one axis, shape (length,)."""
        stop = self.add('Squeeze', self.size(X, axis), [0])
        return self.add('Range', onp.array(0), stop, onp.array(1))

    def swapped(self, X, rank, a, b):
        """X with two axes in each other's place."""
        perm = list(range(rank))
        perm[a], perm[b] = perm[b], perm[a]
        return X if a % rank == b % rank else self.add('Transpose', X, perm=perm)

    def reshaped(self, X, target):
        """X in a shape given by parts: a length, -1 (once), or a range of X's axes.

        A range (i, j) stands for the product of the axes i to j - 1.
        """
        copies = [part == (i, i + 1) for i, part in enumerate(target)]
        if all(copy or isinstance(part, int) for copy, part in zip(copies, target)):
            return self.add('Reshape', X, [0 if copy else part for copy, part
                                           in zip(copies, target)])
        lengths = [[part] if isinstance(part, int) else self._product(X, *part)
                   for part in target]
        return self.add('Reshape', X, self.add('Concat', *lengths, axis=0))

    def _product(self, X, start, end):
        """The product of the lengths of X's axes `start` to `end` - 1, shape (1,)."""
        lengths = self.add('Shape', X, start=start, end=end)
        return (lengths if end == start + 1 else
                self.add('ReduceProd', lengths, keepdims=1))

    def loop(self, body, states, slices, results):
        """Append a Scan over the first axes of some arrays; the names of its outputs.

        states, slices: (name here, name in the body, dtype) of what goes from step to
        step, and of what is cut into steps. results: (name in the body, dtype) of the
        new states, then of the outputs, whose steps are put together again.
        """
        stem = f'{self.layer}/Scan{len(self.nodes)}'
        ends = [f'{stem}_body{i}' for i in range(len(results))]
        for (name, _), end in zip(results, ends):  # a name of its own for each
            body.nodes.append(('Identity', [name], [end], {}))
        body = Body(body.pruned(ends), [pair[1:] for pair in states + slices],
                    [(end, dtype) for end, (_, dtype) in zip(ends, results)])
        names = [f'{stem}_{i}' for i in range(len(results))]
        self.nodes.append(('Scan', [outer for outer, _, _ in states + slices], names,
                           {'body': body, 'num_scan_inputs': len(slices)}))
        return names

    def pruned(self, wanted):
        """The nodes, in order, that the wanted names depend on."""
        wanted, kept = set(wanted), []
        for node in reversed(self.nodes):
            if wanted.intersection(node[2]):
                wanted.update(names_read(node))
                kept.append(node)
        return kept[::-1]


class Body(NamedTuple):
    """The body of a loop; it may read names of the graph around it, too."""

    nodes: list
    inputs: list   # (name, dtype)
    outputs: list  # (name, dtype)


def names_read(node):
    """The names that a node reads, in the bodies of loops, too."""
    _, inputs, _, attrs = node
    bodies = [value for value in attrs.values() if isinstance(value, Body)]
    return {*inputs, *(name for body in bodies for inner in body.nodes
                       for name in names_read(inner))}


def _value(text):
    """An option as MXNet writes it ('(1, 1)', 'False', 'float32') as a Python value."""
    try:
        return literal_eval(text)
    except (ValueError, SyntaxError):
        return text
