"""What sections write from scratch, in other words that MXNet runs faster on a CPU.

Each stands for the function, or class, of that name in its section, with the same
arguments and parameters, and gives the same numbers and gradients but for rounding.
"""
from functools import partial

import mxnet as mx
from mxnet.gluon import nn

from .loops import over_steps
from .tracing import assign_averages, is_training, shape_of

__all__ = ['TunedBatchNorm', 'tuned_gru', 'tuned_lstm', 'tuned_rnn']


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

    Ours, for 8.5
    """
    _, tanh = _activations(F)

    def step(gates, H):
        hidden, = gates
        H = tanh(hidden(H))
        return H, [H]

    return _recurrent(F, step, inputs, state, params)


def tuned_gru(inputs, state, params, F=mx.nd):
    """The function ``gru`` of its section, tuned.

    Ours, for 9.1
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

    Ours, for 9.2
    """
    sigmoid, tanh = _activations(F)

    def step(gates, H, C):
        input_gate, forget_gate, output_gate, candidate = gates
        C = sigmoid(forget_gate(H)) * C + sigmoid(input_gate(H)) * tanh(candidate(H))
        H = sigmoid(output_gate(H)) * tanh(C)
        return H, [H, C]

    return _recurrent(F, step, inputs, state, params)


def _means_and_copies(F, rows, num_features):
    """Two functions: the mean of each feature, and copies of a number for each.

    rows: (batch, features * positions). average: array like rows -> (num_features,);
    spread: (num_features,) -> array like rows. Both are matrix products: MXNet's sums
    over axes, which are the gradient of broadcasting too, take ten times as long.
    """
    def first(A, axis):
        before = (None,) * axis
        return F.npx.slice(A, begin=before + (0,), end=before + (1,))

    one = F.npx.reshape(first(rows, axis=0), (num_features, -1))
    positions = F.np.ones_like(first(one, axis=0))   # (1, positions)
    examples = F.np.ones_like(first(rows, axis=1))   # (batch, 1)
    shares = F.npx.reshape(examples / F.np.sum(examples), (1, -1))

    def average(rows):
        means = F.npx.reshape(F.np.dot(shares, rows), (num_features, -1))
        return F.np.mean(means, axis=1)

    def spread(a):
        one = F.np.dot(F.npx.reshape(a, (-1, 1)), positions)
        return F.np.dot(examples, F.npx.reshape(one, (1, -1)))

    return average, spread


class TunedBatchNorm(nn.HybridBlock):
    """The class ``BatchNorm`` of its section, tuned; for inputs of any dimensions.

    Ours, for 7.5
    """

    eps, momentum = 1e-5, 0.9

    def __init__(self, num_features, num_dims, **kwargs):
        super().__init__(**kwargs)
        self.num_features = num_features
        shape = (num_features,)
        self.gamma = self.params.get('gamma', shape=shape, init='ones')
        self.beta = self.params.get('beta', shape=shape, init='zeros')
        self.moving_mean = self.params.get('moving_mean', shape=shape, init='zeros',
                                           grad_req='null')
        self.moving_var = self.params.get('moving_var', shape=shape, init='ones',
                                          grad_req='null')

    def hybrid_forward(self, F, X, gamma, beta, moving_mean, moving_var):
        rows = F.npx.batch_flatten(X)  # (batch, num_features * positions)
        average, spread = _means_and_copies(F, rows, self.num_features)
        training = is_training(F, gamma)
        mean = F.np.where(training, average(rows), moving_mean)  # (num_features,)
        rows = rows - spread(mean)
        var = F.np.where(training, average(rows * rows), moving_var)
        beta = assign_averages(
            F, beta, moving_mean, moving_var,
            self.momentum * moving_mean + (1 - self.momentum) * mean,
            self.momentum * moving_var + (1 - self.momentum) * var)
        rows = spread(gamma / F.np.sqrt(var + self.eps)) * rows
        # added in X's shape: reshape_like's gradient must not be in oneDNN's layout
        return F.npx.reshape_like(rows, X) + F.npx.reshape_like(spread(beta), X)
