"""Compilers and interpreters (编译器和解释器)

Source: chapter_computational-performance/hybridize
"""
import contextlib
import io
from pathlib import Path

from mxnet import np, npx
from mxnet.gluon import nn

import d2lmx as d2l

SMOKE = dict(num_forwards=100)
# 643 K by `ls -lh`, which rounds up; the symbol's 3.2 K are of another MXNet's names
PRINTED = [({}, {'files/my_mlp-0000.params': (643 * 1024, 642 * 1024, 643 * 1024)})]


def add(a, b):
    return a + b


def fancy_func(a, b, c, d):
    e = add(a, b)
    f = add(c, d)
    return add(e, f)


def add_():
    return '''
def add(a, b):
    return a + b
'''


def fancy_func_():
    return '''
def fancy_func(a, b, c, d):
    e = add(a, b)
    f = add(c, d)
    return add(e, f)
'''


def evoke_():
    return add_() + fancy_func_() + 'result = fancy_func(1, 2, 3, 4)'


def symbolic_programming():
    """The sum 1 + 2 + 3 + 4 by running Python, and by compiling its text first."""
    prog, names = evoke_(), {}
    exec(compile(prog, '', 'exec'), names)
    return {'imperative': fancy_func(1, 2, 3, 4), 'compiled': names['result']}


def build_net():
    """The page's multilayer perceptron. X (batch, 512) -> (batch, 2)."""
    net = nn.HybridSequential()
    net.add(nn.Dense(256, activation='relu'),
            nn.Dense(128, activation='relu'),
            nn.Dense(2))
    return net


def example_inputs(batch_size=2):
    return (np.random.normal(size=(batch_size, 512)),)


def get_net():
    """The network with its first weights."""
    net = build_net()
    net.initialize()
    return net


WAYS = {  # options of hybridize()
    'without hybridization': dict(active=False),
    'with hybridization': dict(active=True),
    'with hybridization, static': dict(active=True, static_alloc=True,
                                       static_shape=True),
}


def time_forwards(net, x, num_forwards):
    """{way: seconds} of as many forward passes in each of the three ways; prints."""
    seconds = {}
    for way, options in WAYS.items():
        net.hybridize(**options)
        for _ in range(3):  # the first call traces, the next ones plan the memory
            net(x)
        with d2l.Benchmark(way) as benchmark:
            for _ in range(num_forwards):
                net(x)
            npx.waitall()
        seconds[way] = benchmark.seconds
    return seconds


def serialize(net, x, folder):
    """Export the network; the files with their bytes, and whether reloading agrees."""
    files = d2l.export_block(net, (x,), folder / 'my_mlp')  # compares before it returns
    reloaded = d2l.load_exported(*files)
    return {'files': {path.name: path.stat().st_size for path in files},
            'largest difference reloaded': float(abs(reloaded(x) - net(x)).max())}


class HybridNet(nn.HybridBlock):
    """Prints what passes through it. X (batch, d) -> (batch, 2)."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.hidden = nn.Dense(4)
        self.output = nn.Dense(2)

    def hybrid_forward(self, F, x):
        print('module F:', F.__name__)
        print('value x:', type(x).__name__)
        x = F.npx.relu(self.hidden(x))
        print('result:', type(x).__name__)
        return self.output(x)


def what_a_print_shows():
    """The lines that calls of HybridNet print, before and after hybridize()."""
    net = HybridNet()
    net.initialize()
    x = np.random.normal(size=(1, 3))
    shown = {}
    for call in ('imperative', 'first hybridized', 'second hybridized'):
        if call == 'first hybridized':
            net.hybridize()
        lines = io.StringIO()
        with contextlib.redirect_stdout(lines):
            net(x)
        shown[call] = lines.getvalue().splitlines()
    return shown


def run(*, num_forwards: int = 1000, out: Path = Path('.')) -> dict:
    sums = symbolic_programming()
    net, (x,) = get_net(), example_inputs(batch_size=1)
    seconds = time_forwards(net, x, num_forwards)
    slow = seconds['without hybridization']
    return {'1 + 2 + 3 + 4': sums, **serialize(net, x, out),
            'what a print shows': what_a_print_shows(),
            'timing': {'seconds': seconds,
                       'times as fast': {way: slow / s for way, s in seconds.items()}}}


if __name__ == '__main__':
    d2l.main(run)
