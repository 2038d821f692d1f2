"""Language models of characters, trained and sampled: from scratch, or of Gluon."""
import time

from mxnet import autograd, gluon, init, nd

from ..errors import InputError
from ..metrics import perplexity
from .lyrics import data_iter_consecutive, data_iter_random, to_onehot
from .training import sgd

__all__ = ['grad_clipping', 'predict_rnn', 'predict_rnn_gluon', 'train_and_predict_rnn',
           'train_and_predict_rnn_gluon']


def grad_clipping(params, theta: float, ctx) -> None:
    """Scale the gradients of all arrays, in place, so that their norm is theta at most.

    The norm is that of all gradients as one vector; theta None leaves them alone. Does
    not wait. InputError for a theta that is not above 0.

    Edition 1: 6.4
    """
    if theta is None:
        return
    if not theta > 0:
        raise InputError(f'clipping_theta must be above 0, or None, got {theta}')
    grads = [param.grad for param in params if param.grad is not None]
    if not grads:  # MXNet's sum of none ends the process
        return
    squares = nd.multi_sum_sq(*grads, num_arrays=len(grads)).as_in_context(ctx)
    scale = nd.minimum(theta / squares.sum().sqrt(), 1)  # of nothing: inf, so 1
    for grad in grads:
        grad *= scale


def predict_rnn(prefix, num_chars: int, rnn, params, init_rnn_state, num_hiddens: int,
                vocab_size: int, ctx, idx_to_char, char_to_idx) -> str:
    """The prefix, continued by num_chars characters, each the likeliest.

    rnn: ``(inputs, state, params) -> outputs, state``, where inputs and outputs are
    lists over steps of (batch, vocab_size). init_rnn_state: ``(batch_size, num_hiddens,
    ctx) -> state``, arrays. InputError for an empty prefix, and for characters that are
    not in char_to_idx.

    Edition 1: 6.4
    """
    return _continued(prefix, num_chars, _from_scratch(rnn, params, vocab_size),
                      init_rnn_state(1, num_hiddens, ctx), ctx, idx_to_char,
                      char_to_idx)


def predict_rnn_gluon(prefix, num_chars: int, model, vocab_size: int, ctx, idx_to_char,
                      char_to_idx) -> str:
    """What `predict_rnn` does, with an `RNNModel`.

    Edition 1: 6.5
    """
    state = model.begin_state(batch_size=1, ctx=ctx)
    return _continued(prefix, num_chars, model, state, ctx, idx_to_char, char_to_idx)


def train_and_predict_rnn(rnn, get_params, init_rnn_state, num_hiddens: int,
                          vocab_size: int, ctx, corpus_indices, idx_to_char,
                          char_to_idx, is_random_iter: bool, num_epochs: int,
                          num_steps: int, lr: float, clipping_theta: float,
                          batch_size: int, pred_period: int, pred_len: int,
                          prefixes) -> None:
    """Train new parameters by clipped SGD; print perplexity and continuations.

    Every pred_period epochs a line of the mean perplexity of the epoch and its seconds,
    and one of each prefix, continued by pred_len characters. get_params: ``() -> list``
    of arrays with gradients; rnn and init_rnn_state as in `predict_rnn`. Batches are of
    `data_iter_random`, each from a new state, or of `data_iter_consecutive`, which go
    on with the state of the one before. InputError as of these, and of `predict_rnn`.

    Edition 1: 6.4
    """
    params = get_params()
    _train(_from_scratch(rnn, params, vocab_size), lambda: params,
           lambda count: init_rnn_state(count, num_hiddens, ctx),
           lambda: sgd(params, lr, 1), ctx, corpus_indices, idx_to_char, char_to_idx,
           is_random_iter, num_epochs, num_steps, clipping_theta, batch_size,
           pred_period, pred_len, prefixes)


def train_and_predict_rnn_gluon(model, num_hiddens: int, vocab_size: int, ctx,
                                corpus_indices, idx_to_char, char_to_idx,
                                num_epochs: int, num_steps: int, lr: float,
                                clipping_theta: float, batch_size: int,
                                pred_period: int, pred_len: int, prefixes) -> None:
    """What `train_and_predict_rnn` does on consecutive batches, with an `RNNModel`.

    The model's parameters are drawn anew, from a normal distribution of deviation 0.01.

    Edition 1: 6.5
    """
    model.initialize(init.Normal(0.01), ctx=ctx, force_reinit=True)
    params = model.collect_params()
    trainer = gluon.Trainer(params, 'sgd',
                            {'learning_rate': lr, 'momentum': 0, 'wd': 0})
    _train(model, lambda: [param.data(ctx) for param in params.values()],
           lambda count: model.begin_state(batch_size=count, ctx=ctx),
           lambda: trainer.step(1), ctx, corpus_indices, idx_to_char, char_to_idx,
           False, num_epochs, num_steps, clipping_theta, batch_size, pred_period,
           pred_len, prefixes)


def _from_scratch(rnn, params, vocab_size):
    """A scratch RNN that is called as an `RNNModel` is: X, state -> scores, state."""
    def model(X, state):
        outputs, state = rnn(to_onehot(X, vocab_size), state, params)
        return nd.concat(*outputs, dim=0), state  # (steps * batch, vocab_size)
    return model


def _train(model, arrays, begin_state, update, ctx, corpus_indices, idx_to_char,
           char_to_idx, is_random_iter, num_epochs, num_steps, clipping_theta,
           batch_size, pred_period, pred_len, prefixes):
    """The loop of both: ``arrays()`` are what `update` changes by their gradients."""
    for prefix in prefixes:
        _check(prefix, char_to_idx)
    data_iter = data_iter_random if is_random_iter else data_iter_consecutive
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    for epoch in range(1, num_epochs + 1):
        l_sum, n, start = 0.0, 0, time.time()
        state = begin_state(batch_size)
        for X, Y in data_iter(corpus_indices, batch_size, num_steps, ctx):
            # edition 1: drops what detach returns, and leaves the state as it is
            state = (begin_state(batch_size) if is_random_iter
                     else [s.detach() for s in state])
            with autograd.record():
                output, state = model(X, state)
                y = Y.T.reshape((-1,))  # in the order of the output's rows
                l = loss(output, y).mean()
            l.backward()
            grad_clipping(arrays(), clipping_theta, ctx)
            update()
            l_sum += l.asscalar() * y.size
            n += y.size
        if epoch % pred_period == 0:
            print(f'epoch {epoch}, perplexity {perplexity(l_sum / n):f}, '
                  f'time {time.time() - start:.2f} sec')
            for prefix in prefixes:
                print(' -', _continued(prefix, pred_len, model, begin_state(1), ctx,
                                       idx_to_char, char_to_idx))


def _continued(prefix, num_chars, model, state, ctx, idx_to_char, char_to_idx):
    """The prefix and num_chars more characters of a model that starts from `state`."""
    _check(prefix, char_to_idx)
    numbers = [char_to_idx[char] for char in prefix]
    for t in range(len(prefix) + num_chars - 1):
        scores, state = model(nd.array([[numbers[t]]], ctx), state)  # (1, vocab_size)
        if t + 1 == len(numbers):
            numbers.append(int(scores.argmax(axis=1).asscalar()))
    return ''.join(idx_to_char[i] for i in numbers)


def _check(prefix, char_to_idx):
    unknown = [char for char in prefix if char not in char_to_idx]
    if not prefix or unknown:
        raise InputError('a prefix must be one or more characters of the text, got '
                         f'{prefix!r}' + (f', of which the text has not {unknown}'
                                          if unknown else ''))
