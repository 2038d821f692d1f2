"""Encoders and decoders, ours and written as the book writes them."""
import numpy as onp
import pytest
from mxnet import autograd, np
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


def seq2seq_encoder(**kwargs):
    encoder = d2l.Seq2SeqEncoder(10, 8, 16, 2, **kwargs)
    encoder.initialize()
    return encoder


@pytest.mark.parametrize('hybridize', [False, True])
def test_seq2seq_encoder_has_the_shapes_that_the_book_prints(hybridize):
    encoder = seq2seq_encoder()
    encoder.hybridize(hybridize)
    output, state = encoder(np.zeros((4, 7)))
    assert output.shape == (7, 4, 16)
    assert len(state) == 1 and state[0].shape == (2, 4, 16)


@pytest.mark.parametrize('hybridize', [False, True])
@pytest.mark.parametrize('dtype', ['float32', 'int32'])
def test_seq2seq_encoder_does_not_see_what_stands_in_the_padding(hybridize, dtype):
    encoder = seq2seq_encoder()
    encoder.hybridize(hybridize)
    X = np.array([[1, 2, 3, 9, 9], [4, 5, 6, 7, 8]], dtype=dtype)
    lens = np.array([3, 5], dtype=dtype)
    other = np.array([[1, 2, 3, 0, 4], [4, 5, 6, 7, 8]], dtype=dtype)
    for a, b in zip((Y1 := encoder(X, lens))[1] + [Y1[0]],
                    (Y2 := encoder(other, lens))[1] + [Y2[0]]):
        assert (a == b).all()
    if not hybridize:  # as in the book, where no lengths are given: it does
        assert (encoder(X)[1][0] != encoder(other)[1][0]).any()


def test_seq2seq_encoder_drops_between_its_layers_in_training():
    encoder = seq2seq_encoder(dropout=0.5)
    encoder.hybridize(static_alloc=True, static_shape=True)
    X = np.ones((2, 3))
    with autograd.record():
        first, second = encoder(X)[0], encoder(X)[0]
    assert (first != second).any()
    assert (encoder(X)[0] == encoder(X)[0]).all()
