"""Implementation of recurrent neural networks from scratch (循环神经网络的从零开始实现)

Source: chapter_recurrent-neural-networks/rnn-scratch
"""
from typing import Literal

import mxnet as mx
from mxnet import np, npx

import d2lmx as d2l

DATA = ('time_machine',)
SMOKE = dict(num_epochs=2, num_hiddens=32)
# as rounded to a tenth by the page
SEQUENTIAL = {'perplexity': (1.0, 1.0, 1.25)}
PRINTED = [({}, SEQUENTIAL), ({'variant': 'scratch'}, SEQUENTIAL),
           ({'use_random_iter': True}, {'perplexity': (1.4, 1.15, 1.55)})]


def get_params(vocab_size, num_hiddens, device):
    """Small random weights and zero biases, with room for gradients."""
    num_inputs = num_outputs = vocab_size

    def normal(shape):
        return np.random.normal(scale=0.01, size=shape, ctx=device)

    W_xh = normal((num_inputs, num_hiddens))
    W_hh = normal((num_hiddens, num_hiddens))
    b_h = np.zeros(num_hiddens, ctx=device)
    W_hq = normal((num_hiddens, num_outputs))
    b_q = np.zeros(num_outputs, ctx=device)
    params = [W_xh, W_hh, b_h, W_hq, b_q]
    for param in params:
        param.attach_grad()
    return params


def init_rnn_state(batch_size, num_hiddens, device):
    """A hidden state of zeros, in a tuple."""
    return np.zeros((batch_size, num_hiddens), ctx=device),


def rnn(inputs, state, params, F=mx.nd):
    """inputs (steps, batch, vocab) -> scores (steps * batch, vocab), (H,)."""
    np = F.np
    W_xh, W_hh, b_h, W_hq, b_q = params

    def step(X, H):
        H = np.tanh(np.dot(X, W_xh) + np.dot(H, W_hh) + b_h)  # (batch, num_hiddens)
        Y = np.dot(H, W_hq) + b_q                             # (batch, vocab)
        return Y, [H]

    # book: for X in inputs; a graph's loop calls a function
    outputs, state = d2l.over_steps(F, step, inputs, state)
    return F.npx.reshape(outputs, (-5, -2)), state


def build_net(variant='tuned', vocab_size=28, num_hiddens=512, device=None):
    """X (batch, steps), H (batch, num_hiddens) -> scores (steps * batch, vocab), H."""
    forward_fn = {'scratch': rnn, 'tuned': d2l.tuned_rnn}[variant]
    return d2l.RNNModelScratch(vocab_size, num_hiddens, device or npx.cpu(), get_params,
                               init_rnn_state, forward_fn)


def example_inputs(batch_size=2, num_steps=35):
    return (np.random.randint(0, 28, size=(batch_size, num_steps), dtype='int32'),
            np.random.uniform(-1, 1, size=(batch_size, 512)))


def one_hot_encoding(vocab_size):
    """Two tokens as vectors, and the shape of two encoded sequences of five."""
    X = np.arange(10).reshape(2, 5)
    return {'tokens 0 and 2': npx.one_hot(np.array([0, 2]), vocab_size).tolist(),
            'shape of two sequences': npx.one_hot(X.T, vocab_size).shape}


def shapes_of_outputs(net, device):
    """Shapes of the outputs and the new state for two sequences of five tokens."""
    X = np.arange(10).reshape(2, 5)
    state = net.begin_state(X.shape[0], device)
    Y, new_state = net(X.as_in_ctx(device), state)
    return {'outputs': Y.shape, 'states': len(new_state), 'state': new_state[0].shape}


def run(*, variant: Literal['scratch', 'tuned'] = 'tuned', num_epochs: int = 500,
        lr: float = 1, batch_size: int = 32, num_steps: int = 35,
        num_hiddens: int = 512, use_random_iter: bool = False) -> dict:
    # tuned, since compiled steps of training take 2.7 times as long with rnn above
    device = d2l.try_gpu()
    train_iter, vocab = d2l.load_data_time_machine(batch_size, num_steps,
                                                   use_random_iter)
    net = build_net(variant, len(vocab), num_hiddens, device)
    shapes = shapes_of_outputs(net, device)
    before = d2l.predict_ch8('time traveller ', 10, net, vocab, device)
    history = d2l.train_ch8(net, train_iter, vocab, lr, num_epochs, device,
                            use_random_iter)
    return {'one-hot': one_hot_encoding(len(vocab)), 'shapes': shapes,
            'prediction before training': before,
            'prediction': d2l.predict_ch8('time traveller ', 50, net, vocab, device),
            **history.record()}


if __name__ == '__main__':
    d2l.main(run)
