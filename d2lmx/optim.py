"""Updates of parameters."""
from mxnet import gluon, np

__all__ = ['sgd', 'as_updater', 'grad_clipping']


def sgd(params, lr: float, batch_size: int) -> None:
    """One step of minibatch stochastic gradient descent, in place.

    params: arrays with gradients of the *sum* of the losses of batch_size examples.

    Book: 3.2 (sec_linear_scratch)
    """
    for param in params:
        param[:] = param - lr * param.grad / batch_size


def as_updater(updater):
    """A function of the batch size, from a `gluon.Trainer` or such a function.

    Book: 3.6 (sec_softmax_scratch)
    """
    return updater.step if isinstance(updater, gluon.Trainer) else updater


def grad_clipping(net, theta: float) -> None:
    """Scale all gradients, in place, so that their common norm is at most theta.

    net: a block, whose gradients are on one device, or anything with a list ``params``
    of arrays.

    Book: 8.5 (sec_rnn_scratch)
    """
    if isinstance(net, gluon.Block):
        params = [param.data() for param in net.collect_params().values()
                  if param.grad_req != 'null']
    else:
        params = list(net.params)
    # book: reads the norm into Python, which waits for the whole batch
    norm = np.sqrt(sum((param.grad ** 2).sum() for param in params))
    scale = np.minimum(theta / norm, 1)
    for param in params:
        param.grad[:] *= scale
