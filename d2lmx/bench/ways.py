"""A training step and a prediction as functions to be timed, in every way there is."""
import shutil
import signal
import tempfile
import warnings
from contextlib import contextmanager
from pathlib import Path

import mxnet as mx
from mxnet import autograd, gluon, init, npx

from ..export.int8 import export_int8, load_int8
from ..export.symbol import export_block, flatten
from ..parity.calling import ready_port, to_port
from ..parity.conventions import gluon_loss, port_loss
from ..parity.training import random_batches
from ..processor import threads
from ..train.step import STATIC
from ..viz.summaries import input_shapes, variables

__all__ = ['TRAIN', 'PREDICT', 'timed_batch_size', 'gluon_functions', 'port_functions']

TRAIN, PREDICT = 'training step', 'prediction'
MOST_NUMBERS = 2 ** 18  # in a timed batch, so that a round takes seconds, not minutes
HYBRIDIZE = {'imperative': dict(active=False), 'hybridized': {}, 'static': STATIC}


def timed_batch_size(example_inputs, batch_size: int) -> int:
    """The section's batch size, or fewer examples where those hold too many numbers.

    Ours, for 12.1
    """
    size = sum(X.size for X in example_inputs(2)) // 2
    return max(2, min(batch_size, MOST_NUMBERS // size))


def ready(build_net, example_inputs, batch_size):
    """An initialized network whose shapes are known, and one random batch."""
    net = build_net()
    net.initialize(init.Xavier())
    (inputs, y), = random_batches(net, example_inputs, batch_size, 1, seed=0)
    return net, inputs, y


def gluon_functions(build_net, example_inputs, lr: float, batch_size: int,
                    ways=('static',)) -> dict:
    """{(way, 'training step' or 'prediction'): function} of the Gluon network.

    ways: 'imperative', 'hybridized', 'static' (memory and shapes planned once), and,
    for predictions only, those in `PREPARE`. In place of a function stands the reason
    where MXNet has none.

    Ours, for 12.1
    """
    functions = {}
    for way in ways:
        net, inputs, y = ready(build_net, example_inputs, batch_size)
        if way in PREPARE:
            functions[way, PREDICT] = prepared_prediction(net, inputs, PREPARE[way])
            continue
        net.hybridize(**HYBRIDIZE[way])
        functions[way, TRAIN] = (
            'its graph only predicts' if getattr(net, 'predicts_only', False)
            else gluon_step(net, inputs, y, lr, way))
        functions[way, PREDICT] = gluon_prediction(net, inputs)
    return functions


def gluon_step(net, inputs, y, lr, way):
    """A step of SGD on one batch."""
    loss = gluon_loss(flatten(net(*inputs))[0], y)
    loss.hybridize(**HYBRIDIZE[way])
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': lr})

    def train():
        with autograd.record():
            l = loss(flatten(net(*inputs))[0], y)
        l.backward()
        trainer.step(y.shape[0])
        npx.waitall()

    return train


def gluon_prediction(net, inputs):
    """The outputs for one batch."""
    def predict():
        net(*inputs)
        npx.waitall()

    return predict


def prepared_prediction(net, inputs, prepare):
    """The same of what prepare makes of the network, or why it cannot."""
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings('ignore', 'Cannot decide type')  # float32 is right
            predict = gluon_prediction(prepare(net, inputs), inputs)
            predict()
    except Exception as error:  # whatever MXNet's conversions stumble over
        return one_line(error)
    return predict


def fused(net, inputs):
    """The network with layers joined by MXNet's backend for oneDNN."""
    net.optimize_for(*inputs, backend='MKLDNN', **STATIC)
    return net


def in_bfloat16(net, inputs):
    """The network computing in bfloat16 where MXNet's AMP thinks that safe."""
    from mxnet.contrib import amp
    with tempfile.TemporaryDirectory() as folder:
        symbol, params = export_block(net, inputs, Path(folder, 'net'))
        graph = amp.convert_symbol(mx.sym.load(str(symbol)), target_dtype='bfloat16')
        arrays = npx.load(str(params))
    data = variables(input_shapes(inputs))
    converted = gluon.SymbolBlock(graph.as_np_ndarray(), data)
    parameters = converted.collect_params()
    for name, array in arrays.items():
        parameter = parameters[name.partition(':')[2]]  # 'arg:conv0_weight'
        parameter.shape = array.shape
        parameter.initialize()
        parameter.set_data(array)
    converted.hybridize(**STATIC)
    return converted


def in_int8(net, inputs):
    """The network computing in 8 bits, with the ranges that these inputs give."""
    X, = inputs
    with tempfile.TemporaryDirectory() as folder:
        return load_int8(*export_int8(net, X, Path(folder, 'net'), X))


PREPARE = {'fused': fused, 'bfloat16': in_bfloat16, 'int8': in_int8}


def port_functions(build_net, example_inputs, build_port, lr: float, batch_size: int,
                   ways=('eager',)) -> dict:
    """The same of the port, with as many threads as MXNet has.

    ways: 'eager', 'channels last' (the memory layout), 'compiled' (by torch.compile).

    Ours, for 12.1
    """
    import torch
    torch.set_num_threads(threads()[0])
    _, inputs, y = ready(build_net, example_inputs, batch_size)
    tensors, y = [to_port(X) for X in inputs], to_port(y)
    functions = {}
    for way in ways:
        try:
            pair = port_pair(ready_port(build_port(), inputs), way, tensors, y, lr)
        except CannotRun as reason:
            pair = str(reason), str(reason)
        functions[way, TRAIN], functions[way, PREDICT] = pair
    return functions


NO_COMPILER = 'torch.compile needs a C++ compiler, and there is none'
MOST_COMPILING = 120  # seconds


def has_compiler() -> bool:
    """Whether there is what torch.compile works with."""
    return any(map(shutil.which, ('g++', 'clang++', 'c++')))


class CannotRun(Exception):
    """A way that this machine, or this network, does not offer; says why."""


class TimeIsUp(BaseException):  # torch.compile goes on after any Exception
    """Raised by a clock, wherever the program is."""


@contextmanager
def compiling():
    """What runs within the block for the first time is compiled by torch.compile.

    CannotRun where there is no compiler, where it fails, and where it takes more than
    MOST_COMPILING seconds.
    """
    if not has_compiler():
        raise CannotRun(NO_COMPILER)

    def stop(*_):
        raise TimeIsUp

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, MOST_COMPILING)
    try:
        yield
    except TimeIsUp:
        raise CannotRun(f'not compiled after {MOST_COMPILING} seconds') from None
    except Exception as error:  # torch.compile passes on what any part of it raises
        raise CannotRun(one_line(error)) from error
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def port_pair(port, way, tensors, y, lr):
    """A step and a prediction of the port in one way; CannotRun where there is none."""
    import torch
    call = port
    if way == 'channels last':
        if all(X.ndim != 4 for X in tensors):
            raise CannotRun('the network takes no images')
        port.to(memory_format=torch.channels_last)
        tensors = [in_channels_last(X) for X in tensors]
    elif way == 'compiled':
        call = torch.compile(port)
    train, predict = (port_step(port, call, tensors, y, lr),
                      port_prediction(port, call, tensors))
    if way == 'compiled':
        with compiling():
            train()
            predict()
    return train, predict


def in_channels_last(X):
    """Images in the other memory layout, anything else as it is."""
    import torch
    return X.contiguous(memory_format=torch.channels_last) if X.ndim == 4 else X


def one_line(error) -> str:
    """Kind of error and the first line of what it says."""
    return f'{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}'


def port_step(port, call, tensors, y, lr):
    """A step of SGD of the port, which is called by ``call(*tensors)``."""
    import torch
    optimizer = torch.optim.SGD(port.parameters(), lr=lr)

    def train():
        port.train()
        optimizer.zero_grad()
        port_loss(flatten(call(*tensors))[0], y).backward()
        optimizer.step()

    return train


def port_prediction(port, call, tensors):
    """The port's outputs for one batch."""
    import torch

    def predict():
        port.eval()
        with torch.no_grad():
            call(*tensors)

    return predict
