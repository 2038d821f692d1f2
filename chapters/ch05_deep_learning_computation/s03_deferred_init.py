"""Deferred initialization (延后初始化)

Source: chapter_deep-learning-computation/deferred-init
"""
import mxnet as mx
from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l

SMOKE = dict()


def get_net():
    """A perceptron that is not told its input's size. X (batch, d) -> (batch, 10)."""
    net = nn.HybridSequential()
    net.add(nn.Dense(256, activation='relu'), nn.Dense(10))
    return net


build_net = get_net  # the name by which commands find a section's network


def example_inputs(batch_size=2):
    return (np.random.uniform(size=(batch_size, 20)),)


def shapes(net):
    """{parameter: shape}; -1 stands for a size that is not known yet."""
    return {name: param.shape for name, param in net.collect_params().items()}


def run() -> dict:
    with mx.name.NameManager():  # layers count from dense0, as the book prints them
        net = get_net()
        shown = {'net': str(net), 'made': shapes(net)}
        net.initialize()
        shown['initialized'] = shapes(net)
        X, = example_inputs()
        net(X)
        shown['after the first batch'] = shapes(net)
    return shown


if __name__ == '__main__':
    d2l.main(run)
