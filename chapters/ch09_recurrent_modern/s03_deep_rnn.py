"""Deep recurrent neural networks (深度循环神经网络)

Source: chapter_recurrent-modern/deep-rnn
"""
from mxnet import np
from mxnet.gluon import rnn

import d2lmx as d2l

DATA = ('time_machine',)
SMOKE = dict(num_epochs=2, num_hiddens=32)
PRINTED = [({}, {'perplexity': (1.0, 1.0, 1.15)})]  # as rounded to a tenth by the page


def build_net(vocab_size=28, num_hiddens=256, num_layers=2):
    """X (batch, steps), H and C (num_layers, batch, num_hiddens) -> scores (steps *
    batch, vocab), H, C.
    """
    return d2l.RNNModel(rnn.LSTM(num_hiddens, num_layers), vocab_size)


def example_inputs(batch_size=2, num_steps=35):
    return (np.random.randint(0, 28, size=(batch_size, num_steps), dtype='int32'),
            np.random.uniform(-1, 1, size=(2, batch_size, 256)),
            np.random.uniform(-1, 1, size=(2, batch_size, 256)))


def run(*, num_epochs: int = 500, lr: float = 2, batch_size: int = 32,
        num_steps: int = 35, num_hiddens: int = 256, num_layers: int = 2) -> dict:
    device = d2l.try_gpu()
    train_iter, vocab = d2l.load_data_time_machine(batch_size, num_steps)
    net = build_net(len(vocab), num_hiddens, num_layers)
    history = d2l.train_ch8(net, train_iter, vocab, lr, num_epochs, device)
    return {'prediction': d2l.predict_ch8('time traveller ', 50, net, vocab, device),
            **history.record()}


if __name__ == '__main__':
    d2l.main(run)
