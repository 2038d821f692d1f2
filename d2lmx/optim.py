"""Updates of parameters."""
import mxnet as mx
from mxnet import gluon, np

__all__ = ['sgd', 'grad_clipping', 'as_updater']


def sgd(params, lr: float, batch_size: int) -> None:
    """One step of minibatch stochastic gradient descent, in place.

    params: arrays with gradients of the *sum* of the losses of batch_size examples.

    Book: 3.2 (sec_linear_scratch)
    """
    for param in params:
        param[:] = param - lr * param.grad / batch_size


def grad_clipping(net, theta: float) -> None:
    """Scale all gradients of a net down, in place, where their norm exceeds theta.

    net: a block, or an object with a list ``params`` of arrays. The norm is that of all
    gradients taken as one vector; with several devices, of their sums over the devices.
    Does not wait.

    Book: 8.5 (sec_rnn_scratch)
    """
    if isinstance(net, gluon.Block):
        grads = [param.list_grad() for param in net.collect_params().values()
                 if param.grad_req != 'null']
    else:
        grads = [[param.grad] for param in net.params]
    sums = [sum((g.as_in_ctx(copies[0].ctx) for g in copies[1:]), copies[0])
            for copies in grads]
    squares = mx.nd.multi_sum_sq(*(g.as_nd_ndarray() for g in sums),
                                 num_arrays=len(sums)).as_np_ndarray()
    # book: asks whether the norm exceeds theta, and so waits for it
    scale = np.minimum(theta / np.sqrt(squares.sum()), 1)
    for copies in grads:
        for g in copies:
            g *= scale.as_in_ctx(g.ctx)


def as_updater(updater):
    """A function of the batch size, from a `gluon.Trainer` or such a function.

    Book: 3.6 (sec_softmax_scratch)
    """
    return updater.step if isinstance(updater, gluon.Trainer) else updater
