"""What happens to one batch: a function for each kind of task."""
from mxnet import autograd

from ..metrics import num_correct
from ..optim import as_updater, grad_clipping
from ..runtime.devices import split_batch

__all__ = ['classification_step', 'regression_step', 'language_model_step']


def _backward(net, loss, X, y, devices):
    """Outputs, labels and losses of each shard, gradients computed; does not wait."""
    Xs, ys = split_batch(X, y, devices)
    with autograd.record():
        y_hats = [net(X_shard) for X_shard in Xs]
        ls = [loss(y_hat, y_shard) for y_hat, y_shard in zip(y_hats, ys)]
    autograd.backward(ls)
    return y_hats, ys, ls


def _total(arrays):
    """Sum of arrays that may live on several devices, as one array on the first."""
    sums = [a.sum() for a in arrays]
    return sum((s.as_in_ctx(sums[0].ctx) for s in sums[1:]), sums[0])


def classification_step(net, loss, updater, devices=None):
    """A step for (X, y) with one class an example: reports loss and accuracy.

    net maps X (batch, ...) to scores (batch, classes); y (batch,). loss gives one
    value an example. updater is a `gluon.Trainer` or a function of the batch size.
    devices: a list, over which each batch is split; None leaves arrays where they are.

    Book: 3.6 (sec_softmax_scratch)
    """
    update = as_updater(updater)

    def step(X, y):
        y_hats, ys, ls = _backward(net, loss, X, y, devices)
        update(X.shape[0])
        correct = [num_correct(y_hat, y_shard) for y_hat, y_shard in zip(y_hats, ys)]
        return {'train loss': (_total(ls), y.size),
                'train acc': (_total(correct), y.size)}

    return step


def regression_step(net, loss, updater, devices=None):
    """A step for (X, y) with numeric targets: reports the loss.

    Arguments as in `classification_step`.

    Book: 3.2 (sec_linear_scratch)
    """
    update = as_updater(updater)

    def step(X, y):
        _, _, ls = _backward(net, loss, X, y, devices)
        update(X.shape[0])
        return {'train loss': (_total(ls), sum(l.size for l in ls))}

    return step


def language_model_step(net, loss, updater, device=None, *, use_random_iter=False,
                        theta=1):
    """A step for X, Y (batch, steps) of token numbers: reports the loss of a token.

    Parameters
    ----------
    net
        ``net(X, state) -> (scores (steps * batch, vocab), state)``, and
        ``net.begin_state(batch_size=, ctx=)``.
    loss
        ``loss(scores, y)``, one value a token.
    updater
        A `gluon.Trainer` or a function of the batch size, which is 1: the gradient is
        that of the mean.
    device
        Where batches go; None leaves them where they are.
    use_random_iter
        Whether batches do not go on where the one before ended, so that each begins
        with a new state. Otherwise the state goes on, but gradients do not reach back.
    theta
        The norm that clipped gradients have at most.

    Its attribute ``tokens`` counts what it has read.

    Book: 8.5 (sec_rnn_scratch)
    """
    update, state = as_updater(updater), None

    def step(X, Y):
        nonlocal state
        X, Y = (array if device is None else array.as_in_ctx(device)
                for array in (X, Y))
        if state is None or use_random_iter:
            state = net.begin_state(batch_size=X.shape[0], ctx=X.ctx)
        y = Y.T.reshape(-1)                                   # (steps * batch,)
        with autograd.record():
            y_hat, state = net(X, state)
            l = loss(y_hat, y)
            mean = l.mean()
        mean.backward()
        # book: calls detach() for a result that it drops
        state = [S.detach() for S in state]
        grad_clipping(net, theta)
        update(1)
        step.tokens += y.size
        return {'train loss': (l.sum(), y.size)}

    step.tokens = 0
    return step
