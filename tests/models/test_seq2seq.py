"""Encoders and decoders, ours and written as the book writes them."""
import numpy as onp
import pytest
from mxnet import np
from mxnet.gluon import nn

import d2lmx as d2l


class Double(d2l.Encoder):
    """Counts how often Python runs its body: once a trace when compiled."""

    calls = 0

    def hybrid_forward(self, F, X, *args):
        type(self).calls += 1
        return 2 * X


class AddSource(d2l.Decoder):
    def init_state(self, enc_outputs, *args):
        return [enc_outputs]

    def hybrid_forward(self, F, X, state):
        return X + state[0], [state[0] + 1]


class BookEncoder(d2l.Encoder):
    """As a cell of the book has it: forward, shapes asked for, plain children."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.blks = nn.Sequential()
        self.blks.add(nn.Dense(4, flatten=False), nn.Dense(4, flatten=False))

    def forward(self, X, *args):
        return self.blks(X).reshape(X.shape[0], -1)


class BookDecoder(d2l.Decoder):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = nn.Dense(4, flatten=False)

    def init_state(self, enc_outputs, *args):
        return [enc_outputs, [None]]

    def forward(self, X, state):
        state[1][0] = X if state[1][0] is None else np.concatenate((state[1][0], X), 1)
        return self.dense(X) + state[0][:, :4], state


@pytest.fixture
def double():
    Double.calls = 0
    return d2l.EncoderDecoder(Double(), AddSource())


def test_state_passes_from_encoder_to_decoder(double):
    Y, state = double(np.array([[3.0]]), np.array([[10.0]]))
    assert Y.item() == 16 and state[0].item() == 7


def test_hybridized_network_runs_python_once_for_all_calls_of_a_structure(double):
    double.hybridize()
    for value in (1.0, 2.0, 3.0):
        Y, _ = double(np.array([[value]]), np.array([[0.0]]), np.array([1.0]))
        assert Y.item() == 2 * value
    assert Double.calls == 1


@pytest.mark.parametrize('static', [False, True])
def test_blocks_written_as_in_the_book_give_the_same_numbers_hybridized(static):
    net = d2l.EncoderDecoder(BookEncoder(), BookDecoder())
    net.initialize()
    inputs = np.random.normal(size=(2, 3, 5)), np.random.normal(size=(2, 4))
    imperative, _ = net(*inputs)
    net.hybridize(static_alloc=static, static_shape=static)
    hybridized, state = net(*inputs, np.array([1, 2]))
    onp.testing.assert_allclose(hybridized.asnumpy(), imperative.asnumpy(), rtol=1e-6)
    assert state[1][0].shape == (2, 4)
    assert net.encoder.blks[0]._active and net.decoder.dense._active
    net.hybridize(False)
    assert not net.decoder.dense._active


def test_base_classes_say_what_a_subclass_must_define():
    X = np.ones((1, 1))
    with pytest.raises(NotImplementedError, match='Encoder must define hybrid_forward'):
        d2l.Encoder()(X)
    with pytest.raises(NotImplementedError, match='Decoder must define init_state'):
        d2l.Decoder().init_state(X)
