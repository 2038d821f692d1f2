"""Attention: scores that become weights, and weights that pool values."""
from contextlib import contextmanager

import mxnet as mx
from mxnet import autograd, ndarray
from mxnet.gluon import nn

from ..errors import InputError
from ..runtime.checks import check_arrays, check_whole
from .dropping import dropping
from .functional import add_pairs, mask_like

__all__ = ['masked_softmax', 'KeepsAttention', 'AdditiveAttention',
           'DotProductAttention', 'MultiHeadAttention', 'transpose_qkv',
           'transpose_output']

MASKED = -1e12  # added to scores that must not count: in float32 nothing else is left


def masked_softmax(X, valid_lens):
    """Softmax over the last axis of scores, with weight 0 beyond each valid length.

    X (batch, queries, keys) -> the same shape. valid_lens None (all keys are valid),
    (batch,) or (batch, queries). Where a length is 0 all keys get the same weight.
    ValueError where the shapes do not go together.

    Book: 10.3 (sec_attention-scoring-functions)
    """
    check_arrays(X=X)
    if valid_lens is not None:
        check_arrays(valid_lens=valid_lens)
        if X.ndim != 3 or valid_lens.shape not in (X.shape[:1], X.shape[:2]):
            raise ValueError('X must be (batch, queries, keys) and valid_lens (batch,) '
                             f'or (batch, queries), got {X.shape} and '
                             f'{valid_lens.shape}')
    return _masked_softmax(ndarray, X, valid_lens)


def _masked_softmax(F, X, valid_lens):
    if valid_lens is None:
        return F.npx.softmax(X)
    return F.npx.softmax(X + mask_like(F, _mask(F, valid_lens, X, axis=-1), X))


def _mask(F, valid_lens, X, axis):
    """What hides invalid keys when it is added to scores: (batch, 1 or queries, keys).

    The keys are counted along an axis of X.
    """
    valid_lens = F.npx.reshape(valid_lens, (-2, -1, 1))    # (batch, 1 or queries, 1)
    # a difference, since comparing arrays of two dtypes raises an error
    is_valid = valid_lens - F.npx.arange_like(X, axis=axis) > 0
    # where() takes five times as long, and silently has no gradient beside a number
    return (1 - is_valid.astype('float32')) * MASKED


@contextmanager
def imperative(net):
    """In this context a hybridized block runs as if it were not; traces are kept."""
    compiled = []
    net.apply(lambda block: compiled.append(block)
              if getattr(block, '_active', False) else None)
    for block in compiled:
        block._active = False
    try:
        yield
    finally:
        for block in compiled:
            block._active = True


class KeepsAttention:
    """What makes ``attention_weights`` of a block readable, compiled or not.

    To be inherited before a HybridBlock. A block whose `hybrid_forward` computes
    weights ends it with ``self.keep_weights(weights)``; one that only holds such blocks
    overrides `collect_weights` instead.

    Ours, for 10.3
    """

    _inputs = kept = None

    def __call__(self, *args):
        # while a block around this one is traced, symbols come: there is no weight then
        is_call = isinstance(args[0], mx.nd.NDArray)
        self._inputs = args if is_call else None
        return super().__call__(*args)

    @property
    def attention_weights(self):
        """The weights of this block's last call, before dropout.

        A compiled block computes them when they are asked for, by running once more on
        the same inputs, uncompiled and in prediction mode. RuntimeError where the block
        was not called, or only as a part of a compiled one.
        """
        if self._inputs is None:
            raise RuntimeError(
                f'{type(self).__name__} has no attention weights to show: it was not '
                'called yet, or only inside a compiled network. Call it by itself, or '
                'call hybridize(False) on the network first')
        if not self._active:
            return self.collect_weights()
        with imperative(self), autograd.pause():
            super().__call__(*self._inputs)
            return self.collect_weights()

    def keep_weights(self, weights) -> None:
        """Remember weights, unless they are symbols, as they are in a trace."""
        self.kept = weights if isinstance(weights, mx.nd.NDArray) else None

    def collect_weights(self):
        """The weights of the call just made, which was imperative."""
        return self.kept


class AdditiveAttention(KeepsAttention, nn.HybridBlock):
    """Attention pooling with scores ``w_v . tanh(W_q q + W_k k)``.

    Parameters
    ----------
    num_hiddens
        Hidden units of the scoring function.
    dropout
        Chance in [0, 1) that an attention weight is zeroed while training.

    Inputs
        queries (batch, num_queries, q), keys (batch, num_keys, k)
        values (batch, num_keys, v)
        valid_lens None, (batch,) or (batch, num_queries): keys beyond it get weight 0

    Outputs
        (batch, num_queries, v); attention_weights (batch, num_queries, num_keys)

    Book: 10.3 (sec_attention-scoring-functions)
    """

    def __init__(self, num_hiddens, dropout, **kwargs):
        super().__init__(**kwargs)
        self.W_k = nn.Dense(num_hiddens, use_bias=False, flatten=False)
        self.W_q = nn.Dense(num_hiddens, use_bias=False, flatten=False)
        self.w_v = nn.Dense(1, use_bias=False, flatten=False)
        self.dropout = dropping(dropout)

    def hybrid_forward(self, F, queries, keys, values, valid_lens=None):
        return self.pool(F, queries, *self.prepare(F, keys, valid_lens), values)

    def prepare(self, F, keys, valid_lens=None):
        """What `pool` needs of the keys: (features, mask or None).

        It is the same for all queries, also for those that come one after the other.
        """
        mask = None if valid_lens is None else _mask(F, valid_lens, keys, axis=1)
        return self.W_k(keys), mask

    def pool(self, F, queries, features, mask, values):
        """The outputs, from what `prepare` returned of the keys."""
        # np.tanh by oneDNN, in a thirtieth of the time
        features = F.npx.activation(        # (batch, queries, keys, hiddens)
            add_pairs(F, self.W_q(queries), features), act_type='tanh')
        scores = F.np.squeeze(self.w_v(features), axis=-1)  # (batch, queries, keys)
        if mask is not None:
            scores = scores + mask_like(F, mask, scores)
        weights = F.npx.softmax(scores)
        self.keep_weights(weights)                              # (batch, queries, keys)
        return F.npx.batch_dot(self.dropout(weights), values)


class DotProductAttention(KeepsAttention, nn.HybridBlock):
    """Attention pooling with scores ``q . k / sqrt(d)``.

    Parameters
    ----------
    dropout
        Chance in [0, 1) that an attention weight is zeroed while training.

    Inputs
        queries (batch, num_queries, d), keys (batch, num_keys, d)
        values (batch, num_keys, v)
        valid_lens None, (batch,) or (batch, num_queries): keys beyond it get weight 0

    Outputs
        (batch, num_queries, v); attention_weights (batch, num_queries, num_keys)

    Book: 10.3 (sec_attention-scoring-functions)
    """

    def __init__(self, dropout, **kwargs):
        super().__init__(**kwargs)
        self.dropout = dropping(dropout)

    def hybrid_forward(self, F, queries, keys, values, valid_lens=None):
        queries = F.contrib.div_sqrt_dim(queries.as_nd_ndarray()).as_np_ndarray()
        scores = F.npx.batch_dot(queries, keys, transpose_b=True)
        weights = _masked_softmax(F, scores, valid_lens)        # (batch, queries, keys)
        self.keep_weights(weights)
        return F.npx.batch_dot(self.dropout(weights), values)


def transpose_qkv(X, num_heads: int):
    """X (batch, steps, hiddens) -> (batch * heads, steps, hiddens / heads).

    The heads of one example follow one another along the first axis.

    Book: 10.5 (sec_multihead-attention)
    """
    return _transpose_qkv(ndarray, X, num_heads)


def _transpose_qkv(F, X, num_heads):
    X = F.npx.reshape(X, (-2, -2, num_heads, -1))   # (batch, steps, heads, d)
    X = F.np.swapaxes(X, 1, 2)                      # (batch, heads, steps, d)
    return F.npx.reshape(X, (-5, -2, -2))           # (batch * heads, steps, d)


def transpose_output(X, num_heads: int):
    """X (batch * heads, steps, d) -> (batch, steps, heads * d).

    It undoes `transpose_qkv`.

    Book: 10.5 (sec_multihead-attention)
    """
    return _transpose_output(ndarray, X, num_heads)


def _transpose_output(F, X, num_heads):
    X = F.npx.reshape(X, (-6, -1, num_heads, -2, -2))   # (batch, heads, steps, d)
    X = F.np.swapaxes(X, 1, 2)                          # (batch, steps, heads, d)
    return F.npx.reshape(X, (-2, -2, -5))               # (batch, steps, heads * d)


class MultiHeadAttention(KeepsAttention, nn.HybridBlock):
    """Scaled dot-product attention of several heads side by side.

    Parameters
    ----------
    num_hiddens
        Of queries, keys and values once projected, all heads together; num_heads must
        divide it, else ValueError.
    dropout
        Chance in [0, 1) that an attention weight is zeroed while training.

    Inputs
        queries (batch, num_queries, q), keys (batch, num_keys, k)
        values (batch, num_keys, v)
        valid_lens None, (batch,) or (batch, num_queries): keys beyond it get weight 0

    Outputs
        (batch, num_queries, num_hiddens)
        attention_weights (batch * num_heads, num_queries, num_keys)

    Book: 10.5 (sec_multihead-attention)
    """

    def __init__(self, num_hiddens, num_heads, dropout, use_bias=False, **kwargs):
        super().__init__(**kwargs)
        check_whole(num_hiddens=num_hiddens, num_heads=num_heads)
        if num_hiddens % num_heads:
            raise InputError(f'num_heads must divide num_hiddens, got {num_heads} '
                             f'heads and {num_hiddens} hidden units')
        self.num_heads = num_heads
        self.attention = DotProductAttention(dropout)
        self.W_q = nn.Dense(num_hiddens, use_bias=use_bias, flatten=False)
        self.W_k = nn.Dense(num_hiddens, use_bias=use_bias, flatten=False)
        self.W_v = nn.Dense(num_hiddens, use_bias=use_bias, flatten=False)
        self.W_o = nn.Dense(num_hiddens, use_bias=use_bias, flatten=False)

    def hybrid_forward(self, F, queries, keys, values, valid_lens=None):
        queries = _transpose_qkv(F, self.W_q(queries), self.num_heads)
        keys = _transpose_qkv(F, self.W_k(keys), self.num_heads)
        values = _transpose_qkv(F, self.W_v(values), self.num_heads)
        if valid_lens is not None:
            valid_lens = F.np.repeat(valid_lens, self.num_heads, axis=0)
        output = self.attention(queries, keys, values, valid_lens)
        return self.W_o(_transpose_output(F, output, self.num_heads))

    def collect_weights(self):
        return self.attention.attention_weights
