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
# as rounded to a tenth by the page
SCRATCH = {'perplexity': (1.1, 1.05, 1.15)}
PRINTED = [({}, SCRATCH), ({'variant': 'scratch'}, SCRATCH),
           ({'variant': 'concise'}, {'perplexity': (1.1, 1.05, 1.15)})]


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
    np, npx = F.np, F.npx
    W_xz, W_hz, b_z, W_xr, W_hr, b_r, W_xh, W_hh, b_h, W_hq, b_q = params

    def step(X, H):                                # all but Y (batch, num_hiddens)
        Z = npx.sigmoid(np.dot(X, W_xz) + np.dot(H, W_hz) + b_z)
        R = npx.sigmoid(np.dot(X, W_xr) + np.dot(H, W_hr) + b_r)
        H_tilda = np.tanh(np.dot(X, W_xh) + np.dot(R * H, W_hh) + b_h)
        H = Z * H + (1 - Z) * H_tilda
        Y = np.dot(H, W_hq) + b_q                  # (batch, vocab)
        return Y, [H]

    # book: for X in inputs; a graph's loop calls a function
    outputs, state = d2l.over_steps(F, step, inputs, state)
    return npx.reshape(outputs, (-5, -2)), state


def build_net(variant='concise', vocab_size=28, num_hiddens=256, device=None):
    """X (batch, steps), H -> scores (steps * batch, vocab), H.

    H (1, batch, num_hiddens), from scratch and tuned (batch, num_hiddens).
    """
    if variant == 'concise':
        return d2l.RNNModel(rnn.GRU(num_hiddens), vocab_size)
    forward_fn = {'scratch': gru, 'tuned': d2l.tuned_gru}[variant]
    return d2l.RNNModelScratch(vocab_size, num_hiddens, device or npx.cpu(),
                               get_params, init_gru_state, forward_fn)


def example_inputs(batch_size=2, variant='concise', num_steps=35):
    shape = (1, batch_size, 256) if variant == 'concise' else (batch_size, 256)
    return (np.random.randint(0, 28, size=(batch_size, num_steps), dtype='int32'),
            np.random.uniform(-1, 1, size=shape))


def run(*, variant: Literal['scratch', 'tuned', 'concise'] = 'tuned',
        num_epochs: int = 500, lr: float = 1, batch_size: int = 32, num_steps: int = 35,
        num_hiddens: int = 256) -> dict:
    # tuned, since compiled steps of training take 2.1 times as long with gru above
    device = d2l.try_gpu()
    train_iter, vocab = d2l.load_data_time_machine(batch_size, num_steps)
    net = build_net(variant, len(vocab), num_hiddens, device)
    history = d2l.train_ch8(net, train_iter, vocab, lr, num_epochs, device)
    return {'prediction': d2l.predict_ch8('time traveller ', 50, net, vocab, device),
            **history.record()}


if __name__ == '__main__':
    d2l.main(run)
