"""Custom layers (自定义层)

Source: chapter_deep-learning-computation/custom-layer
"""
import mxnet as mx
from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l

SMOKE = dict()


class CenteredLayer(nn.HybridBlock):
    """X, of any shape, less its mean over all elements."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)

    def hybrid_forward(self, F, X):
        return X - X.mean()


class MyDense(nn.HybridBlock):
    """A dense layer with ReLU. X (batch, in_units) -> (batch, units)."""

    def __init__(self, units, in_units, **kwargs):
        super().__init__(**kwargs)
        # hybrid_forward receives a parameter under the attribute's name
        self.weight = self.params.get('weight', shape=(in_units, units))
        # book: no rule of its own for the bias, which initializers for weights of two
        # axes, such as Xavier, then refuse; this is the rule that it gets by default
        self.bias = self.params.get('bias', shape=(units,), init='uniform')

    def hybrid_forward(self, F, X, weight, bias):
        return F.npx.relu(F.np.dot(X, weight) + bias)


def build_net():
    """Two of our own dense layers. X (batch, 64) -> (batch, 1)."""
    net = nn.HybridSequential()
    net.add(MyDense(8, in_units=64), MyDense(1, in_units=8))
    return net


def example_inputs(batch_size=2):
    return (np.random.uniform(size=(batch_size, 64)),)


def without_parameters():
    """A centred vector, and the mean of a network's centred output."""
    net = nn.HybridSequential()
    net.add(nn.Dense(128), CenteredLayer())
    net.initialize()
    Y = net(np.random.uniform(size=(4, 8)))
    return {'centred 1 to 5': CenteredLayer()(np.array([1, 2, 3, 4, 5])).tolist(),
            'mean of a centred output': float(Y.mean())}


def with_parameters():
    """The parameters of our dense layer, and its output alone and in a network."""
    with mx.name.NameManager():  # layers count from 0, as the book prints them
        dense = MyDense(units=3, in_units=5)
    shown = {'params': {name: param.shape for name, param in dense.params.items()}}
    dense.initialize()
    shown['dense(X)'] = dense(np.random.uniform(size=(2, 5))).tolist()
    net = build_net()
    net.initialize()
    shown['net(X)'] = net(*example_inputs()).tolist()
    return shown


def run() -> dict:
    return {**without_parameters(), **with_parameters()}


if __name__ == '__main__':
    d2l.main(run)
