"""Updates of parameters."""
import math

import mxnet as mx
from mxnet import gluon, lr_scheduler, np

from .context import current
from .errors import InputError

__all__ = ['sgd', 'fused_sgd', 'grad_clipping', 'as_updater', 'ByEpoch', 'JoinedAdam']

MOST = 50       # parameters that MXNet's joined update of Adam takes
SMALL = 10_000  # numbers of a parameter whose update is more of calls than of sums


def sgd(params, lr: float, batch_size: int) -> None:
    """One step of minibatch stochastic gradient descent, in place.

    params: arrays with gradients of the *sum* of the losses of batch_size examples.

    Book: 3.2 (sec_linear_scratch)
    """
    for param in params:
        param[:] = param - lr * param.grad / batch_size


def fused_sgd(params, lr: float, batch_size: int) -> None:
    """What `sgd` does, by one operator a parameter where the formula takes four.

    Ours, for 8.5
    """
    for param in params:
        weight, grad = param.as_nd_ndarray(), param.grad.as_nd_ndarray()
        mx.nd.sgd_update(weight, grad, lr=float(lr), rescale_grad=1 / float(batch_size),
                         out=weight)


def grad_clipping(net, theta: float) -> None:
    """Scale all gradients of a net down, in place, where their norm exceeds theta.

    net: a block, or an object with a list ``params`` of arrays. The norm is that of all
    gradients taken as one vector; with several devices, of their sums over the devices,
    with several workers, over those. Does not wait.

    Book: 8.5 (sec_rnn_scratch)
    """
    clipping(net, theta)()


def clipping(net, theta: float):
    """The function () -> None that does what `grad_clipping` does.

    For many steps: it asks a block for its parameters once.

    Ours, for 8.5
    """
    params = net.collect_params().values() if isinstance(net, gluon.Block) else None

    def clip():
        if params is None:
            grads = [[param.grad] for param in net.params]
        else:
            current().workers.reduce_gradients(params)
            grads = [param.list_grad() for param in params if param.grad_req != 'null']
        if not grads:  # MXNet's sum of none ends the process
            return
        sums = [sum((g.as_in_ctx(copies[0].ctx) for g in copies[1:]), copies[0])
                for copies in grads]
        squares = mx.nd.multi_sum_sq(*(g.as_nd_ndarray() for g in sums),
                                     num_arrays=len(sums)).as_np_ndarray()
        # book: asks whether the norm exceeds theta, and so waits for it
        scale = np.minimum(theta / np.sqrt(squares.sum()), 1)
        for copies in grads:
            for g in copies:
                g *= scale.as_in_ctx(g.ctx)

    return clip


def as_updater(updater):
    """A function of the batch size, from a `gluon.Trainer` or such a function.

    Ours, for 3.6
    """
    return updater.step if isinstance(updater, gluon.Trainer) else updater


class ByEpoch(lr_scheduler.LRScheduler):
    """A learning rate for each epoch, in the form that MXNet's optimisers take.

    For ``gluon.Trainer(params, 'sgd', options)`` the options are
    ``{'lr_scheduler': ByEpoch(schedule, len(train_iter))}``.
    MXNet asks its schedulers at each update, so that one written for epochs would run
    through in the first of them. The count is part of the trainer's saved states, and
    an optimiser on a distributed store obeys it too, as it does not a changed rate.

    Parameters
    ----------
    schedule
        ``schedule(epoch) -> learning rate``, epochs counted from 0.
    batches_per_epoch
        Updates an epoch, at least 1, else ValueError.

    Ours, for 11.11
    """

    def __init__(self, schedule, batches_per_epoch: int):
        if batches_per_epoch < 1:
            raise InputError('batches_per_epoch must be at least 1, got '
                             f'{batches_per_epoch}')
        super().__init__(base_lr=schedule(0))
        self.schedule = schedule
        self.batches_per_epoch = batches_per_epoch

    def __call__(self, num_update):
        # the first update has the number 1; 0 is asked before there is any
        return self.schedule(max(0, num_update - 1) // self.batches_per_epoch)


class JoinedAdam(mx.optimizer.Adam):
    """MXNet's Adam, which updates all small parameters of a trainer by one operator.

    For small networks, whose updates are mostly calls: ``gluon.Trainer(params,
    JoinedAdam(learning_rate=lr))``, an object of its own for each trainer. Large
    parameters, those that decay, and all where gradients are clipped are updated one by
    one as ever. The numbers are Adam's but for rounding.

    Ours, for 17.1
    """

    def __init__(self, **options):
        super().__init__(**options)
        self.aggregate_num = MOST  # asks Gluon for lists of so many
        self._scale = None, None  # the last rescale_grad and device, and its array

    def update(self, index, weight, grad, state):
        if not isinstance(index, (list, tuple)):
            super().update(index, weight, grad, state)
            return
        joined = []
        for part in zip(index, weight, grad, state):
            number, array = part[:2]
            if array.size > SMALL or self.clip_gradient or self._get_wd(number):
                super().update(*part)
            else:
                joined.append(part)
        if joined:
            self._update_joined(*zip(*joined))

    def _update_joined(self, index, weights, grads, states):
        self._update_count(index)
        count, lrs = len(index), []
        for number, lr in zip(index, self._get_lrs(index)):
            t = self._index_update_count[number]
            lrs.append(lr * math.sqrt(1 - self.beta2 ** t) / (1 - self.beta1 ** t))
        scale = self.rescale_grad, weights[0].ctx
        if self._scale[0] != scale:
            self._scale = scale, mx.nd.full((1,), scale[0], ctx=scale[1])
        means, variances = zip(*states)
        mx.nd.contrib.multi_adamw_update(
            weights, grads, means, variances, self._scale[1], lrs=lrs, wds=[0] * count,
            etas=[1] * count, out=list(weights), beta1=self.beta1, beta2=self.beta2,
            epsilon=self.epsilon)
