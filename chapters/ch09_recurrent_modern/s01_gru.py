"""Gated recurrent units: GRU (门控循环单元)

Source: chapter_recurrent-modern/gru
"""
from typing import Literal

import mxnet as mx
from mxnet import np, npx
from mxnet.gluon import rnn

import d2lmx as d2l

DATA = ('time_machine',)
SMOKE = dict(num_epochs=2, num_hiddens=32)


def get_params(vocab_size, num_hiddens, device):
    """Weights and biases of both gates, the candidate state and the output."""
    num_inputs = num_outputs = vocab_size

    def normal(shape):
        return np.random.normal(scale=0.01, size=shape, ctx=device)

    def three():
        return (normal((num_inputs, num_hiddens)), normal((num_hiddens, num_hiddens)),
                np.zeros(num_hiddens, ctx=device))

    W_xz, W_hz, b_z = three()  # update gate
    W_xr, W_hr, b_r = three()  # reset gate
    W_xh, W_hh, b_h = three()  # candidate hidden state
    W_hq = normal((num_hiddens, num_outputs))
    b_q = np.zeros(num_outputs, ctx=device)
    params = [W_xz, W_hz, b_z, W_xr, W_hr, b_r, W_xh, W_hh, b_h, W_hq, b_q]
    for param in params:
        param.attach_grad()
    return params


def init_gru_state(batch_size, num_hiddens, device):
    """A hidden state of zeros, in a tuple."""
    return np.zeros((batch_size, num_hiddens), ctx=device),


def gru(inputs, state, params, F=mx.nd):
    """inputs (steps, batch, vocab) -> scores (steps * batch, vocab), (H,)."""
    W_xz, W_hz, b_z, W_xr, W_hr, b_r, W_xh, W_hh, b_h, W_hq, b_q = params
    recur_z, recur_r, recur_h = (d2l.affine(F, W) for W in (W_hz, W_hr, W_hh))

    def step(XW, H):
        X_z, X_r, X_h = XW                                   # (batch, num_hiddens)
        Z = F.npx.activation(X_z + recur_z(H), act_type='sigmoid')
        R = F.npx.activation(X_r + recur_r(H), act_type='sigmoid')
        H_tilde = F.npx.activation(X_h + recur_h(R * H), act_type='tanh')
        H = Z * H + (1 - Z) * H_tilde
        return H, [H]

    # products with the inputs need no step before: (steps, batch, num_hiddens) each
    XW = [d2l.affine(F, W, b)(inputs)
          for W, b in ((W_xz, b_z), (W_xr, b_r), (W_xh, b_h))]
    Hs, state = d2l.over_steps(F, step, XW, state)
    Y = d2l.affine(F, W_hq, b_q)(Hs)                         # (steps, batch, vocab)
    return F.npx.reshape(Y, (-5, -2)), tuple(state)


def build_net(variant='concise', vocab_size=28, num_hiddens=256, device=None):
    """X (batch, steps), H -> scores (steps * batch, vocab), H.

    H (1, batch, num_hiddens), from scratch (batch, num_hiddens).
    """
    if variant == 'scratch':
        return d2l.RNNModelScratch(vocab_size, num_hiddens, device or npx.cpu(),
                                   get_params, init_gru_state, gru)
    return d2l.RNNModel(rnn.GRU(num_hiddens), vocab_size)


def example_inputs(batch_size=2, variant='concise'):
    shape = (batch_size, 256) if variant == 'scratch' else (1, batch_size, 256)
    return (np.random.randint(0, 28, size=(batch_size, 35), dtype='int32'),
            np.random.uniform(-1, 1, size=shape))


def run(*, variant: Literal['scratch', 'concise'] = 'scratch', num_epochs: int = 500,
        lr: float = 1, batch_size: int = 32, num_steps: int = 35,
        num_hiddens: int = 256, hybridize: bool = True) -> dict:
    device = d2l.try_gpu()
    train_iter, vocab = d2l.load_data_time_machine(batch_size, num_steps)
    net = build_net(variant, len(vocab), num_hiddens, device)
    net.hybridize(hybridize, static_alloc=True, static_shape=True)
    history = d2l.train_ch8(net, train_iter, vocab, lr, num_epochs, device)
    return {'prediction': d2l.predict_ch8('time traveller ', 50, net, vocab, device),
            **history.record()}


if __name__ == '__main__':
    d2l.main(run)
