"""Concise implementation of recurrent neural networks (循环神经网络的简洁实现)

Source: chapter_recurrent-neural-networks/rnn-concise
"""
from mxnet import np
from mxnet.gluon import rnn

import d2lmx as d2l

DATA = ('time_machine',)
SMOKE = dict(num_epochs=3, num_hiddens=32)
# printed to one decimal, then the range of the builds, as it was before rounding
PRINTED = [({}, {'perplexity': (1.2, 1.15, 1.35)})]


def build_net(vocab_size=28, num_hiddens=256):
    """X (batch, steps), H (1, batch, num_hiddens) -> scores (steps * batch, vocab), H.

    The activation is Gluon's default, ReLU.
    """
    return d2l.RNNModel(rnn.RNN(num_hiddens), vocab_size)


def example_inputs(batch_size=2, num_steps=35):
    return (np.random.randint(0, 28, size=(batch_size, num_steps), dtype='int32'),
            np.random.uniform(-1, 1, size=(1, batch_size, 256)))


def shapes_of_the_layer(vocab_size, batch_size, num_steps, num_hiddens):
    """Shapes of a layer's state, its outputs and its new state."""
    rnn_layer = rnn.RNN(num_hiddens)
    rnn_layer.initialize()
    state = rnn_layer.begin_state(batch_size=batch_size)
    X = np.zeros((num_steps, batch_size, vocab_size))
    Y, new_state = rnn_layer(X, state)
    return {'states': len(state), 'state': state[0].shape, 'outputs': Y.shape,
            'new states': len(new_state), 'new state': new_state[0].shape}


def run(*, num_epochs: int = 500, lr: float = 1, batch_size: int = 32,
        num_steps: int = 35, num_hiddens: int = 256,
        use_random_iter: bool = False) -> dict:
    device = d2l.try_gpu()
    train_iter, vocab = d2l.load_data_time_machine(batch_size, num_steps,
                                                   use_random_iter)
    shapes = shapes_of_the_layer(len(vocab), batch_size, num_steps, num_hiddens)
    net = build_net(len(vocab), num_hiddens)
    net.initialize(ctx=device, force_reinit=True)
    before = d2l.predict_ch8('time traveller', 10, net, vocab, device)
    history = d2l.train_ch8(net, train_iter, vocab, lr, num_epochs, device,
                            use_random_iter)
    return {'shapes': shapes, 'prediction before training': before,
            'prediction': d2l.predict_ch8('time traveller ', 50, net, vocab, device),
            **history.record()}


if __name__ == '__main__':
    d2l.main(run)
