"""Recurrent layers: Gluon's, with dropout and lengths that take effect, and loops."""
import mxnet as mx
from mxnet.gluon import rnn

__all__ = ['affine', 'over_steps', 'RNN', 'GRU', 'LSTM', 'effective']


def affine(F, W, b=None):
    """The function X -> XW + b of arrays or symbols, X (..., in), W (in, out), b (out,).

    On the CPU it takes half the time of ``np.dot``. W is laid out once, where this is
    called: outside a loop.

    Book: 8.5 (sec_rnn_scratch)
    """
    num_outputs = _shape(W)[1]
    W = F.np.transpose(W)
    bias = () if b is None else (b,)

    def apply(X):
        return F.npx.fully_connected(X, W, *bias, num_hidden=num_outputs,
                                     no_bias=b is None, flatten=False)

    return apply


def _shape(W):
    """The shape of an array, or of a symbol that stands for a parameter."""
    if isinstance(W, mx.symbol.Symbol):
        return W.infer_shape_partial()[1][0]
    return W.shape


def over_steps(F, step, inputs, states):
    """Call ``step(X, *states) -> (Y, states)`` for X in inputs, one after the other.

    inputs (steps, ...); states a list. Gives all Y as one (steps, ...), and the last
    states as a list. In a hybridized block it is one loop for any number of steps.

    Book: 8.5 (sec_rnn_scratch)
    """
    def body(X, states):
        Y, states = step(X.as_np_ndarray(), *(S.as_np_ndarray() for S in states))
        return Y.as_nd_ndarray(), [S.as_nd_ndarray() for S in states]

    Y, states = F.contrib.foreach(body, inputs.as_nd_ndarray(),
                                  [S.as_nd_ndarray() for S in states])
    return Y.as_np_ndarray(), [S.as_np_ndarray() for S in states]


class _Effective:
    """What Gluon's recurrent layers lack on the CPU, where its kernel drops nothing
    between layers and reads no lengths. Parameters and calls stay the same.
    """

    def _forward_kernel(self, F, inputs, states, sequence_length, **params):
        drops = self._dropout and self._num_layers > 1
        if not (drops or self._use_sequence_length):
            return super()._forward_kernel(F, inputs, states, sequence_length, **params)
        if self._projection_size or self._lstm_state_clip_min is not None:
            raise ValueError('dropout and lengths go together with no projection_size '
                             'and no clipped states')
        Y = F.np.swapaxes(inputs, 0, 1) if self._layout == 'NTC' else inputs
        run = self._layer_by_steps if self._use_sequence_length else self._layer_at_once
        ends = []
        for i in range(self._num_layers):
            if i > 0 and self._dropout:
                Y = F.npx.dropout(Y, p=self._dropout)
            begin = [S[i * self._dir:(i + 1) * self._dir] for S in states]
            Y, end = run(F, Y, begin, sequence_length, params, i)
            ends.append(end)
        if self._layout == 'NTC':
            Y = F.np.swapaxes(Y, 0, 1)
        return Y, [F.np.concatenate(parts, axis=0) for parts in zip(*ends)]

    def _layer_at_once(self, F, X, states, _, params, i):
        """One layer, by MXNet's own operator."""
        names = [f'{d}{i}_{g}_{t}' for t in ('weight', 'bias')
                 for d in 'lr'[:self._dir] for g in ('i2h', 'h2h')]
        flat = F.np._internal.rnn_param_concat(
            *(params[name].reshape(-1) for name in names), dim=0)
        Y, *states = F.npx.rnn(
            X, flat, *states, state_size=self._hidden_size, num_layers=1, p=0.0,
            bidirectional=self._dir == 2, state_outputs=True, mode=self._mode)
        return Y, states

    def _layer_by_steps(self, F, X, states, lengths, params, i):
        """One layer, step by step: beyond its length a state stays, an output is 0."""
        Ys, ends = [], []
        for j, d in enumerate('lr'[:self._dir]):
            begin = [F.npx.reshape(S[j:j + 1], (-3, -2, -2)) for S in states]
            X_d = X if d == 'l' else _reversed(F, X, lengths)
            Y, end = self._masked_loop(F, X_d, begin, lengths, *(
                params[f'{d}{i}_{g}_{t}'] for g in ('i2h', 'h2h')
                for t in ('weight', 'bias')))
            Ys.append(Y if d == 'l' else _reversed(F, Y, lengths))
            ends.append(end)
        return F.np.concatenate(Ys, axis=2), [
            F.np.stack(parts, axis=0) for parts in zip(*ends)]

    def _masked_loop(self, F, X, states, lengths, W_x, b_x, W_h, b_h):
        """One direction of a layer: outputs (steps, batch, h), last states (batch, h)."""
        cell = CELLS[self._mode]
        size = self._gates * self._hidden_size

        def dense(X, W, b):
            return F.npx.fully_connected(X, W, b, num_hidden=size, flatten=False)

        def step(X, *states):
            is_valid, X = X[:, :1], X[:, 1:]  # (batch, 1), (batch, gates * h)
            new = cell(F, F.np.split(X, self._gates, axis=1),
                       F.np.split(dense(states[0], W_h, b_h), self._gates, axis=1),
                       states)
            kept = [is_valid * S_new + (1 - is_valid) * S
                    for S_new, S in zip(new, states)]
            return is_valid * new[0], kept

        X = dense(X, W_x, b_x)  # (steps, batch, gates * h)
        ones = F.np.ones_like(X[:, :, :1])
        is_valid = F.npx.sequence_mask(ones, lengths, use_sequence_length=True)
        return over_steps(F, step, F.np.concatenate([is_valid, X], axis=2), states)


def _reversed(F, X, lengths):
    """The first `lengths` steps of X (steps, batch, ...) in reverse, the rest as is."""
    return F.SequenceReverse(X.as_nd_ndarray(), lengths.as_nd_ndarray(),
                             use_sequence_length=True).as_np_ndarray()


def _relu_cell(F, X, H, states):
    return [F.npx.relu(X[0] + H[0])]


def _tanh_cell(F, X, H, states):
    return [F.np.tanh(X[0] + H[0])]


def _gru_cell(F, X, H, states):
    R = F.npx.sigmoid(X[0] + H[0])
    Z = F.npx.sigmoid(X[1] + H[1])
    H_tilde = F.np.tanh(X[2] + R * H[2])
    return [Z * states[0] + (1 - Z) * H_tilde]


def _lstm_cell(F, X, H, states):
    I, forget, C_tilde, O = (x + h for x, h in zip(X, H))
    C = (F.npx.sigmoid(forget) * states[1]
         + F.npx.sigmoid(I) * F.np.tanh(C_tilde))
    return [F.npx.sigmoid(O) * F.np.tanh(C), C]


# (F, gates of the input, gates of the hidden state, states) -> new states
CELLS = {'rnn_relu': _relu_cell, 'rnn_tanh': _tanh_cell, 'gru': _gru_cell,
         'lstm': _lstm_cell}


class RNN(_Effective, rnn.RNN):
    """``gluon.rnn.RNN``, whose ``dropout`` and ``use_sequence_length`` take effect.

    Its arguments and parameters are Gluon's; the default activation is 'relu'. Dropout
    acts between layers, while training. With ``use_sequence_length=True`` it is called
    as ``layer(X, states, lengths)``, lengths (batch,): outputs beyond a length are 0,
    and the last states are those at the length.

    Book: 8.6 (sec_rnn-concise)
    """


class GRU(_Effective, rnn.GRU):
    """``gluon.rnn.GRU``, whose ``dropout`` and ``use_sequence_length`` take effect.

    As `RNN` otherwise.

    Book: 9.1 (sec_gru)
    """


class LSTM(_Effective, rnn.LSTM):
    """``gluon.rnn.LSTM``, whose ``dropout`` and ``use_sequence_length`` take effect.

    As `RNN` otherwise; there are two states, the hidden one and the memory cell.

    Book: 9.2 (sec_lstm)
    """


def effective(layer):
    """The same layer, if it is one of Gluon's, as the class here of that name.

    Book: 8.6 (sec_rnn-concise)
    """
    ours = {rnn.RNN: RNN, rnn.GRU: GRU, rnn.LSTM: LSTM}
    layer.__class__ = ours.get(type(layer), type(layer))
    return layer
