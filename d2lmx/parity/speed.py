"""A training step and a prediction as functions to be timed, on either side."""
from mxnet import autograd, gluon, init, npx

from ..compat import threads
from ..export.symbol import flatten
from .conventions import gluon_loss, port_loss, to_port
from .training import random_batches

__all__ = ['TIMED', 'timed_batch_size', 'gluon_functions', 'port_functions']

TIMED = ('training step', 'prediction')
MOST_NUMBERS = 2 ** 18  # in a timed batch, so that a round takes seconds, not minutes


def timed_batch_size(example_inputs, batch_size: int) -> int:
    """The section's batch size, or fewer examples where those hold too many numbers.

    Book: 12.1 (sec_hybridize)
    """
    size = sum(X.size for X in example_inputs(2)) // 2
    return max(2, min(batch_size, MOST_NUMBERS // size))


def ready(build_net, example_inputs, batch_size):
    """An initialized network that is statically hybridized, and one random batch."""
    net = build_net()
    net.initialize(init.Xavier())
    (inputs, y), = random_batches(net, example_inputs, batch_size, 1, seed=0)
    net.hybridize(static_alloc=True, static_shape=True)
    return net, inputs, y


def gluon_functions(build_net, example_inputs, lr: float, batch_size: int) -> dict:
    """{'training step', 'prediction': function} of the Gluon network, hybridized.

    Book: 12.1 (sec_hybridize)
    """
    net, inputs, y = ready(build_net, example_inputs, batch_size)
    loss = gluon_loss(flatten(net(*inputs))[0], y)
    loss.hybridize()
    trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': lr})

    def train():
        with autograd.record():
            l = loss(flatten(net(*inputs))[0], y)
        l.backward()
        trainer.step(batch_size)
        npx.waitall()

    def predict():
        net(*inputs)
        npx.waitall()

    return dict(zip(TIMED, (train, predict)))


def port_functions(build_net, example_inputs, build_port, lr: float,
                   batch_size: int) -> dict:
    """The same of the port, eager, with as many threads as MXNet has.

    Book: 12.1 (sec_hybridize)
    """
    import torch
    torch.set_num_threads(threads()[0])
    _, inputs, y = ready(build_net, example_inputs, batch_size)
    tensors, y = [to_port(X) for X in inputs], to_port(y)
    port = build_port()
    optimizer = torch.optim.SGD(port.parameters(), lr=lr)

    def train():
        port.train()
        optimizer.zero_grad()
        port_loss(flatten(port(*tensors))[0], y).backward()
        optimizer.step()

    def predict():
        port.eval()
        with torch.no_grad():
            port(*tensors)

    return dict(zip(TIMED, (train, predict)))
