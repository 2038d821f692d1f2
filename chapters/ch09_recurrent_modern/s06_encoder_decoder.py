"""The encoder-decoder architecture (编码器-解码器架构)

Source: chapter_recurrent-modern/encoder-decoder
"""
from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l

SMOKE = dict(num_steps=3)


class MeanEncoder(d2l.Encoder):
    """The smallest encoder: X (batch, steps, d) -> its mean over steps (batch, d)."""

    def hybrid_forward(self, F, X, *args):
        return F.np.mean(X, axis=1)


class AddingDecoder(d2l.Decoder):
    """The smallest decoder: each step's input and the state, through a Dense layer.

    X (batch, steps, d), state (batch, d) -> Y (batch, steps, num_outputs), state
    """

    def __init__(self, num_outputs, **kwargs):
        super().__init__(**kwargs)
        self.dense = nn.Dense(num_outputs, flatten=False)

    def init_state(self, enc_outputs, *args):
        return enc_outputs

    def hybrid_forward(self, F, X, state):
        return self.dense(X + F.np.expand_dims(state, axis=1)), state


def build_net(num_outputs=5):
    return d2l.EncoderDecoder(MeanEncoder(), AddingDecoder(num_outputs))


def example_inputs(batch_size=2, num_steps=4):
    return (np.random.uniform(size=(batch_size, num_steps + 2, 3)),
            np.random.uniform(size=(batch_size, num_steps, 3)))


def run(*, batch_size: int = 2, num_steps: int = 4) -> dict:
    """Shapes on their way from the source to the outputs."""
    net = build_net()
    net.initialize()
    enc_X, dec_X = example_inputs(batch_size, num_steps)
    state = net.decoder.init_state(net.encoder(enc_X))
    Y, _ = net(enc_X, dec_X)
    return {'source': list(enc_X.shape), 'state': list(state.shape),
            'target': list(dec_X.shape), 'outputs': list(Y.shape)}


if __name__ == '__main__':
    d2l.main(run)
