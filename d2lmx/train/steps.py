"""What happens to one batch: a `Step` for each kind of task."""
from mxnet import autograd, np

from ..context import current
from ..metrics import count_equal, num_correct
from ..optim import as_updater, clipping
from ..layers.functional import without_gradient
from ..runtime.devices import put, split_array, split_batch
from .joint import beside, is_compiled
from .ranges import TokenCheck, check_classes, check_labels, valid
from .replicas import clear_gradients, training_devices
from .step import Step

__all__ = ['classification_step', 'regression_step', 'measured_step',
           'language_model_step', 'seq2seq_step']


def _backward(net, loss, judge, X, y, devices, split_f=split_batch):
    """What judge says of each shard, losses first, gradients computed; does not wait.
    """
    if not len(y):  # a worker without a share of the last batch
        clear_gradients(net, devices or [y.ctx])
        return []
    busy = devices and devices[:y.shape[0]]  # a last batch may be smaller than they are
    Xs, ys = split_f(X, y, busy)
    with autograd.record():
        y_hats = [net(X_shard) for X_shard in Xs]
        check_labels(y, y_hats[0], loss)
        parts = [judge(y_hat, y_shard) for y_hat, y_shard in zip(y_hats, ys)]
    autograd.backward([l for l, *_ in parts])
    if busy != devices:
        clear_gradients(net, devices[len(busy):])
    return parts


def _total(sums):
    """Sum of arrays that may live on several devices, as one number on the first."""
    sums = [s.sum() if s.ndim else s for s in sums]
    return sum((s.as_in_ctx(sums[0].ctx) for s in sums[1:]), sums[0]) if sums else 0.0


def losses_and_sum(F, loss, y_hat, y):
    """Losses, one a target or an example, and their sum."""
    l = loss(y_hat, y)
    return l, F.np.sum(without_gradient(F, l))


def losses_and_right(F, loss, y_hat, y):
    """Losses, their sum, and how many classes have the highest score.

    y_hat (batch, classes, ...), y (batch, ...)
    """
    right = count_equal(F.np.argmax(y_hat, axis=1), y)
    return *losses_and_sum(F, loss, y_hat, y), right


def is_class_for_each(y_hat, y) -> bool:
    """Whether there are scores of some classes for each label, and nothing else."""
    batch, *rest = y_hat.shape
    return bool(rest) and rest[0] > 1 and y.shape == (batch, *rest[1:])


def classification_step(net, loss, updater, devices=None, split_f=split_batch):
    """A step for (X, y) with one class an example: reports loss and accuracy.

    net maps X (batch, ...) to scores (batch, classes); y (batch,). Or there is a class
    for each pixel: scores (batch, classes, h, w), y (batch, h, w). loss gives one
    value an example. updater is a `gluon.Trainer` or a function of the batch size.
    devices: a list, over which each batch is split. None: those chosen for the run
    with ``--devices``, else those that hold net; a net that is a function trains where
    its arrays are. split_f: ``(X, y, devices) -> (X shards, y shards)`` does it, where
    X is more than one array. InputError for labels that net has no output for, with
    Gluon's cross-entropy, and for tokens beyond those of its Embedding.

    Ours, for 3.6
    """
    update, devices = as_updater(updater), training_devices(net, devices)
    check_tokens = TokenCheck(net)

    def judge(y_hat, y):
        if is_compiled(net, graph) and is_class_for_each(y_hat, y):
            return graph(y_hat, y)
        l = loss(y_hat, y)
        with autograd.pause():
            return l, l.sum(), num_correct(y_hat, y)

    def step(X, y):
        check_tokens(X)
        parts = _backward(net, loss, judge, X, y, devices, split_f)
        update(y.shape[0])
        return {'train loss': (_total(total for _, total, _ in parts),
                               sum(l.size for l, *_ in parts)),
                'train acc': (_total(right for *_, right in parts), y.size)}

    step = Step(step, trains=(net, updater))
    graph = beside(net, losses_and_right, loss)
    return step


def regression_step(net, loss, updater, devices=None):
    """A step for (X, y) with numeric targets: reports the loss.

    Arguments as in `classification_step`.

    Ours, for 3.2
    """
    update, devices = as_updater(updater), training_devices(net, devices)
    check_tokens = TokenCheck(net)

    def judge(y_hat, y):
        if is_compiled(net, graph):
            return graph(y_hat, y)
        l = loss(y_hat, y)
        with autograd.pause():
            return l, l.sum()

    def step(X, y):
        check_tokens(X)
        parts = _backward(net, loss, judge, X, y, devices)
        update(X.shape[0])
        return {'train loss': (_total(total for _, total in parts),
                               sum(l.size for l, _ in parts))}

    step = Step(step, trains=(net, updater))
    graph = beside(net, losses_and_sum, loss)
    return step


def measured_step(net, measure, updater, devices=None):
    """A step for batches (X, Y, ...), a loss of one's own: reports what it measures.

    measure: ``measure(X, Y, ...) -> (l, {name: (sum, count)})`` of a device's part of a
    batch, recorded, such as a `Measure`: l, the losses of its examples, (examples,), or
    their sum, and what the history is to get, sums as arrays. Other arguments as in
    `classification_step`.

    Ours, for 13.7
    """
    update, devices = as_updater(updater), training_devices(net, devices)
    names = []

    def step(X, *others):
        if not len(X):  # a worker without a share of the last batch
            clear_gradients(net, devices or [X.ctx])
            update(0)
            return {name: (0.0, 0) for name in names}
        busy = devices and devices[:X.shape[0]]  # a last batch may be smaller
        shards = zip(*(split_array(array, busy) for array in (X, *others)))
        with autograd.record():
            parts = [measure(*shard) for shard in shards]
        autograd.backward([l for l, _ in parts])
        if busy != devices:
            clear_gradients(net, devices[len(busy):])
        update(X.shape[0])
        names[:] = parts[0][1]
        return {name: (_total(stats[name][0] for _, stats in parts),
                       sum(stats[name][1] for _, stats in parts)) for name in names}

    step = Step(step, trains=(net, updater))
    if getattr(measure, 'graph', None) is not None:
        step.graphs = measure.graph.follow(net),
    return step


class language_model_step(Step):
    """A step for X, Y (batch, steps) of token numbers: reports the loss of a token.

    Each epoch begins with a new state. Several workers need equally large batches, as
    of `SeqDataLoader`.

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

    InputError for tokens that net has no embedding or score for.

    Ours, for 8.5
    """

    counts_tokens = True

    def __init__(self, net, loss, updater, device=None, *, use_random_iter=False,
                 theta=1):
        super().__init__(trains=(net, updater))
        self.net, self.loss, self.device = net, loss, device
        self.in_order, self.state = not use_random_iter, None
        self._update, self._clip = as_updater(updater), clipping(net, theta)
        self._check_tokens = TokenCheck(net)
        self._share = 1 / current().workers.size

    def begin_epoch(self):
        self.state = None

    def __call__(self, X, Y):
        self._check_tokens(X)
        if self.device is not None:
            X, Y = put(X, self.device), put(Y, self.device)
        if self.state is None or not self.in_order:
            self.state = self.net.begin_state(batch_size=X.shape[0], ctx=X.ctx)
        y = Y.T.reshape(-1)  # (steps * batch,)
        with autograd.record():
            y_hat, state = self.net(X, self.state)
            check_labels(Y, y_hat, self.loss)
            l = self.loss(y_hat, y)
            mean = l.mean()
            if self._share < 1:  # of all workers' tokens, once these are added up
                mean = mean * self._share
        mean.backward()
        # book: calls detach() for a result that it drops
        self.state = [S.detach() for S in state]
        self._clip()
        self._update(self._share)
        return {'train loss': (l.sum(), y.size)}


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

    InputError for tokens, within the valid lengths, that net has no embedding or no
    score for.

    Ours, for 9.7
    """
    update, clip = as_updater(updater), clipping(net, theta)
    check_source, check_target = (TokenCheck(getattr(net, side, None))
                                  for side in ('encoder', 'decoder'))

    def step(X, X_valid_len, Y, Y_valid_len):
        check_source(X, X_valid_len)
        check_target(Y, Y_valid_len)
        lens = Y_valid_len.asnumpy()  # an input, as the tokens are: nothing to wait for
        num_tokens = int(lens.clip(0, Y.shape[1]).sum())
        ls = backward(X, X_valid_len, Y, Y_valid_len)
        clip()
        update(num_tokens)
        return {'train loss': (_total(ls), num_tokens)}

    def backward(X, X_valid_len, Y, Y_valid_len):
        if not len(X):  # a worker without a share of the last batch
            clear_gradients(net, devices or [X.ctx])
            return []
        dec_X = np.concatenate([np.full_like(Y[:, :1], bos), Y[:, :-1]], axis=1)
        Ys, Y_lens = split_batch(Y, Y_valid_len, devices)
        sources = zip(*split_batch(X, X_valid_len, devices),
                      split_batch(dec_X, Y_valid_len, devices)[0])
        with autograd.record():
            Y_hats = [net(X, dec_X, X_lens)[0] for X, X_lens, dec_X in sources]
            check_classes(valid(Y, Y_valid_len), Y_hats[0].shape[-1])
            ls = [loss(*shard) for shard in zip(Y_hats, Ys, Y_lens)]
        autograd.backward(ls)
        return ls

    step = Step(step, trains=(net, updater))
    step.counts_tokens, step.num_labels = True, 2
    return step
