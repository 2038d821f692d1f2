"""Updates of parameters."""
from mxnet import gluon

__all__ = ['sgd', 'as_updater']


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
