"""Parameter management (参数管理)

Source: chapter_deep-learning-computation/parameters
"""
import mxnet as mx
from mxnet import init, np
from mxnet.gluon import nn

import d2lmx as d2l

SMOKE = dict()


def mlp():
    """A perceptron with one hidden layer. X (batch, d) -> (batch, 1)."""
    net = nn.HybridSequential()
    net.add(nn.Dense(8, activation='relu'), nn.Dense(1))
    return net


def block1():
    """Two dense layers. X (batch, d) -> (batch, 16)."""
    net = nn.HybridSequential()
    net.add(nn.Dense(32, activation='relu'), nn.Dense(16, activation='relu'))
    return net


def block2():
    """Four times `block1`. X (batch, d) -> (batch, 16)."""
    net = nn.HybridSequential()
    for _ in range(4):
        net.add(block1())
    return net


def build_net():
    """The nested network that the book calls rgnet. X (batch, 4) -> (batch, 10)."""
    net = nn.HybridSequential()
    net.add(block2(), nn.Dense(10))
    return net


def example_inputs(batch_size=2):
    return (np.random.uniform(size=(batch_size, 4)),)


def tied_net():
    """Its second and third layer are one set of parameters. -> (batch, 10)."""
    shared = nn.Dense(8, activation='relu')
    net = nn.HybridSequential()
    net.add(nn.Dense(8, activation='relu'), shared,
            nn.Dense(8, activation='relu', params=shared.params), nn.Dense(10))
    return net


def shapes(params):
    """{name: shape} of a ParameterDict."""
    return {name: param.shape for name, param in params.items()}


def access(net):
    """One layer's parameters, one of them with value and gradient, and all of net."""
    bias = net[1].bias
    return {'params of net[1]': shapes(net[1].params),
            'net[1].bias': {'type': type(bias).__name__, 'name': bias.name,
                            'shape': bias.shape, 'value': bias.data().tolist()},
            'gradient of net[1].weight': net[1].weight.grad().tolist(),
            'params of net[0]': shapes(net[0].collect_params()),
            'params of net': shapes(net.collect_params()),
            'value by name': net.collect_params()[bias.name].data().tolist()}


def nested(rgnet, X):
    """How a network of networks names its parameters, and how one is reached."""
    return {'rgnet(X)': rgnet(X).tolist(), 'structure': str(rgnet),
            'params of rgnet': shapes(rgnet.collect_params()),
            'rgnet[0][1][0].bias': rgnet[0][1][0].bias.data().tolist()}


def built_in_initializers(net):
    """Normal weights, constant weights, and another rule for each layer."""
    shown = {}
    net.initialize(init=init.Normal(sigma=0.01), force_reinit=True)
    shown['Normal(0.01), first row of net[0]'] = net[0].weight.data()[0].tolist()
    net.initialize(init=init.Constant(1), force_reinit=True)
    shown['Constant(1), first row of net[0]'] = net[0].weight.data()[0].tolist()
    net[0].weight.initialize(init=init.Xavier(), force_reinit=True)
    net[1].initialize(init=init.Constant(42), force_reinit=True)
    shown['Xavier, first row of net[0]'] = net[0].weight.data()[0].tolist()
    shown['Constant(42), net[1]'] = net[1].weight.data().tolist()
    return shown


class MyInit(init.Initializer):
    """Weights from U(-10, 10), where those between -5 and 5 become 0."""

    def _init_weight(self, name, data):
        print('Init', name, data.shape)
        data[:] = np.random.uniform(-10, 10, data.shape)
        data *= np.abs(data) >= 5


def custom_initializer(net):
    """A rule of our own, then values set by hand."""
    net.initialize(MyInit(), force_reinit=True)
    shown = {'MyInit, first rows of net[0]': net[0].weight.data()[:2].tolist()}
    net[0].weight.data()[:] += 1
    net[0].weight.data()[0, 0] = 42
    shown['set by hand, first row of net[0]'] = net[0].weight.data()[0].tolist()
    return shown


def tied(net, X):
    """Tied layers are equal, and stay so when one of them is changed."""
    net.initialize()
    net(X)
    shown = {'equal': (net[1].weight.data()[0] == net[2].weight.data()[0]).tolist()}
    net[1].weight.data()[0, 0] = 100
    shown['equal after a change of net[1]'] = (
        net[1].weight.data()[0] == net[2].weight.data()[0]).tolist()
    return shown


def run() -> dict:
    with mx.name.NameManager():  # layers count from dense0, as the book prints them
        net = mlp()
        net.initialize()
        X, = example_inputs()
        shown = {'net(X)': net(X).tolist(), **access(net)}
        rgnet = build_net()
        rgnet.initialize()
        shown.update(nested(rgnet, X))
        shown.update(built_in_initializers(net))
        shown.update(custom_initializer(net))
        shown['tied layers'] = tied(tied_net(), np.random.uniform(size=(2, 20)))
    return shown


if __name__ == '__main__':
    d2l.main(run)
