"""What happens to one batch: a function for each kind of task.

A step's attribute ``state`` is what it trains, which `fit` saves within `Checkpoints`.
"""
from mxnet import autograd, np

from ..metrics import num_correct
from ..optim import as_updater, clipping
from ..runtime.devices import split_batch
from ..runtime.team import team
from .replicas import clear_gradients, training_devices

__all__ = ['classification_step', 'regression_step', 'language_model_step',
           'seq2seq_step']


def _backward(net, loss, X, y, devices):
    """Outputs, labels and losses of each shard, gradients computed; does not wait."""
    if not len(X):  # a worker without a share of the last batch
        clear_gradients(net, devices or [X.ctx])
        return [], [], []
    busy = devices and devices[:X.shape[0]]  # a last batch may be smaller than they are
    Xs, ys = split_batch(X, y, busy)
    with autograd.record():
        y_hats = [net(X_shard) for X_shard in Xs]
        ls = [loss(y_hat, y_shard) for y_hat, y_shard in zip(y_hats, ys)]
    autograd.backward(ls)
    if busy != devices:
        clear_gradients(net, devices[len(busy):])
    return y_hats, ys, ls


def _total(arrays):
    """Sum of arrays that may live on several devices, as one array on the first."""
    sums = [a.sum() for a in arrays]
    return sum((s.as_in_ctx(sums[0].ctx) for s in sums[1:]), sums[0]) if sums else 0.0


def classification_step(net, loss, updater, devices=None):
    """A step for (X, y) with one class an example: reports loss and accuracy.

    net maps X (batch, ...) to scores (batch, classes); y (batch,). loss gives one
    value an example. updater is a `gluon.Trainer` or a function of the batch size.
    devices: a list, over which each batch is split. None: those chosen for the run
    with ``--devices``, else those that hold net; a net that is a function trains where
    its arrays are.

    Book: 3.6 (sec_softmax_scratch)
    """
    update, devices = as_updater(updater), training_devices(net, devices)

    def step(X, y):
        y_hats, ys, ls = _backward(net, loss, X, y, devices)
        update(X.shape[0])
        correct = [num_correct(y_hat, y_shard) for y_hat, y_shard in zip(y_hats, ys)]
        return {'train loss': (_total(ls), y.size),
                'train acc': (_total(correct), y.size)}

    step.state = net, updater
    return step


def regression_step(net, loss, updater, devices=None):
    """A step for (X, y) with numeric targets: reports the loss.

    Arguments as in `classification_step`.

    Book: 3.2 (sec_linear_scratch)
    """
    update, devices = as_updater(updater), training_devices(net, devices)

    def step(X, y):
        _, _, ls = _backward(net, loss, X, y, devices)
        update(X.shape[0])
        return {'train loss': (_total(ls), sum(l.size for l in ls))}

    step.state = net, updater
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

    Attributes: ``tokens``, how many it has read; ``forget``, a function to be called
    after each epoch (`fit`'s evaluate), so that the next begins with a new state;
    ``goes_on``, whether a row of a batch must go on in the same row of the next.
    Several workers need equally large batches, as of `SeqDataLoader`.

    Book: 8.5 (sec_rnn_scratch)
    """
    update, clip = as_updater(updater), clipping(net, theta)
    state, share = None, 1 / team().size

    def step(X, Y):
        nonlocal state
        X, Y = (array if device is None else array.as_in_ctx(device)
                for array in (X, Y))
        if state is None or use_random_iter:
            state = net.begin_state(batch_size=X.shape[0], ctx=X.ctx)
        y = Y.T.reshape(-1)  # (steps * batch,)
        with autograd.record():
            y_hat, state = net(X, state)
            l = loss(y_hat, y)
            mean = l.mean()
            if share < 1:  # of all workers' tokens, once these are added up
                mean = mean * share
        mean.backward()
        # book: calls detach() for a result that it drops
        state = [S.detach() for S in state]
        clip()
        update(share)
        step.tokens += y.size
        return {'train loss': (l.sum(), y.size)}

    def forget():
        nonlocal state
        state = None
        return {}

    step.tokens, step.forget, step.goes_on = 0, forget, not use_random_iter
    step.state = net, updater
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
    update, clip = as_updater(updater), clipping(net, theta)

    def step(X, X_valid_len, Y, Y_valid_len):
        num_tokens = int(Y_valid_len.asnumpy().sum())  # an input: nothing to wait for
        ls = backward(X, X_valid_len, Y, Y_valid_len)
        clip()
        update(num_tokens)
        return {'train loss': (_total(ls), num_tokens)}

    def backward(X, X_valid_len, Y, Y_valid_len):
        if not len(X):  # a worker without a share of the last batch
            clear_gradients(net, devices or [X.ctx])
            return []
        dec_X = np.concatenate([np.full_like(Y[:, :1], bos), Y[:, :-1]], axis=1)
        shards = zip(*split_batch(X, X_valid_len, devices),
                     *split_batch(Y, Y_valid_len, devices),
                     split_batch(dec_X, Y_valid_len, devices)[0])
        with autograd.record():
            ls = [loss(net(X, dec_X, X_valid_len)[0], Y, Y_valid_len)
                  for X, X_valid_len, Y, Y_valid_len, dec_X in shards]
        autograd.backward(ls)
        return ls

    step.state = net, updater
    return step
