"""Long short-term memory: LSTM (长短期记忆网络)

Source: chapter_recurrent-modern/lstm
"""
from typing import Literal

import mxnet as mx
from mxnet import np, npx
from mxnet.gluon import rnn

import d2lmx as d2l

DATA = ('time_machine',)
SMOKE = dict(num_epochs=2, num_hiddens=32)
# as rounded to a tenth by the page
SCRATCH = {'perplexity': (1.1, 1.05, 1.45)}
PRINTED = [({}, SCRATCH), ({'variant': 'scratch'}, SCRATCH),
           ({'variant': 'concise'}, {'perplexity': (1.1, 1.05, 1.35)})]


def get_lstm_params(vocab_size, num_hiddens, device):
    """Weights and biases of three gates, the candidate memory cell and the output."""
    num_inputs = num_outputs = vocab_size

    def normal(shape):
        return np.random.normal(scale=0.01, size=shape, ctx=device)

    def three():
        return (normal((num_inputs, num_hiddens)), normal((num_hiddens, num_hiddens)),
                np.zeros(num_hiddens, ctx=device))

    W_xi, W_hi, b_i = three()  # input gate
    W_xf, W_hf, b_f = three()  # forget gate
    W_xo, W_ho, b_o = three()  # output gate
    W_xc, W_hc, b_c = three()  # candidate memory cell
    W_hq = normal((num_hiddens, num_outputs))
    b_q = np.zeros(num_outputs, ctx=device)
    params = [W_xi, W_hi, b_i, W_xf, W_hf, b_f, W_xo, W_ho, b_o, W_xc, W_hc, b_c,
              W_hq, b_q]
    for param in params:
        param.attach_grad()
    return params


def init_lstm_state(batch_size, num_hiddens, device):
    """A hidden state and a memory cell of zeros."""
    return (np.zeros((batch_size, num_hiddens), ctx=device),
            np.zeros((batch_size, num_hiddens), ctx=device))


def lstm(inputs, state, params, F=mx.nd):
    """inputs (steps, batch, vocab) -> scores (steps * batch, vocab), (H, C)."""
    np, npx = F.np, F.npx
    [W_xi, W_hi, b_i, W_xf, W_hf, b_f, W_xo, W_ho, b_o, W_xc, W_hc, b_c,
     W_hq, b_q] = params

    def step(X, H, C):  # all but Y (batch, num_hiddens); here F is the forget gate
        I = npx.sigmoid(np.dot(X, W_xi) + np.dot(H, W_hi) + b_i)
        F = npx.sigmoid(np.dot(X, W_xf) + np.dot(H, W_hf) + b_f)
        O = npx.sigmoid(np.dot(X, W_xo) + np.dot(H, W_ho) + b_o)
        C_tilda = np.tanh(np.dot(X, W_xc) + np.dot(H, W_hc) + b_c)
        C = F * C + I * C_tilda
        H = O * np.tanh(C)
        Y = np.dot(H, W_hq) + b_q                  # (batch, vocab)
        return Y, [H, C]

    # book: for X in inputs; a graph's loop calls a function
    outputs, state = d2l.over_steps(F, step, inputs, state)
    return npx.reshape(outputs, (-5, -2)), state


def build_net(variant='concise', vocab_size=28, num_hiddens=256, device=None):
    """X (batch, steps), H and C -> scores (steps * batch, vocab), H, C.

    H and C (1, batch, num_hiddens), from scratch and tuned (batch, num_hiddens).
    """
    if variant == 'concise':
        return d2l.RNNModel(rnn.LSTM(num_hiddens), vocab_size)
    forward_fn = {'scratch': lstm, 'tuned': d2l.tuned_lstm}[variant]
    return d2l.RNNModelScratch(vocab_size, num_hiddens, device or npx.cpu(),
                               get_lstm_params, init_lstm_state, forward_fn)


def example_inputs(batch_size=2, variant='concise', num_steps=35):
    shape = (1, batch_size, 256) if variant == 'concise' else (batch_size, 256)
    return (np.random.randint(0, 28, size=(batch_size, num_steps), dtype='int32'),
            *(np.random.uniform(-1, 1, size=shape) for _ in range(2)))


def run(*, variant: Literal['scratch', 'tuned', 'concise'] = 'tuned',
        num_epochs: int = 500, lr: float = 1, batch_size: int = 32, num_steps: int = 35,
        num_hiddens: int = 256) -> dict:
    # tuned, since compiled steps of training take twice as long with lstm above
    device = d2l.try_gpu()
    train_iter, vocab = d2l.load_data_time_machine(batch_size, num_steps)
    net = build_net(variant, len(vocab), num_hiddens, device)
    history = d2l.train_ch8(net, train_iter, vocab, lr, num_epochs, device)
    return {'prediction': d2l.predict_ch8('time traveller ', 50, net, vocab, device),
            **history.record()}


if __name__ == '__main__':
    d2l.main(run)
