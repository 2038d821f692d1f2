"""What sections write from scratch, in other words that MXNet runs faster on a CPU.

Each stands for the function of that name in its section, with the same
arguments and parameters, and gives the same numbers and gradients but for rounding.
"""
from functools import partial

import mxnet as mx

from .loops import over_steps
from .tracing import shape_of

__all__ = ['tuned_gru', 'tuned_lstm', 'tuned_rnn']


def _product(F, W, b=None):
    """The function X -> XW + b, X (..., in), W (in, out), b (out,).

    By oneDNN, in half the time of ``np.dot``. W is laid out once, where this is called:
    outside a loop.
    """
    num_outputs = shape_of(W)[1]
    W = F.np.transpose(W)
    bias = () if b is None else (b,)

    def apply(X):
        return F.npx.fully_connected(X, W, *bias, num_hidden=num_outputs,
                                     no_bias=b is None, flatten=False)

    return apply


def _activations(F):
    """sigmoid and tanh by oneDNN; np.tanh takes twenty times as long."""
    return (partial(F.npx.activation, act_type='sigmoid'),
            partial(F.npx.activation, act_type='tanh'))


def _recurrent(F, step, inputs, state, params):
    """Scores (steps * batch, vocab) and last state of ``step(gates, *state)``.

    params: W_x, W_h and b of each gate, then W_hq and b_q. gates: for each of them the
    function H -> X W_x + H W_h + b of this step. step gives the output H and the state.
    """
    *of_gates, W_hq, b_q = params
    Ws_x, Ws_h, bs = of_gates[0::3], of_gates[1::3], of_gates[2::3]
    # in the loop stand only the products that need the step before
    XWs = [_product(F, W_x, b)(inputs) for W_x, b in zip(Ws_x, bs)]
    recur = [_product(F, W_h) for W_h in Ws_h]

    def gate(XW, product):
        return lambda H: XW + product(H)

    def gated_step(XWs, *state):
        return step([gate(*parts) for parts in zip(XWs, recur)], *state)

    Hs, state = over_steps(F, gated_step, XWs, state)  # (steps, batch, num_hiddens)
    Y = _product(F, W_hq, b_q)(Hs)                     # (steps, batch, vocab)
    return F.npx.reshape(Y, (-5, -2)), state


def tuned_rnn(inputs, state, params, F=mx.nd):
    """The function ``rnn`` of its section, tuned.

    Book: 8.5 (sec_rnn_scratch)
    """
    _, tanh = _activations(F)

    def step(gates, H):
        hidden, = gates
        H = tanh(hidden(H))
        return H, [H]

    return _recurrent(F, step, inputs, state, params)


def tuned_gru(inputs, state, params, F=mx.nd):
    """The function ``gru`` of its section, tuned.

    Book: 9.1 (sec_gru)
    """
    sigmoid, tanh = _activations(F)

    def step(gates, H):
        update, reset, candidate = gates
        Z = sigmoid(update(H))
        R = sigmoid(reset(H))
        H_tilda = tanh(candidate(R * H))
        H = Z * H + (1 - Z) * H_tilda
        return H, [H]

    return _recurrent(F, step, inputs, state, params)


def tuned_lstm(inputs, state, params, F=mx.nd):
    """The function ``lstm`` of its section, tuned.

    Book: 9.2 (sec_lstm)
    """
    sigmoid, tanh = _activations(F)

    def step(gates, H, C):
        input_gate, forget_gate, output_gate, candidate = gates
        C = sigmoid(forget_gate(H)) * C + sigmoid(input_gate(H)) * tanh(candidate(H))
        H = sigmoid(output_gate(H)) * tanh(C)
        return H, [H, C]

    return _recurrent(F, step, inputs, state, params)
