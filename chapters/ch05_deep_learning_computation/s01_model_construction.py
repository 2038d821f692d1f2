"""Layers and blocks (层和块)

Source: chapter_deep-learning-computation/model-construction
"""
from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l

SMOKE = dict()


class MLP(nn.HybridBlock):
    """A multilayer perceptron. X (batch, d) -> (batch, 10)."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.hidden = nn.Dense(256, activation='relu')
        self.out = nn.Dense(10)

    def hybrid_forward(self, F, X):
        return self.out(self.hidden(X))


class MySequential(nn.HybridBlock):
    """Blocks that run one after another, in the order in which they were added."""

    def add(self, *blocks):
        for block in blocks:
            self.register_child(block)

    def hybrid_forward(self, F, X):
        for block in self._children.values():
            X = block(X)
        return X


class FixedHiddenMLP(nn.HybridBlock):
    """Two uses of one dense layer around a constant one. X (batch, d) -> a number.

    The result's absolute value is at most 1.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.rand_weight = self.params.get_constant(
            'rand_weight', np.random.uniform(size=(20, 20)))
        self.dense = nn.Dense(20, activation='relu')

    def hybrid_forward(self, F, X, rand_weight):
        X = self.dense(X)                                    # (batch, 20)
        X = F.npx.relu(F.np.dot(X, rand_weight) + 1)
        X = self.dense(X)  # the same layer again: its parameters are shared
        # book: `while` the norm is above 1, halve X; a graph cannot ask for a value, so
        # the number of halvings is computed (the gradient takes it for a constant, as
        # the loop's does)
        norm = F.np.maximum(F.np.abs(X).sum(), 1)
        num_halvings = F.np.ceil(F.np.log2(norm))
        return (X / 2 ** num_halvings).sum()


class NestMLP(nn.HybridBlock):
    """A block that holds a sequence of blocks. X (batch, d) -> (batch, 16)."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.net = nn.HybridSequential()
        self.net.add(nn.Dense(64, activation='relu'),
                     nn.Dense(32, activation='relu'))
        self.dense = nn.Dense(16, activation='relu')

    def hybrid_forward(self, F, X):
        return self.dense(self.net(X))


def build_net():
    """The page's own multilayer perceptron. X (batch, 20) -> (batch, 10)."""
    return MLP()


def example_inputs(batch_size=2):
    return (np.random.uniform(size=(batch_size, 20)),)


def layers():
    """The perceptron of section 4.3, whose layers `add` lines up."""
    net = nn.HybridSequential()
    net.add(nn.Dense(256, activation='relu'), nn.Dense(10))
    return net


def my_sequential():
    """The same out of `MySequential`."""
    net = MySequential()
    net.add(nn.Dense(256, activation='relu'), nn.Dense(10))
    return net


def chimera():
    """Blocks of every kind, mixed and nested. X (batch, 20) -> a number."""
    net = nn.HybridSequential()
    net.add(NestMLP(), nn.Dense(20), FixedHiddenMLP())
    return net


def output(net, X):
    """What a freshly initialized net makes of X, as lists or a number."""
    net.initialize()
    return net(X).tolist()


def run() -> dict:
    X, = example_inputs()
    return {'net(X), layers in a sequence': output(layers(), X),
            'net(X), MLP': output(build_net(), X),
            'net(X), MySequential': output(my_sequential(), X),
            'net(X), FixedHiddenMLP': output(FixedHiddenMLP(), X),
            'chimera(X)': output(chimera(), X)}


if __name__ == '__main__':
    d2l.main(run)
