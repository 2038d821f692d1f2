"""A training step and a prediction as functions to be timed, in every way there is."""
import shutil

from mxnet import autograd, gluon, init, np, npx

from ..compat import threads
from ..export.symbol import flatten
from .conventions import gluon_loss, port_loss, to_port
from .training import random_batches

__all__ = ['TRAIN', 'PREDICT', 'GEMM_SIZE', 'timed_batch_size', 'gluon_functions',
           'port_functions', 'gluon_product', 'port_product']

TRAIN, PREDICT = 'training step', 'prediction'
MOST_NUMBERS = 2 ** 18  # in a timed batch, so that a round takes seconds, not minutes
GEMM_SIZE = 1024        # rows and columns of the matrices whose product is the peak
STATIC = dict(static_alloc=True, static_shape=True)
HYBRIDIZE = {'imperative': dict(active=False), 'hybridized': {}, 'static': STATIC}


def timed_batch_size(example_inputs, batch_size: int) -> int:
    """The section's batch size, or fewer examples where those hold too many numbers.

    Book: 12.1 (sec_hybridize)
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
    for predictions only, 'fused' (by MXNet's backend of that purpose for oneDNN). In
    place of a function stands the reason where MXNet has none.

    Book: 12.1 (sec_hybridize)
    """
    functions = {}
    for way in ways:
        net, inputs, y = ready(build_net, example_inputs, batch_size)
        if way == 'fused':
            functions[way, PREDICT] = fused_prediction(net, inputs)
            continue
        net.hybridize(**HYBRIDIZE[way])
        functions[way, TRAIN] = gluon_step(net, inputs, y, lr, way)
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


def fused_prediction(net, inputs):
    """The same by MXNet's backend MKLDNN, or why it cannot."""
    try:
        net.optimize_for(*inputs, backend='MKLDNN', **STATIC)
        gluon_prediction(net, inputs)()
    except Exception as error:  # whatever MXNet's partitioning stumbles over
        return f'{type(error).__name__}: {str(error).strip().splitlines()[-1]}'
    return gluon_prediction(net, inputs)


def port_functions(build_net, example_inputs, build_port, lr: float, batch_size: int,
                   ways=('eager',)) -> dict:
    """The same of the port, with as many threads as MXNet has.

    ways: 'eager', 'channels last' (the memory layout), 'compiled' (by torch.compile).

    Book: 12.1 (sec_hybridize)
    """
    import torch
    torch.set_num_threads(threads()[0])
    _, inputs, y = ready(build_net, example_inputs, batch_size)
    tensors, y = [to_port(X) for X in inputs], to_port(y)
    functions = {}
    for way in ways:
        port, X = build_port(), tensors
        if way == 'channels last':
            if all(X.ndim != 4 for X in tensors):
                functions[way, TRAIN] = functions[way, PREDICT] = 'no input has images'
                continue
            port = port.to(memory_format=torch.channels_last)
            X = [in_channels_last(array) for array in tensors]
        call = compiled(port) if way == 'compiled' else port
        functions[way, TRAIN] = call if isinstance(call, str) else port_step(
            port, call, X, y, lr)
        functions[way, PREDICT] = call if isinstance(call, str) else port_prediction(
            port, call, X)
        failure = way == 'compiled' and failing(functions[way, TRAIN])
        if failure:
            functions[way, TRAIN] = functions[way, PREDICT] = failure
    return functions


def in_channels_last(X):
    """Images in the other memory layout, anything else as it is."""
    import torch
    return X.contiguous(memory_format=torch.channels_last) if X.ndim == 4 else X


def compiled(port):
    """The port under torch.compile, or why it cannot be compiled here."""
    import torch
    if not any(map(shutil.which, ('g++', 'clang++', 'c++'))):
        return 'torch.compile needs a C++ compiler (g++), and there is none'
    return torch.compile(port)


def failing(function):
    """What the first call of a compiled function raises, in a line, or None."""
    if isinstance(function, str):
        return None  # is a reason already
    try:
        function()
    except Exception as error:  # torch.compile passes on whatever its parts raise
        return f'{type(error).__name__}: {str(error).strip().splitlines()[0]}'
    return None


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


def gluon_product():
    """A function that multiplies two square float32 matrices, as a measure of the rest.

    Book: 12.1 (sec_hybridize)
    """
    A, B = (np.random.uniform(size=(GEMM_SIZE, GEMM_SIZE)) for _ in range(2))

    def product():
        npx.fully_connected(A, B, num_hidden=GEMM_SIZE, no_bias=True)
        npx.waitall()

    return product


def port_product():
    """The same in PyTorch.

    Book: 12.1 (sec_hybridize)
    """
    import torch
    torch.set_num_threads(threads()[0])
    A, B = torch.rand(2, GEMM_SIZE, GEMM_SIZE)
    return lambda: A @ B
