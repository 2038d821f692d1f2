"""File I/O (读写文件)

Source: chapter_deep-learning-computation/read-write
"""
from pathlib import Path

from mxnet import np, npx
from mxnet.gluon import nn

import d2lmx as d2l

SMOKE = dict()


class MLP(nn.HybridBlock):
    """A multilayer perceptron. X (batch, d) -> (batch, 10)."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.hidden = nn.Dense(256, activation='relu')
        self.output = nn.Dense(10)

    def hybrid_forward(self, F, X):
        return self.output(self.hidden(X))


def build_net():
    """The perceptron that is written and read. X (batch, 20) -> (batch, 10)."""
    return MLP()


def example_inputs(batch_size=2):
    return (np.random.uniform(size=(batch_size, 20)),)


def write_and_read(file, content):
    """An array, a list or a dict of arrays, by way of a file."""
    npx.save(str(file), content)
    return npx.load(str(file))


def arrays(out):
    """An array alone, in a list and in a dict, as they come back from their files."""
    x, y = np.arange(4), np.zeros(4)
    alone, = write_and_read(out / 'x-file', x)  # one array, too, is read as a list
    pair = write_and_read(out / 'x-files', [x, y])
    mydict = write_and_read(out / 'mydict', {'x': x, 'y': y})
    return {'x': alone.tolist(), 'list': [a.tolist() for a in pair],
            'dict': {name: a.tolist() for name, a in mydict.items()}}


def parameters(out):
    """Whether a clone that read a network's parameters gives the network's outputs."""
    file = str(out / 'mlp.params')
    net = build_net()
    net.initialize()
    X, = example_inputs()
    Y = net(X)
    net.save_parameters(file)
    clone = build_net()
    clone.load_parameters(file)
    return {'clone(X) == net(X)': (clone(X) == Y).tolist()}


def bare_block(out):
    """A layer that is no other block's child, read in Gluon's way and in ours.

    Gluon takes its file for one of the times before NumPy arrays: the parameters come
    back as legacy arrays, on which training, and export, fail.
    """
    file = str(out / 'dense.params')
    dense = nn.Dense(3, in_units=5)
    dense.initialize()
    dense.save_parameters(file)
    theirs, ours = nn.Dense(3, in_units=5), nn.Dense(3, in_units=5)
    theirs.load_parameters(file)
    d2l.load_parameters(ours, file)
    return {'Dense.load_parameters gives': kind(theirs.weight.data()),
            'd2l.load_parameters gives': kind(ours.weight.data())}


def kind(array):
    """The full name of an array's type."""
    return f'{type(array).__module__}.{type(array).__name__}'


def run(*, out: Path = Path('.')) -> dict:
    return {**arrays(out), **parameters(out), 'bare block': bare_block(out)}


if __name__ == '__main__':
    d2l.main(run)
