"""What happens to one batch: a function for each kind of task."""
from mxnet import autograd, np

from ..metrics import num_correct
from ..optim import as_updater, grad_clipping
from ..runtime.devices import split_batch

__all__ = ['classification_step', 'regression_step', 'seq2seq_step']


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


def seq2seq_step(net, loss, updater, bos: int, devices=None, theta: float = 1):
    """A step for (X, X_valid_len, Y, Y_valid_len): reports the loss a target token.

    The net is taught on true prefixes: its decoder reads '<bos>' and Y but for the last
    token, and has to predict Y. Batches are as of `load_data_nmt`.

    Parameters
    ----------
    net
        ``net(X, dec_X, X_valid_len) -> (Y_hat, state)``, such as an `EncoderDecoder`.
    loss
        ``loss(Y_hat, Y, Y_valid_len)``, one value an example.
    updater, devices
        As of `classification_step`; the size of a batch is its number of valid tokens.
    bos
        Number of the token '<bos>' in the target's vocabulary.
    theta
        Largest norm of the gradient.

    Book: 9.7 (sec_seq2seq)
    """
    update = as_updater(updater)

    def step(X, X_valid_len, Y, Y_valid_len):
        dec_X = np.concatenate([np.full_like(Y[:, :1], bos), Y[:, :-1]], axis=1)
        num_tokens = int(Y_valid_len.asnumpy().sum())  # an input: nothing to wait for
        shards = zip(*split_batch(X, X_valid_len, devices),
                     *split_batch(Y, Y_valid_len, devices),
                     split_batch(dec_X, Y_valid_len, devices)[0])
        with autograd.record():
            ls = [loss(net(X, dec_X, X_valid_len)[0], Y, Y_valid_len)
                  for X, X_valid_len, Y, Y_valid_len, dec_X in shards]
        autograd.backward(ls)
        grad_clipping(net, theta)
        update(num_tokens)
        return {'train loss': (_total(ls), num_tokens)}

    step.state = net, updater
    return step
